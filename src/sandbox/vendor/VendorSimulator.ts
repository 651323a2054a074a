import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodePath from "@effect/platform-node/NodePath"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import { createServer } from "node:http"
import { makeContents } from "./Contents.ts"
import { makeMeter } from "./Meter.ts"
import type { Stats } from "./Meter.ts"
import { protocol } from "./Protocol.ts"
import { loadRecordings } from "./Recordings.ts"
import { makeVendor } from "./Vendor.ts"

export interface VendorSimulatorOptions {
  readonly username: string
  readonly password: Redacted.Redacted
  /** 127.0.0.1 unless told. */
  readonly host?: string
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** Milliseconds that a call takes, both ends included: 50 to 300 unless told; `{ min: 0, max: 0 }` answers at once. */
  readonly latency?: { readonly min: number; readonly max: number }
  /** A directory of recorded profiles (`*.json`), replayed in place of generated ones for the usernames inside. */
  readonly recordings?: Option.Option<string>
  /** US dollars for a success; 0.001 unless told. Counted in whole micro-dollars. */
  readonly costPerSuccess?: number
  /** How many bytes of generated answers to keep; 64 MiB unless told. */
  readonly cacheBytes?: number
}

/**
 * Decodo on this machine: an HTTP server that speaks the vendor's protocol and makes up an account for every username, without
 * an account anywhere and without internet. `ScriptedStates.ts` lists the usernames that make it fail.
 */
export class VendorSimulator extends Context.Service<VendorSimulator, {
  /** Base address without a slash at its end: `http://127.0.0.1:49152`. */
  readonly url: string
  readonly stats: Effect.Effect<Stats>
  readonly reset: Effect.Effect<void>
}>()("analytics-following/sandbox/VendorSimulator") {
  static readonly layer = (options: VendorSimulatorOptions) =>
    Layer.effect(VendorSimulator, make(options)).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer]))
}

const make = Effect.fnUntraced(function*(options: VendorSimulatorOptions) {
  const vendor = yield* makeVendor({
    contents: makeContents(options.cacheBytes ?? 64 * 1024 * 1024),
    recordings: yield* loadRecordings(options.recordings ?? Option.none()),
    meter: makeMeter(Math.round((options.costPerSuccess ?? 0.001) * 1_000_000)),
    latency: options.latency ?? { min: 50, max: 300 }
  })
  const node = createServer()
  const server = yield* NodeHttpServer.make(() => node, {
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    disablePreemptiveShutdown: true
  })
  const credentials = { username: options.username, password: Redacted.value(options.password) }
  yield* server.serve(yield* HttpRouter.toHttpEffect(protocol(vendor, credentials)))
  // Finalizers run last first: with nothing left to listen to, the server's own one need not wait for calls that hang on purpose.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      node.close()
      node.closeAllConnections()
    })
  )
  return VendorSimulator.of({ url: HttpServer.formatAddress(server.address), stats: vendor.stats, reset: vendor.reset })
})
