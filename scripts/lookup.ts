import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Option, Redacted } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Client, untilFinished } from "../src/client.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"

/** Looks a profile up through the API with the typed client and prints its headline figures: `npm run lookup -- instagram --token …`. */
const lookup = Command.make("lookup", {
  username: Argument.String("username"),
  url: Flag.String("url").pipe(Flag.withDescription("Where the API is"), Flag.withDefault("http://127.0.0.1:8080")),
  token: Flag.String("token").pipe(Flag.withDescription("Access token; TOKEN in the environment serves too"), Flag.optional)
}, ({ token, url, username }) => {
  const bearer = Option.getOrElse(token, () => process.env["TOKEN"] ?? "")
  return program(username).pipe(Effect.provide(Client.layer({ baseUrl: url, token: Redacted.make(bearer) })))
})

const program = Effect.fnUntraced(function*(username: string) {
  const client = yield* Client
  const first = yield* client.profiles.lookup({ params: { username }, query: {}, headers: {} })
  if ("profile" in first) return yield* print(first)
  if ("required" in first) return
  const job = yield* untilFinished(first.id)
  if ("problem" in job && job.problem !== null) return yield* Console.error(`${job.problem.title}: ${job.problem.detail}`)
  const second = yield* client.profiles.lookup({ params: { username }, query: {}, headers: {} })
  return "profile" in second ? yield* print(second) : yield* Console.error("The look-up still goes on.")
})

const print = ({ analytics, freshness, profile }: {
  readonly profile: { readonly username: string; readonly followers_count: number | null }
  readonly analytics: {
    readonly engagement: { readonly engagement_rate: { readonly value: number | null; readonly reason: string | null } }
    readonly influence: { readonly influence_score: { readonly value: number | null; readonly reason: string | null } }
  } | null
  readonly freshness: { readonly status: string; readonly refreshed_at: string }
}) => {
  const figure = (given: { readonly value: number | null; readonly reason: string | null } | undefined, unit: string) =>
    given === undefined || given.value === null ? `unavailable (${given?.reason ?? "not computed"})` : `${given.value}${unit}`
  return Console.log([
    `@${profile.username}: ${profile.followers_count ?? "unknown"} followers`,
    `engagement rate  ${figure(analytics?.engagement.engagement_rate, " %")}`,
    `influence score  ${figure(analytics?.influence.influence_score, " of 10")}`,
    `data             ${freshness.status}, fetched ${freshness.refreshed_at}`
  ].join("\n"))
}

Command.run(lookup, { version: "1" }).pipe(
  Effect.provide(NodeServices.layer),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
