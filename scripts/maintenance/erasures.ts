import { Config, Layer, type Option, type Redacted } from "effect"
import * as Flag from "effect/cli/Flag"
import { AccessTracker } from "../../src/access/AccessTracker.ts"
import { Unlocks } from "../../src/access/Unlocks.ts"
import { Audit } from "../../src/audit/Audit.ts"
import { Cache } from "../../src/cache/Cache.ts"
import { Credits } from "../../src/credits/Credits.ts"
import { Signals } from "../../src/database/Signals.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { declarations } from "../../src/settings/Settings.ts"
import { Erasures } from "../../src/suppressions/Erasures.ts"
import { Suppressions } from "../../src/suppressions/Suppressions.ts"
import { NegativeCache } from "../../src/thrift/NegativeCache.ts"
import { oneConnection } from "./options.ts"

/** The keys that erased creators are remembered by, as the server has them. */
export const suppressionKeys = Flag.String("keys").pipe(
  Flag.withDescription("id:base64 of 32 bytes, comma-separated; SUPPRESSION_KEYS in the environment serves too"),
  Flag.withFallbackConfig(Config.String("SUPPRESSION_KEYS")),
  Flag.withSchema(declarations.SUPPRESSION_KEYS.schema),
  Flag.optional
)

/** The door of erasures over one connection. What servers have in their own caches they let go of by what the database tells them. */
export const erasuresLayer = (url: Redacted.Redacted, keys: Option.Option<Redacted.Redacted<string>>) =>
  Erasures.layer.pipe(
    Layer.provide(Unlocks.layerNoDeps.pipe(
      Layer.provide([AccessTracker.layer, Credits.layer({ enabled: true, lease: "15 minutes", callsKeptFor: "1 day" })])
    )),
    Layer.provideMerge(Suppressions.layer(keys)),
    Layer.provide([Audit.layer, Cache.layerNone, NegativeCache.layer({ believedFor: 0 }), Signals.layerNone]),
    Layer.provideMerge(Transaction.layer),
    Layer.provide(oneConnection(url))
  )
