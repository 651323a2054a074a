import { Context, Effect, Layer, Option, Redacted } from "effect"
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import { InvalidRequest } from "./HttpErrors.ts"

/** List cursors: opaque, signed, and good for the one list they came from. */
export class Cursor extends Context.Service<Cursor, {
  /** `list` names the list and whose it is; a cursor of another list is refused. */
  encode(list: string, position: string): string
  decode(list: string, cursor: string): Effect.Effect<string, InvalidRequest>
}>()("analytics-following/http/Cursor") {
  /** Without a secret this process makes one: cursors then end with it. */
  static readonly layer = (secret: Option.Option<Redacted.Redacted>) =>
    Layer.sync(Cursor, () => {
      const key = Option.match(secret, { onNone: () => randomBytes(32), onSome: (given) => Buffer.from(Redacted.value(given)) })
      const sign = (list: string, position: string) =>
        createHmac("sha256", key).update(`${list}\n${position}`).digest().subarray(0, 12)
      return {
        encode: (list, position) =>
          `${Buffer.from(position).toString("base64url")}.${sign(list, position).toString("base64url")}`,
        decode: (list, cursor) => {
          const [position = "", signature = ""] = cursor.split(".").map((part) => Buffer.from(part, "base64url"))
          const text = position.toString()
          const expected = sign(list, text)
          return typeof signature !== "string" && signature.length === expected.length && timingSafeEqual(signature, expected)
            ? Effect.succeed(text)
            : Effect.fail(
              InvalidRequest.of([{ path: ["query", "cursor"], message: "Not a cursor of this list: start without one." }])
            )
        }
      }
    })
}
