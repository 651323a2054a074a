import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { type HistoryMismatch, type MigrationFailed, Migrator } from "../../database/Migrator.ts"
import { type AdoptionFailed, AdoptionRefused, AdoptionUnbalanced } from "./AdoptionErrors.ts"
import { copyTable } from "./Copy.ts"
import { madeOpenings, openAccounts, openingsAddUp, plannedOpenings } from "./CreditOpenings.ts"
import { decode, foundColumns, notesOn, refuseUnready, stateOf } from "./LegacyDatabase.ts"
import { legacyTableNames } from "./LegacySchema.ts"
import { makePlan, type PlanSettings } from "./Plan.ts"
import { allRules } from "./Rules.ts"
import { sourceOf } from "./Source.ts"
import {
  adoptedCounts,
  droppedColumns,
  plannedCounts,
  plannedReasons,
  recordDropped,
  type Summary,
  unbalanced
} from "./Summary.ts"
import type { Places } from "./TableRules.ts"

export interface AdoptionOptions extends PlanSettings {
  /** Rows of one transaction. */
  readonly batchSize: number
  readonly onProgress: (line: string) => Effect.Effect<void>
}

export type AdoptionError = AdoptionRefused | AdoptionUnbalanced | AdoptionFailed | HistoryMismatch | MigrationFailed | SqlError

/**
 * Brings a database of the old backend to the shape of the migrations. The old tables move into the schema `legacy` and stay there; every row
 * of them is judged by rules before the first one is copied; then they are copied in batches, each one transaction together with the cursor
 * that passes it. A run that was cut off at any point goes on where it was; one that has finished is left alone.
 */
