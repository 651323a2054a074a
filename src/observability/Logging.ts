import { Effect, Layer, Logger, References } from "effect"
import { Settings } from "../settings/Settings.ts"

/** Logs as the environment asks: level, and JSON lines or text for people. */
export const logging = Layer.unwrap(Effect.map(Settings, ({ LOG_FORMAT, LOG_LEVEL }) =>
  Layer.merge(
    Logger.layer([LOG_FORMAT === "json" ? Logger.consoleJson : Logger.consolePretty()]),
    Layer.succeed(References.MinimumLogLevel, LOG_LEVEL)
  )))
