import { Cause, Clock, Context, Duration, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { ProfileAcquisition } from "../profiles/ProfileAcquisition.ts"
import { Outbox } from "../webhooks/Outbox.ts"
import { type BulkJob, JobId, type JobItem } from "./BulkJob.ts"
import { finishedJob } from "./FinishedJob.ts"
import { JobQueue } from "./JobQueue.ts"
import { type ItemEnd, JobRepo } from "./JobRepo.ts"

export interface BulkWorkOptions {
  /** Names of all bulk jobs that this process works on at once; 0: none. */
  readonly concurrency: number
  /** Names of a slot that the vendor is given in one call; 1: each is fetched by itself. */
  readonly batch: number
}

/**
 * Works on bulk jobs. A job is offered as a few slots, each of which does a few names and then goes behind what waits by then, so that a long
 * job leaves room for others, and several processes share one. A slot that lost its process goes on with the name it had.
 */
export class BulkWork extends Context.Service<BulkWork, {
  /** As `JobQueue.ready`, before the transaction that offers. */
  readonly ready: JobQueue["Service"]["ready"]
  /** Offers a job's slots, in the transaction that makes the job. */
  offer(job: BulkJob): Effect.Effect<void, DatabaseError>
}>()("analytics-following/jobs/BulkWork") {
  static readonly layerNoDeps = (options: BulkWorkOptions) =>
    Layer.effect(
      BulkWork,
      Effect.gen(function*() {
        const jobs = yield* JobRepo
        const acquisition = yield* ProfileAcquisition
        const queue = yield* JobQueue
        const outbox = yield* Outbox
        const transaction = yield* Transaction

        const now = Effect.map(Clock.currentTimeMillis, instantOf)

        const end = (item: JobItem, given: ItemEnd) => Effect.flatMap(now, (at) => jobs.endItem(item, given, at))

        const reserve = (job: BulkJob, item: JobItem) =>
          Effect.flatMap(acquisition.quote(job.user_id, item.username), (credits) => jobs.reserve(item, credits))

        const doItem = Effect.fn("BulkWork.item")(function*(job: BulkJob, item: JobItem) {
          if (!(yield* reserve(job, item))) {
            yield* end(item, { state: "skipped", profile: null, source: null, reason: "max_credits", charged: false })
            return
          }
          yield* acquisition.acquire({
            user: job.user_id,
            username: item.username,
            analysisType: "bulk",
            fetch: item.fetch_id,
            note: (fetch) => jobs.setFetch(item.id, fetch),
            settle: ({ profile, reason, source }) =>
              end(item, {
                state: profile === null ? "failed" : "succeeded",
                profile,
                source,
                reason,
                charged: profile !== null
              })
          })
        })

        /** What a fault of ours ends is ended for good; what may pass is tried again, but not at once: the queue hands it back without a pause. */
        const attempt = (job: BulkJob, item: JobItem) =>
          Effect.catchCause(doItem(job, item), (cause) =>
            Cause.hasDies(cause)
              ? Effect.logError("an item of a job died", { job: job.id, position: item.position }, cause).pipe(
                Effect.andThen(
                  end(item, { state: "failed", profile: null, source: null, reason: "internal_error", charged: false })
                )
              )
              : Effect.logWarning("an item of a job comes again", { job: job.id, position: item.position }, cause).pipe(
                Effect.andThen(Effect.sleep("1 second")),
                Effect.andThen(Effect.failCause(cause))
              ))

        /** Ends the job if all its names have ended, and tells whoever asked to be told. */
        const finish = Effect.fnUntraced(function*(job: BulkJob) {
          const finished_at = yield* now
          yield* transaction.run(Effect.gen(function*() {
            if (!(yield* jobs.finish(job.id, finished_at))) return
            yield* outbox.emit(finishedJob(job, "succeeded", finished_at))
          }))
        })

        /**
         * Sets names aside for the slot and orders them together. Whoever takes the slot up after a process died in between orders nothing
         * again: what the vendor has not noted is fetched by itself.
         */
        const orderAhead = Effect.fn("BulkWork.orderAhead")(function*(job: BulkJob, slot: number) {
          // No more than its share: a slot does its names one after the other.
          const share = Math.min(options.batch, Math.ceil(job.total / slotsOfJob))
          const items = new Map((yield* jobs.claimAhead(job.id, slot, share)).map((item) => [item.username, item]))
          if (items.size < 2) return
          yield* acquisition.order(job.user_id, [...items.keys()], (username) => {
            const item = items.get(username)
            return item === undefined ? Effect.succeed(false) : reserve(job, item)
          })
        })

        const turn = Effect.fn("BulkWork.turn")(function*(element: string) {
          const [id, slot] = element.split("/")
          const job = yield* Effect.flatMap(now, (at) => jobs.start(JobId.make(id ?? ""), at))
          if (job === undefined) return
          if (options.batch > 1) yield* orderAhead(job, Number(slot))
          for (let done = 0; done < itemsInTurn; done++) {
            const item = yield* jobs.claimItem(job.id, Number(slot))
            if (item === undefined) return yield* finish(job)
            yield* attempt(job, item)
          }
          return yield* Effect.fail("there is more to do")
        })

        yield* queue.work(bulkQueue, { concurrency: options.concurrency, again: Duration.zero }, turn)

        const offer = Effect.fn("BulkWork.offer")((job: BulkJob) =>
          Effect.forEach(
            Array.from({ length: Math.min(slotsOfJob, job.total) }, (_, slot) => `${job.id}/${slot}`),
            (slot) => queue.offer(bulkQueue, slot),
            { discard: true }
          )
        )

        return { ready: queue.ready, offer }
      })
    )
}

const bulkQueue = "bulk_lookup"
const slotsOfJob = 8
const itemsInTurn = 5
