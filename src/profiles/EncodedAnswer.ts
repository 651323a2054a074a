import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { Profile, ProfileId } from "./Profile.ts"

/** A row of `encoded_answers`: a profile's answer as it was encoded of one version of its rows. Derived; the rows are the truth. */
export class EncodedAnswer extends Model.Class<EncodedAnswer>("EncodedAnswer")({
  profile_id: ProfileId,
  data_version: Column.bigint,
  form: Column.integer,
  body: Column.jsonText,
  encoded_at: Column.withDefault(Column.Instant)
}, { table: "encoded_answers" }) {}

/** What an answer is made of: when and in which version the profile was stored, and its encoded body. */
export const Answerable = Schema.Struct({
  id: Profile.fields.id,
  availability: Profile.fields.availability,
  data_version: Profile.fields.data_version,
  last_refreshed: Profile.fields.last_refreshed,
  /** UTF-8 JSON without freshness; null where none is stored of this version. */
  body: Schema.NullOr(Schema.Uint8Array)
})
export type Answerable = typeof Answerable.Type