export class Adoption extends Context.Service<Adoption, {
  /** What a run would do, by the same statements. Writes nothing. */
  readonly dryRun: (options: AdoptionOptions) => Effect.Effect<Summary, AdoptionError>
  readonly run: (options: AdoptionOptions) => Effect.Effect<Summary, AdoptionError>
}>()("analytics-following/alignment/Adoption") {
  static readonly layerNoDeps = Layer.effect(
    Adoption,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const migrator = yield* Migrator

      const dryRun = Effect.fn("Adoption.dryRun")(function*(options: AdoptionOptions) {
        const state = yield* stateOf(sql)
        if (state === "absent" || state === "aligned") return yield* nothingToAdopt(state)
        yield* refuseUnready(sql)
        if (state === "planned" || state === "complete") return yield* summaryOf(state)
        const schema = state === "unmoved" ? "public" : "legacy"
        const found = yield* foundColumns(sql, schema)
        const at: Places = { source: sourceOf(schema, found), plan: "pg_temp" }
        return yield* sql.withTransaction(Effect.gen(function*() {
          yield* makePlan(sql, at, options)
          const rules = allRules(at)
          const counts = yield* plannedCounts(sql, rules, at)
          const summary: Summary = {
            state,
            counts,
            reasons: yield* plannedReasons(sql, at),
            dropped: yield* droppedColumns(sql, rules, found, schema),
            openings: yield* plannedOpenings(sql, at, schema, found),
            notes: yield* notesOn(sql, schema, found)
          }
          return yield* balanced(summary)
        }))
      })

      const run = Effect.fn("Adoption.run")(function*(options: AdoptionOptions) {
        const before = yield* stateOf(sql)
        if (before === "absent" || before === "aligned") return yield* nothingToAdopt(before)
        if (before === "complete") {
          // An adoption by a version that had no accounts yet.
          yield* migrator.migrate
          return yield* openedWith(options)
        }
        yield* refuseUnready(sql)
        if (before === "unmoved") {
          yield* options.onProgress("Moving the old tables into the schema legacy …")
          yield* move(options)
        }
        yield* refuseOtherSettings(options)
        yield* options.onProgress("Making the new tables …")
        const applied = yield* migrator.migrate
        yield* options.onProgress(`Applied ${applied.length} migrations.`)
        const found = yield* foundColumns(sql, "legacy")
        const at: Places = { source: sourceOf("legacy", found), plan: "legacy" }
        yield* plan(at, options)
        yield* options.onProgress("Copying …")
        const rules = allRules(at)
        yield* Effect.forEach(rules, (table) => copyTable(sql, table, at, options), { discard: true })
        yield* options.onProgress("Counting …")
        yield* recordDropped(sql, yield* droppedColumns(sql, rules, found, "legacy"))
        const summary = yield* openedWith(options)
        yield* sql`ANALYZE`
        yield* sql`UPDATE legacy.adoption_settings SET phase = 'complete'`
        return summary
      })

      /** One transaction, so that the old tables stand either all in `public` or all in `legacy`. */
      const move = (settings: PlanSettings) =>
        sql.withTransaction(Effect.gen(function*() {
          yield* sql`SELECT pg_advisory_xact_lock(${lockId})`
          if ((yield* stateOf(sql)) !== "unmoved") return
          yield* sql`SET LOCAL lock_timeout = '10s'`
          yield* sql`CREATE SCHEMA legacy`
          yield* sql`REVOKE ALL ON SCHEMA legacy FROM PUBLIC`
          yield* sql`CREATE TABLE legacy.adoption_settings (
            phase text NOT NULL CHECK (phase IN ('moved', 'planned', 'complete')),
            as_of timestamptz NOT NULL,
            currency text NOT NULL,
            supabase_users bigint NOT NULL DEFAULT 0
          )`
          yield* sql`INSERT INTO legacy.adoption_settings (phase, as_of, currency)
            VALUES ('moved', coalesce(${
            settings.asOf ?? null
          }::timestamptz, date_trunc('milliseconds', now())), ${settings.currency})`
          yield* sql`CREATE TABLE legacy.adoption_progress (
            table_name text PRIMARY KEY, planned bigint NOT NULL, cursor bigint NOT NULL DEFAULT 0, updated_at timestamptz NOT NULL DEFAULT now()
          )`
          yield* sql`CREATE TABLE legacy.adoption_report (
            table_name text NOT NULL,
            key text NOT NULL,
            outcome text NOT NULL CHECK (outcome IN ('merged', 'quarantined', 'changed', 'dropped')),
            reason text NOT NULL,
            detail jsonb NOT NULL DEFAULT '{}',
            PRIMARY KEY (table_name, key, outcome, reason)
          )`
          for (const table of (yield* foundColumns(sql, "public")).keys()) {
            yield* sql`ALTER TABLE public.${sql(table)} SET SCHEMA legacy`
          }
        }))

      const plan = (at: Places, options: AdoptionOptions) =>
        sql.withTransaction(Effect.gen(function*() {
          yield* sql`SELECT pg_advisory_xact_lock(${lockId})`
          if ((yield* stateOf(sql)) !== "moved") return
          yield* refuseFilledTables
          yield* makePlan(sql, at, options)
          for (const { table } of allRules(at)) {
            yield* sql`INSERT INTO legacy.adoption_progress (table_name, planned)
              SELECT ${table}, count(*) FROM legacy.adoption_plan WHERE table_name = ${table}`
          }
          yield* sql`UPDATE legacy.adoption_settings SET phase = 'planned'`
        }))

      /** Only the users' tables may hold rows: the trigger on auth.users fills those. */
      const refuseFilledTables = Effect.forEach(
        legacyTableNames.filter((table) => !["users", "auth_users", "user_profiles"].includes(table)),
        Effect.fnUntraced(function*(table) {
          const rows = yield* sql`SELECT 1 FROM public.${sql(table)} LIMIT 1`
          if (rows.length === 0) return
          return yield* new AdoptionRefused({
            reason: "target_not_empty",
            message:
              `public.${table} holds rows already: the new server has been at work. Stop it and empty the table, then run again.`
          })
        }),
        { discard: true }
      )

      const refuseOtherSettings = Effect.fnUntraced(function*(options: PlanSettings) {
        const [kept] = yield* Effect.flatMap(
          sql`SELECT currency FROM legacy.adoption_settings`,
          decode(Schema.Struct({ currency: Schema.String }))
        )
        if (kept === undefined || kept.currency === options.currency) return
        return yield* new AdoptionRefused({
          reason: "other_settings",
          message: `This adoption was begun with currency ${kept.currency}: go on with the same.`
        })
      })

      /** What is complete, with the accounts of those who had credits. */
      const openedWith = Effect.fnUntraced(function*({ batchSize }: AdoptionOptions) {
        const found = yield* foundColumns(sql, "legacy")
        const at: Places = { source: sourceOf("legacy", found), plan: "legacy" }
        yield* openAccounts(sql, at, found, { batchSize, lockId })
        if (!(yield* openingsAddUp(sql, at, found))) return yield* unequal(["users.credits"])
        return yield* balanced(yield* summaryOf("complete"))
      })

      const summaryOf = Effect.fnUntraced(function*(state: "planned" | "complete") {
        const found = yield* foundColumns(sql, "legacy")
        const at: Places = { source: sourceOf("legacy", found), plan: "legacy" }
        const rules = allRules(at)
        const summary: Summary = {
          state,
          counts: yield* (state === "planned" ? plannedCounts : adoptedCounts)(sql, rules, at),
          reasons: yield* plannedReasons(sql, at),
          dropped: yield* droppedColumns(sql, rules, found, "legacy"),
          openings: yield* (state === "planned" ? plannedOpenings(sql, at, "legacy", found) : madeOpenings(sql)),
          notes: yield* notesOn(sql, "legacy", found)
        }
        return summary
      })

      return { dryRun, run }
    })
  )
}

/** Any constant would do; this one is ours. */
const lockId = 7_316_442_018

const balanced = (summary: Summary): Effect.Effect<Summary, AdoptionUnbalanced> => {
  const tables = unbalanced(summary.counts)
  return tables.length === 0 ? Effect.succeed(summary) : unequal(tables)
}

const unequal = (tables: ReadonlyArray<string>) =>
  Effect.fail(
    new AdoptionUnbalanced({
      tables,
      message: `Rows do not add up in ${
        tables.join(", ")
      }: nothing was dropped, and legacy still holds every old row. See docs/adoption.md.`
    })
  )

const nothingToAdopt = (state: "absent" | "aligned") =>
  Effect.fail(
    new AdoptionRefused({
      reason: "no_legacy_tables",
      message: state === "aligned"
        ? "This database is of the new shape and was not adopted from an old one: there is nothing to do. Run npm run migrate to bring it up to date."
        : "This database holds no tables of the old backend: check the address."
    })
  )
