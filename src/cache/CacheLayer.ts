import { Option } from "effect"
import type { SettingsValues } from "../settings/Settings.ts"
import { Cache } from "./Cache.ts"
import { observed } from "./ObservedCache.ts"
import * as RedisCache from "./RedisCache.ts"

/** The cache that the settings ask for: Redis where there is one, else this process's own, or none. */
export const cacheLayer = (settings: SettingsValues) =>
  observed(Option.match(settings.REDIS_URL, {
    onSome: (url) => RedisCache.layer({ url, commandTimeout: settings.REDIS_COMMAND_TIMEOUT }),
    onNone: () =>
      settings.CACHE_MAX_BYTES === 0 ? Cache.layerNone : Cache.layerMemory({ capacityBytes: settings.CACHE_MAX_BYTES })
  }))
