import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Campaigns } from "../campaigns/Campaigns.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { loop } from "../observability/Loops.ts"
import { counter } from "../observability/Metrics.ts"
import { Searches } from "../searches/Searches.ts"
import type { SettingsValues } from "../settings/Settings.ts"
import type { UserId } from "../users/UserId.ts"
import { RetentionRepo } from "./RetentionRepo.ts"
import { agingTables, retentionRules } from "./RetentionRules.ts"

/** How long each is kept; zero: for ever. */
export type RetentionSettings = Pick<
  SettingsValues,
  typeof retentionRules[keyof typeof retentionRules]["setting"] | "SEARCH_RETENTION" | "CAMPAIGN_BIN_RETENTION"
>

/** Deletes what is too old, by the settings, a batch at a time. */
export class Retention extends Context.Service<Retention, {
  /** One round over all tables: rows that went, or on a dry run would go, by table. Any number of processes may, any number of times. */
  purge(dryRun: boolean): Effect.Effect<Readonly<Record<string, number>>, DatabaseError>
}>()("analytics-following/retention/Retention") {
  static readonly layerNoDeps = (settings: RetentionSettings) =>
    Layer.effect(
      Retention,
      Effect.gen(function*() {
        const repo = yield* RetentionRepo
        const searches = yield* Searches
        const campaigns = yield* Campaigns
        const purged = yield* counter({
          name: "retention_purged_rows",
          help: "Rows deleted because they were older than their retention, by table",
          labels: ["table"]
        })

        const ofTable = (table: keyof typeof retentionRules, olderThan: Duration.Duration, dryRun: boolean) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => {
            const before = instantOf(now - Duration.toMillis(olderThan))
            return dryRun ? repo.count(table, before) : inBatches(repo.delete(table, before, batch))
          })

        const ofSearches = Effect.fnUntraced(function*(olderThan: Duration.Duration, dryRun: boolean) {
          let after: UserId | undefined
          let total = 0
          for (;;) {
            const pruned = yield* searches.prune({ olderThan, after, users: batch, dryRun })
            if (pruned.last === null) return total
            total += pruned.searches
            after = pruned.last
          }
        })

        const ofCampaigns = (olderThan: Duration.Duration, dryRun: boolean) =>
          dryRun ? campaigns.countBin(olderThan) : inBatches(campaigns.purge(olderThan, batch))

        const purge = Effect.fn("Retention.purge")(function*(dryRun: boolean) {
          const counts: Record<string, number> = {}
          const add = (table: string, olderThan: Duration.Duration, deleted: Effect.Effect<number, DatabaseError>) =>
            Duration.isZero(olderThan) ? Effect.void : Effect.map(deleted, (count) => {
              counts[table] = count
              if (!dryRun && count > 0) purged.add([table], count)
            })
          for (const table of agingTables) {
            const olderThan = settings[retentionRules[table].setting]
            yield* add(table, olderThan, ofTable(table, olderThan, dryRun))
          }
          const { CAMPAIGN_BIN_RETENTION: bin, SEARCH_RETENTION: look } = settings
          yield* add("user_searches", look, ofSearches(look, dryRun))
          yield* add("campaigns", bin, ofCampaigns(bin, dryRun))
          return counts
        })

        return { purge }
      })
    )

  /** Needs the doors of searches and campaigns. */
  static readonly layer = (settings: RetentionSettings) => this.layerNoDeps(settings).pipe(Layer.provide(RetentionRepo.layer))

  /** A round an hour, until its scope closes. */
  static readonly running = Layer.effectDiscard(Effect.gen(function*() {
    const retention = yield* Retention
    yield* loop("retention", "1 hour", retention.purge(false))
  }))
}

/** Rows, or users, of one statement. */
const batch = 1000

const inBatches = (step: Effect.Effect<number, DatabaseError>): Effect.Effect<number, DatabaseError> =>
  Effect.flatMap(step, (done) => done < batch ? Effect.succeed(done) : Effect.map(inBatches(step), (more) => done + more))
