import { Schema } from "effect"
import { derived, unavailable } from "../../analytics/Figure.ts"
import type { Figure } from "../../analytics/Figure.ts"
import { Evidence, evidence } from "../Evidence.ts"
import { creatorMethod } from "./CreatorMethod.ts"
import type { Subject } from "./Subject.ts"
import { fieldsSample } from "./Subject.ts"

/** Ways to reach the creator that the profile shows to everybody. */
export const Contacts = Schema.Array(Schema.Struct({
  kind: Schema.Literals(["email", "phone", "link"]),
  value: Schema.String,
  evidence: Evidence
})).annotate({ identifier: "Contacts" })
export type Contacts = typeof Contacts.Type

/** E-mail addresses, telephone numbers and links of the profile and its biography. */
export const contactsOf = ({ account, as_of }: Subject): Figure<Contacts> => {
  const texts = [account.business_email, account.business_phone_number, account.biography, account.external_url]
  const read = texts.filter((text) => text !== null).length + account.bio_links.length
  const biography = account.biography ?? ""
  const contacts = new Map<string, Contacts[number]>()
  const add = (kind: Contacts[number]["kind"], value: string | null, source: Evidence["source"]) => {
    if (value !== null && !contacts.has(value)) contacts.set(value, { kind, value, evidence: evidence(source) })
  }
  add("email", account.business_email?.toLowerCase() ?? null, "payload")
  for (const [email] of biography.matchAll(EMAIL)) add("email", email.toLowerCase(), "biography")
  add("phone", account.business_phone_number, "payload")
  add("link", account.external_url, "link")
  for (const { url } of account.bio_links) add("link", url, "link")
  for (const [link] of biography.matchAll(LINK)) add("link", link.replace(/[.,;!?)]+$/, ""), "biography")
  if (read === 0) return unavailable(creator_contacts, as_of, "not_collected")
  return contacts.size === 0
    ? unavailable(creator_contacts, as_of, "not_stated", fieldsSample(read))
    : derived(creator_contacts, as_of, [...contacts.values()], fieldsSample(read))
}

const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,3}\.\p{L}{2,24}/gu
const LINK = /https?:\/\/[^\s<>"']{3,300}/giu

export const creator_contacts = creatorMethod({
  method: "creator_contacts",
  definition:
    "E-mail addresses, telephone numbers and links that the profile shows: the business contact, the links, and what the biography spells out.",
  formula: "business_email, business_phone_number, external_url, bio_links; addresses and links in the biography",
  unit: "list",
  range: null,
  source: "The profile's own fields",
  example: {
    figure: "contacts",
    input: { account: { biography: "Booking: Hello@Example.com" } },
    output: [{ kind: "email", value: "hello@example.com", evidence: { source: "biography", shortcodes: [] } }]
  }
})
