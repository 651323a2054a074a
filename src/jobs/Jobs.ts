import { Clock, Context, type Duration, Effect, Layer, Option, Stream } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { isUuid } from "../database/Uuid.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { ProfileAcquisition } from "../profiles/ProfileAcquisition.ts"
import { ProfileFetches } from "../profiles/ProfileFetches.ts"
import { normalizeUsername, type Username } from "../profiles/Username.ts"
import { ProfileSuppressed } from "../suppressions/SuppressionErrors.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import type { UserId } from "../users/UserId.ts"
import { Outbox } from "../webhooks/Outbox.ts"
import { JobId } from "./BulkJob.ts"
import { BulkWork, type BulkWorkOptions } from "./BulkWork.ts"
import { finishedJob } from "./FinishedJob.ts"
import { JobChanges } from "./JobChanges.ts"
import { JobNotFound } from "./JobErrors.ts"
import { type Counted, type ItemRow, JobRepo, type Page } from "./JobRepo.ts"

export interface NewBulkJob {
  readonly usernames: ReadonlyArray<string>
  readonly maxCredits: number | null
}

/** Something that happened to a job, with the revision that it brought. */
export type JobEvent =
  | { readonly _tag: "Item"; readonly revision: number; readonly item: ItemRow }
  | { readonly _tag: "Ended"; readonly revision: number; readonly job: Counted }

