import { Effect, Layer, Logger, References } from "effect"
import { stderr, stdout } from "node:process"
import { Settings } from "../settings/Settings.ts"

/**
 * Logs as the environment asks: level, and JSON lines on standard output or text for people on standard error. Where they cannot be written,
 * as on a disk that is full, they are lost and counted, and nothing else is: Node would end the process.
 */
export const logging = Layer.unwrap(Effect.map(Settings, ({ LOG_FORMAT, LOG_LEVEL }) =>
  Layer.mergeAll(
    losing,
    Logger.layer([LOG_FORMAT === "json" ? Logger.consoleJson : Logger.consolePretty()]),
    Layer.succeed(Logger.LogToStderr, LOG_FORMAT === "pretty"),
    Layer.succeed(References.MinimumLogLevel, LOG_LEVEL)
  )))

/** Writes of the log that have failed since the process started. */
export const lostLines = (): number => lost

let lost = 0

const lose = () => {
  lost++
}

const losing = Layer.effectDiscard(Effect.acquireRelease(
  Effect.sync(() => [stdout, stderr].map((stream) => stream.on("error", lose))),
  (streams) => Effect.sync(() => streams.map((stream) => stream.off("error", lose)))
))
