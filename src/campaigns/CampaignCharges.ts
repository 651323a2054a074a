import type { Payable } from "../credits/Charges.ts"
import type { Campaign } from "./Campaign.ts"

type Named = Pick<Campaign, "id" | "name">

/** What a campaign's report is paid as. */
export const reportCharge = ({ id, name }: Named): Payable => ({
  action: "campaign_report",
  subject: `campaign ${id}`,
  note: `Report of the campaign “${name}”, for 24 hours`
})

/** What a campaign's posts, or profiles, as CSV are paid as. */
export const exportCharge = ({ id, name }: Named, of: "posts" | "profiles"): Payable => ({
  action: "data_export",
  subject: `${of} of campaign ${id}`,
  note: `Export of the ${of} of the campaign “${name}”, for 24 hours`
})
