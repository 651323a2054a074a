import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Layer, Option, Redacted } from "effect"
import { Audit } from "../../src/audit/Audit.ts"
import * as Database from "../../src/database/Database.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { Draining } from "../../src/jobs/Draining.ts"
import * as WebhookRoom from "../../src/webhooks/WebhookRoom.ts"
import { Webhooks } from "../../src/webhooks/Webhooks.ts"

/** A process that delivers and does nothing else, for tests that kill it. */
Webhooks.workerLayer({ concurrency: 4, pollInterval: "20 millis" }).pipe(
  Layer.provide(WebhookRoom.layer({
    keys: Option.some(Redacted.make(process.env["WEBHOOK_KEYS"] ?? "")),
    allowPrivate: true
  })),
  Layer.provide(Audit.layer),
  Layer.provide(Draining.layer({ timeout: "5 seconds" })),
  Layer.provide(Transaction.layer),
  Layer.provide(Database.layer(Database.localOptions(process.env["DATABASE_URL"] ?? "", 2))),
  Layer.launch,
  NodeRuntime.runMain
)
