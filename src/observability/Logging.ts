import { Effect, Layer, Logger, References } from "effect"
import { Settings } from "../settings/Settings.ts"

/** Logs as the environment asks: level, and JSON lines on standard output or text for people on standard error. */
export const logging = Layer.unwrap(Effect.map(Settings, ({ LOG_FORMAT, LOG_LEVEL }) =>
  Layer.mergeAll(
    Logger.layer([LOG_FORMAT === "json" ? Logger.consoleJson : Logger.consolePretty()]),
    Layer.succeed(Logger.LogToStderr, LOG_FORMAT === "pretty"),
    Layer.succeed(References.MinimumLogLevel, LOG_LEVEL)
  )))
