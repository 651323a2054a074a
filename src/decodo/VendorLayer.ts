import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Layer, Option } from "effect"
import type { SettingsValues } from "../settings/Settings.ts"
import { breakerDefaults } from "../thrift/Breakers.ts"
import { callbackUrlOf, VendorCallbacks } from "../thrift/VendorCallbacks.ts"
import { VendorCosts } from "../thrift/VendorCosts.ts"
import { VendorGuard } from "../thrift/VendorGuard.ts"
import { VendorTasks } from "../thrift/VendorTasks.ts"
import * as DecodoHttp from "./DecodoHttp.ts"

/** The vendor as the settings have it, and what stands before it. */
export const vendorLayer = (settings: SettingsValues) =>
  DecodoHttp.layer({
    username: settings.SMARTPROXY_USERNAME,
    password: settings.SMARTPROXY_PASSWORD,
    baseUrl: settings.DECODO_BASE_URL,
    timeout: settings.DECODO_TIMEOUT,
    maxResponseBytes: settings.DECODO_MAX_RESPONSE_BYTES,
    concurrency: settings.DECODO_CONCURRENCY,
    mode: settings.DECODO_MODE,
    callbackUrl: Option.getOrNull(Option.map(callbacksOf(settings), callbackUrlOf)),
    retry: { attempts: settings.DECODO_MAX_ATTEMPTS, budget: settings.DECODO_BUDGET },
    fallbackTargets: settings.DECODO_FALLBACK_TARGETS.map((target) => ({ target }))
  }).pipe(
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provideMerge(VendorCallbacks.layerNoDeps(callbacksOf(settings))),
    Layer.provideMerge(VendorTasks.layer),
    Layer.provideMerge(Layer.merge(guardLayer(settings), VendorCosts.layer))
  )

const guardLayer = (settings: SettingsValues) =>
  VendorGuard.layer({
    breaker: { ...breakerDefaults, failures: settings.DECODO_BREAKER_FAILURES },
    fleet: { concurrency: settings.DECODO_FLEET_CONCURRENCY, perSecond: settings.DECODO_REQUESTS_PER_SECOND },
    redis: settings.REDIS_URL,
    spending: {
      pricePerSuccess: micros(settings.DECODO_PRICE_PER_SUCCESS),
      perDay: Option.getOrNull(Option.map(settings.DECODO_DAILY_CEILING, micros)),
      perUserAndDay: Option.getOrNull(Option.map(settings.DECODO_USER_DAILY_CEILING, micros))
    }
  })

const callbacksOf = ({ DECODO_CALLBACK_SECRET, PUBLIC_URL }: SettingsValues) =>
  Option.all({ publicUrl: PUBLIC_URL, secret: DECODO_CALLBACK_SECRET })

const micros = (dollars: number): number => Math.round(dollars * 1_000_000)
