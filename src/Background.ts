import { Layer } from "effect"
import { Audit } from "./audit/Audit.ts"
import { TaskCollection } from "./profiles/TaskCollection.ts"
import { ScheduledRefresh } from "./refresh/ScheduledRefresh.ts"
import type { SettingsValues } from "./settings/Settings.ts"
import { Webhooks } from "./webhooks/Webhooks.ts"

/** What goes on by itself beside the requests, in servers and workers alike: deliveries of webhooks, the scheduled refresh, what lies at the vendor, and what the audit log forgets. */
export const background = (settings: SettingsValues) =>
  Layer.mergeAll(
    settings.WEBHOOK_WORKERS
      ? Webhooks.workerLayer({ concurrency: settings.WEBHOOK_CONCURRENCY })
      : Layer.empty,
    ScheduledRefresh.running(refreshOptions(settings)),
    settings.DECODO_MODE === "async" ? TaskCollection.running : Layer.empty,
    Audit.forgetting(settings.AUDIT_ADDRESS_RETENTION)
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
