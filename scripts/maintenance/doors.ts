import { Effect, Layer, Logger } from "effect"
import { services } from "../../src/app.ts"
import { Settings } from "../../src/settings/Settings.ts"

/**
 * The doors of the product for a script, from an environment. Look-ups that wait in the queue are left to servers and workers: a script that
 * took them up would ask the vendor, and hand them back when it ends. Standard output is the script's own.
 */
export const doors = (environment: Readonly<Record<string, string | undefined>>) =>
  Layer.unwrap(Effect.map(Settings, (settings) => services({ ...settings, JOBS_CONCURRENCY: 0 }))).pipe(
    Layer.provide(Settings.layer(environment)),
    Layer.provideMerge(Layer.succeed(Logger.LogToStderr, true))
  )
