import "effect/schema/SchemaJITCompiler/enable"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Context, Effect, Layer, Logger } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { resolve } from "node:path"
import packageJson from "../package.json" with { type: "json" }
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Sandbox } from "../src/sandbox/Sandbox.ts"

/** The whole product on this machine, without an account anywhere: `npm run sandbox`. */
const sandbox = Command.make("sandbox", {
  port: Flag.Int("port").pipe(
    Flag.filter((port) => port >= 0 && port <= 65_535, (port) => `${port} is no port: 0 to 65535`),
    Flag.withDescription("Port of the API; 0 takes a free one"),
    Flag.withDefault(8080)
  ),
  data: Flag.String("data").pipe(
    Flag.withDescription("Folder that keeps the database between runs"),
    Flag.withDefault(".data/sandbox")
  ),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON line when ready and nothing else on standard output"),
    Flag.withDefault(false)
  )
}, ({ data, json, port }) =>
  Effect.gen(function*() {
    const progress = (line: string) => json ? Effect.void : Console.error(line)
    const layer = Sandbox.layer({
      port,
      dataDir: resolve(data),
      environment: process.env,
      durable: true,
      vendorLatency: undefined,
      onProgress: progress
    })
    const running = yield* Layer.build(layer).pipe(Effect.map(Context.get(Sandbox)))
    yield* json ? Console.log(JSON.stringify(summary(running))) : Console.log(welcome(running))
    return yield* Effect.never
  }).pipe(Effect.scoped)).pipe(Command.withDescription("The product with embedded database, vendor simulator and auth emulator"))

const summary = (running: Sandbox["Service"]) => ({
  url: running.url,
  token: running.token,
  user_id: running.userId,
  admin_token: running.adminToken,
  database_url: running.databaseUrl,
  vendor_url: running.vendorUrl,
  auth_url: running.authUrl,
  anon_key: running.anonKey
})

const welcome = (running: Sandbox["Service"]) => `
Analytics Following runs here, on simulated parts:

  API             ${running.url}
  Documentation   ${running.url}/docs
  Vendor          ${running.vendorUrl}   (simulated; ${running.vendorUrl}/_sim/stats counts calls and cost)
  Auth            ${running.authUrl}   (emulated Supabase Auth)

A token for an hour:

  export TOKEN=${running.token}

One of an administrator, for the addresses under /admin:

  export ADMIN_TOKEN=${running.adminToken}

Look a profile up:

  curl -s -H "Authorization: Bearer ${running.token}" ${running.url}/profile/instagram

Ctrl-C stops everything; the data stays for the next start.
`

Command.run(sandbox, { version: packageJson.version }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
