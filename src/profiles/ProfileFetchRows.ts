import { Schema, Struct } from "effect"
import { UserId } from "../users/UserId.ts"
import { FetchId, ProfileFetch, ProfileFetchCaller } from "./ProfileFetch.ts"

/** A fetch that was taken up, with whoever was the first to ask for it. */
export const StartedRow = Schema.Struct({ ...ProfileFetch.fields, asked_by: Schema.NullOr(UserId) })

/** A fetch that has ended, with those whom its transaction recorded. */
export const EndedRow = Schema.Struct({ ...ProfileFetch.fields, recorded: Schema.Array(UserId) })

export const WaitingRow = Schema.Struct(Struct.pick(ProfileFetchCaller.fields, ["user_id", "asked_at", "reservation"]))

/** Someone who waits no longer. */
export const LeftRow = Schema.Struct({
  id: FetchId,
  username: ProfileFetch.fields.username,
  reservation: ProfileFetchCaller.fields.reservation,
  is_job: ProfileFetchCaller.fields.is_job
})