/** Bulk look-ups: many names at once, worked on by whichever processes have time. */
export class Jobs extends Context.Service<Jobs, {
  /** Makes a job of the names, normalised and each once. */
  create(user: UserId, asked: NewBulkJob): Effect.Effect<Counted, InvalidRequest | ProfileSuppressed | DatabaseError>
  find(user: UserId, id: string): Effect.Effect<Counted, JobNotFound | DatabaseError>
  list(user: UserId, page: Page): Effect.Effect<ReadonlyArray<Counted & { readonly position: string }>, DatabaseError>
  /** Items in the order they were asked for in, after a position; those that have ended hold their result whether the job has or not. */
  items(user: UserId, id: string, page: { readonly after: number; readonly limit: number }): Effect.Effect<
    ReadonlyArray<ItemRow>,
    JobNotFound | DatabaseError
  >
  /** What happens to the job after a revision, until it has ended. No connection is held in between. */
  events(user: UserId, id: string, after: number): Effect.Effect<
    Stream.Stream<JobEvent, JobNotFound | DatabaseError>,
    JobNotFound | DatabaseError
  >
  /**
   * Ends a job: what is done stays, nothing more is begun. False where the user has none of that id under way; else `alongside` is done in
   * the same transaction.
   */
  cancel(user: UserId, id: string, alongside?: Effect.Effect<void, DatabaseError>): Effect.Effect<boolean, DatabaseError>
}>()("analytics-following/jobs/Jobs") {
  static readonly layerNoDeps = Layer.effect(
    Jobs,
    Effect.gen(function*() {
      const jobs = yield* JobRepo
      const work = yield* BulkWork
      const fetches = yield* ProfileFetches
      const changes = yield* JobChanges
      const outbox = yield* Outbox
      const transaction = yield* Transaction
      const suppressions = yield* Suppressions

      const find = Effect.fn("Jobs.find")(function*(user: UserId, id: string) {
        const found = isUuid(id) ? yield* jobs.find(user, id) : undefined
        return found ?? (yield* JobNotFound.problem)
      })

      const create = Effect.fn("Jobs.create")(function*(user: UserId, asked: NewBulkJob) {
        const usernames = yield* usernamesOf(asked.usernames)
        yield* work.ready
        const now = instantOf(yield* Clock.currentTimeMillis)
        const made = yield* transaction.run(Effect.gen(function*() {
          const suppressed = yield* suppressions.among({ usernames: new Set(usernames), ids: new Set() })
          const refused = usernames.filter((name) => suppressed?.username(name))
          if (refused[0] !== undefined) {
            return yield* new ProfileSuppressed({
              username: refused[0],
              detail: `No job was made, and nothing charged. Leave out ${
                refused.slice(0, 20).join(", ")
              }: nothing of them is kept, on request.`
            })
          }
          const job = yield* jobs.insert({ user_id: user, total: usernames.length, max_credits: asked.maxCredits }, now)
          yield* jobs.insertItems(job.id, usernames)
          yield* work.offer(job)
          return job
        }))
        return { ...made, counts: { queued: made.total } }
      })

      const items = Effect.fn("Jobs.items")(function*(
        user: UserId,
        id: string,
        page: { readonly after: number; readonly limit: number }
      ) {
        return yield* jobs.listItems((yield* find(user, id)).id, page)
      })

      /** What has happened since a revision, once there is something; `undefined` begins after the end. */
      const next = (user: UserId, id: JobId) =>
        Effect.fnUntraced(function*(after: number | undefined) {
          if (after === undefined) return undefined
          for (;;) {
            // The job first: an item that ends in between is then in the list, and never behind the end.
            const job = yield* find(user, id)
            const found = yield* jobs.listSince(id, after)
            const happened = found.map((item): JobEvent => ({ _tag: "Item", revision: item.revision ?? after, item }))
            const last = happened.at(-1)?.revision ?? after
            if (job.finished_at !== null && last >= job.revision - 1) {
              const ended: JobEvent = { _tag: "Ended", revision: job.revision, job }
              return step([...happened, ended], undefined)
            }
            if (happened.length > 0) return step(happened, last)
            yield* changes.next(id)
          }
        })

      const events = Effect.fn("Jobs.events")(function*(user: UserId, id: string, after: number) {
        const job = yield* find(user, id)
        return Stream.unfold(after as number | undefined, next(user, job.id)).pipe(Stream.flattenIterable)
      })

      const cancel = Effect.fn("Jobs.cancel")(function*(
        user: UserId,
        id: string,
        alongside: Effect.Effect<void, DatabaseError> = Effect.void
      ) {
        if (!isUuid(id) || (yield* jobs.find(user, id)) === undefined) return false
        const now = instantOf(yield* Clock.currentTimeMillis)
        // With what it waits for, or a process that dies in between would have the user charged for what a cancelled job still waited for.
        const cancelled = transaction.run(Effect.gen(function*() {
          const waitedFor = yield* jobs.cancelItems(JobId.make(id), now)
          if (!(yield* jobs.cancel(user, id, now))) return false
          yield* fetches.leave(waitedFor, user)
          yield* outbox.emit(finishedJob({ id: JobId.make(id), user_id: user }, "cancelled", now))
          yield* alongside
          return true
        }))
        // Whoever cancels and hangs up means it.
        return yield* Effect.uninterruptible(cancelled)
      })

      return { create, find, list: jobs.list, items, events, cancel }
    })
  )

  /** The whole room, with what it needs. */
  static readonly layer = (options: BulkWorkOptions & { readonly freshFor: Duration.Duration }) =>
    this.layerNoDeps.pipe(
      Layer.provide(BulkWork.layerNoDeps(options)),
      Layer.provide([JobRepo.layer, JobChanges.layerNoDeps]),
      Layer.provide(ProfileAcquisition.layerNoDeps(options))
    )
}

/** Events, and the revision to go on from. */
const step = (happened: ReadonlyArray<JobEvent>, next: number | undefined) => [happened, next] as const

/** The names normalised, each once; every one that is no name is told at once. */
const usernamesOf = (given: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Username>, InvalidRequest> => {
  const read = given.map(normalizeUsername)
  const wrong = read.flatMap((name, index) =>
    Option.isNone(name) ? [{ path: ["usernames", index], message: "This is not an Instagram username." }] : []
  )
  return wrong.length > 0
    ? Effect.fail(InvalidRequest.of(wrong))
    : Effect.succeed([...new Set(read.flatMap((name) => Option.toArray(name)))])
}
