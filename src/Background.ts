import { Layer } from "effect"
import { Audit } from "./audit/Audit.ts"
import { TaskCollection } from "./profiles/TaskCollection.ts"
import { ScheduledRefresh } from "./refresh/ScheduledRefresh.ts"
import { Retention } from "./retention/Retention.ts"
import type { SettingsValues } from "./settings/Settings.ts"
import { Erasures } from "./suppressions/Erasures.ts"
import { Webhooks } from "./webhooks/Webhooks.ts"

/**
 * What goes on by itself beside the requests, in servers and workers alike: deliveries of webhooks, the scheduled refresh, what lies at the vendor,
 * what the audit log forgets, what is stored of the erased, and what is too old.
 */
export const background = (settings: SettingsValues) =>
  Layer.mergeAll(
    settings.WEBHOOK_WORKERS
      ? Webhooks.workerLayer({ concurrency: settings.WEBHOOK_CONCURRENCY, keptFor: settings.WEBHOOK_RETENTION })
      : Layer.empty,
    ScheduledRefresh.running(refreshOptions(settings)),
    settings.DECODO_MODE === "async" ? TaskCollection.running : Layer.empty,
    Audit.forgetting(settings.AUDIT_ADDRESS_RETENTION),
    Erasures.sweeping,
    Retention.running
  )

export const refreshOptions = (settings: SettingsValues) => ({
  dailyBudget: settings.REFRESH_DAILY_BUDGET,
  interval: settings.REFRESH_INTERVAL,
  freshFor: settings.PROFILE_FRESH_FOR
})

/** Bulk jobs as the settings have them: they leave half of the fetches under way to others. */
export const bulkOptions = (settings: SettingsValues) => ({
  concurrency: Math.ceil(settings.JOBS_CONCURRENCY / 2),
  batch: settings.DECODO_MODE === "async" ? settings.DECODO_BATCH_SIZE : 1,
  freshFor: settings.PROFILE_FRESH_FOR
})
