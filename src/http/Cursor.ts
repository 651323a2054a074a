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
      const encode = (list: string, position: string) => {
        const signature = createHmac("sha256", key).update(`${list}\n${position}`).digest().subarray(0, 12)
        return `${Buffer.from(position).toString("base64url")}.${signature.toString("base64url")}`
      }
      return {
        encode,
        decode: (list, cursor) => {
          const position = Buffer.from(cursor.split(".", 1)[0] ?? "", "base64url").toString()
          // Compared whole: nothing but the very text that was given out is a cursor.
          const [given, expected] = [Buffer.from(cursor), Buffer.from(encode(list, position))]
          return given.length === expected.length && timingSafeEqual(given, expected)
            ? Effect.succeed(position)
            : Effect.fail(
              InvalidRequest.of([{ path: ["query", "cursor"], message: "Not a cursor of this list: start without one." }])
            )
        }
      }
    })
}
