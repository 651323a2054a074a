import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row } from "../database/Rows.ts"
import { transactional } from "../database/Transaction.ts"
import { type FleetRules, FleetStore, FleetStoreUnavailable } from "./FleetStore.ts"

/** All SQL of `vendor_places`: who calls the vendor and who waits to, among all processes. */
export const layer = Layer.effect(
  FleetStore,
  Effect.gen(function*() {
    const sql = yield* SqlClient
    const guard = available("vendor_places")
    const decode = row("vendor_places", Schema.Struct({ delay: Schema.Finite }))
    const decodeCount = row("vendor_places", Schema.Struct({ in_use: Schema.Int, waiting: Schema.Int }))
    const inTransaction = transactional(sql)

    const enter = Effect.fn("PlaceRepo.enter")(function*(id: string, { concurrency, lease, spacing }: FleetRules) {
      const expires = sql`clock_timestamp() + ${lease}::double precision * interval '1 millisecond'`
      // Places are counted before one is taken: two processes at once would both find the last one.
      yield* sql`SELECT pg_advisory_xact_lock(${lockKey})`
      yield* sql`DELETE FROM vendor_places WHERE expires_at < clock_timestamp()`
      yield* sql`
        INSERT INTO vendor_places (id, expires_at) VALUES (${id}, ${expires})
        ON CONFLICT (id) DO UPDATE SET expires_at = EXCLUDED.expires_at`
      const granted = yield* decode(sql`
        UPDATE vendor_places AS mine SET
          starts_at = greatest(
            clock_timestamp(),
            (SELECT max(starts_at) FROM vendor_places) + ${spacing}::double precision * interval '1 millisecond'
          )
        WHERE id = ${id} AND starts_at IS NULL
          AND (SELECT count(*) FROM vendor_places WHERE starts_at IS NOT NULL AND left_at IS NULL)
            + (SELECT count(*) FROM vendor_places AS before WHERE before.starts_at IS NULL AND (before.queued_at, before.id) < (mine.queued_at, mine.id))
            < ${concurrency}::integer
        RETURNING greatest(0, extract(epoch FROM starts_at - clock_timestamp()) * 1000)::double precision AS delay`)
      return granted === undefined ? null : granted.delay
    })

    const renew = Effect.fn("PlaceRepo.renew")((ids: ReadonlyArray<string>, { lease }: FleetRules) =>
      guard(sql`
        UPDATE vendor_places SET expires_at = clock_timestamp() + ${lease}::double precision * interval '1 millisecond'
        WHERE id = ANY (${[...ids]}::uuid[]) AND left_at IS NULL`)
    )

    // A place that was used stays for a moment: the next start is counted from its own.
    const leave = Effect.fn("PlaceRepo.leave")((id: string) =>
      guard(sql`
        UPDATE vendor_places SET left_at = clock_timestamp(),
          expires_at = CASE WHEN starts_at IS NULL THEN '-infinity'
            ELSE greatest(starts_at, clock_timestamp()) + interval '2 seconds' END
        WHERE id = ${id}`)
    )

    const count = Effect.fn("PlaceRepo.count")(() =>
      decodeCount(sql`
        SELECT count(*) FILTER (WHERE starts_at IS NOT NULL AND left_at IS NULL)::integer AS in_use,
          count(*) FILTER (WHERE starts_at IS NULL)::integer AS waiting
        FROM vendor_places WHERE expires_at >= clock_timestamp()`)
    )

    return FleetStore.of({
      kind: "postgresql",
      enter: (id, rules) => asked(guard(inTransaction(enter(id, rules)))),
      renew: (ids, rules) => Effect.asVoid(asked(renew(ids, rules))),
      leave: (id) => Effect.asVoid(asked(leave(id))),
      count: Effect.map(asked(count()), (found) => found ?? { in_use: 0, waiting: 0 })
    })
  })
)

/** A database that does not answer at once must not keep calls from being made. */
const asked = <A, R>(effect: Effect.Effect<A, DatabaseError, R>): Effect.Effect<A, FleetStoreUnavailable, R> =>
  effect.pipe(
    Effect.mapError(() => new FleetStoreUnavailable()),
    Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.fail(new FleetStoreUnavailable()) })
  )

/** Of this product's vendor places, among the advisory locks of the database. */
const lockKey = 7_361_204
