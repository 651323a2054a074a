import { Option } from "effect"
import type { SettingsValues } from "../settings/Settings.ts"
import * as LimitRepo from "./LimitRepo.ts"
import { LimitStore } from "./LimitStore.ts"
import * as RedisLimitStore from "./RedisLimitStore.ts"

/** Where processes count together, as the settings have it. */
export const limitStoreLayer = (
  { RATE_LIMIT_STORE, REDIS_COMMAND_TIMEOUT, REDIS_URL }: Pick<
    SettingsValues,
    "RATE_LIMIT_STORE" | "REDIS_COMMAND_TIMEOUT" | "REDIS_URL"
  >
) => {
  // Without the database hardly any request can be answered: there is nothing to hurry for.
  if (RATE_LIMIT_STORE === "postgres") return LimitRepo.layer({ timeout: "2 seconds" })
  return RATE_LIMIT_STORE === "memory"
    ? LimitStore.layerMemory
    : Option.match(REDIS_URL, {
      onNone: () => LimitStore.layerMemory,
      onSome: (url) => RedisLimitStore.layer({ url, commandTimeout: REDIS_COMMAND_TIMEOUT })
    })
}
