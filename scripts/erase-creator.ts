/**
 * Erases a creator, a person on Instagram who asks for it, and keeps them from coming back: as POST /admin/erasures does. Without --yes it only
 * counts what would go, by table, and changes nothing. With --sweep it goes through everything stored for those who were erased before.
 *
 * When: on a request; with --sweep after a restore of a back-up or the adoption of another database, before the server starts.
 *
 * Why twice is safe: the second run takes what has come since, which is nothing. It needs the server's SUPPRESSION_KEYS.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Logger, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { normalizeUsername } from "../src/profiles/Username.ts"
import { Erasures } from "../src/suppressions/Erasures.ts"
import { ErasureReason } from "../src/suppressions/Suppression.ts"
import { erasuresLayer, suppressionKeys } from "./maintenance/erasures.ts"
import { databaseUrl } from "./maintenance/options.ts"

const eraseCreator = Command.make("erase-creator", {
  username: Argument.String("username").pipe(Argument.optional),
  id: Flag.String("instagram-user-id").pipe(Flag.withDescription("Instagram's own number of the account"), Flag.optional),
  reason: Flag.Literals("reason", ErasureReason.literals).pipe(
    Flag.withDescription("Why, as a code"),
    Flag.withDefault("data_subject_request")
  ),
  yes: Flag.Boolean("yes").pipe(Flag.withDescription("Erase, and not only count"), Flag.withDefault(false)),
  sweep: Flag.Boolean("sweep").pipe(
    Flag.withDescription("Take out everybody who was erased before, wherever they came back"),
    Flag.withDefault(false)
  ),
  url: databaseUrl,
  keys: suppressionKeys
}, ({ id, keys, reason, sweep, url, username, yes }) =>
  Effect.gen(function*() {
    const erasures = yield* Erasures
    if (sweep) return yield* Console.log(`Swept: ${yield* erasures.sweepAll} rows were changed or deleted.`)
    const name = Option.map(username, normalizeUsername)
    if (Option.isSome(name) && Option.isNone(name.value) || Option.isNone(name) && Option.isNone(id)) {
      process.exitCode = 1
      return yield* Console.error("Give an Instagram username, --instagram-user-id, or both.")
    }
    const asked = { creator: { usernames: Option.toArray(Option.flatten(name)), ids: Option.toArray(id) }, reason }
    const counts = yes ? (yield* erasures.erase(asked)).erased : yield* erasures.dryRun(asked)
    for (const [table, count] of Object.entries(counts)) if (count > 0) yield* Console.log(`${table}: ${count}`)
    yield* Console.log(
      yes
        ? `Erased. ${yield* erasures.sweepAll} rows of others that named them were cleaned.`
        : "Nothing was changed: --yes erases."
    )
  }).pipe(
    Effect.catchTag("ErasuresUnavailable", () =>
      Effect.andThen(
        Console.error("Set SUPPRESSION_KEYS to what the server has."),
        Effect.sync(() => {
          process.exitCode = 1
        })
      )),
    Effect.provide(erasuresLayer(url, keys))
  )).pipe(Command.withDescription("Erases a creator on request"))

Command.run(eraseCreator, { version: "1" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
