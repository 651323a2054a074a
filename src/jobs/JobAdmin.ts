import { Context, Effect, Layer } from "effect"
import { Audit } from "../audit/Audit.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { JobNotFound } from "./JobErrors.ts"
import { JobOverviewRepo } from "./JobOverviewRepo.ts"
import type { Counted } from "./JobRepo.ts"
import { Jobs } from "./Jobs.ts"

/** What administrators see of the work of everybody, and do to it. What names users is told of in the audit log. */
export class JobAdmin extends Context.Service<JobAdmin, {
  readonly list: JobOverviewRepo["Service"]["list"]
  readonly fetches: JobOverviewRepo["Service"]["fetches"]
  readonly backlog: JobOverviewRepo["Service"]["backlog"]
  /** As its owner's own cancelling: what is done stays, nothing more is begun or charged. One that has ended stays as it is. */
  cancel(id: string, reason: string): Effect.Effect<Counted, JobNotFound | DatabaseError>
}>()("analytics-following/jobs/JobAdmin") {
  static readonly layerNoDeps = Layer.effect(
    JobAdmin,
    Effect.gen(function*() {
      const repo = yield* JobOverviewRepo
      const jobs = yield* Jobs
      const audit = yield* Audit

      const there = (id: string) =>
        Effect.flatMap(repo.find(id), (found) => found === undefined ? Effect.fail(noSuchJob) : Effect.succeed(found))

      const list: JobAdmin["Service"]["list"] = Effect.fn("JobAdmin.list")(function*(filter, page) {
        const found = yield* repo.list(filter, page)
        yield* audit.record({
          action: "job.list",
          subject: { type: "users", id: "jobs" },
          details: { state: filter.state ?? null, shown: found.length }
        })
        return found
      })

      const cancel = Effect.fn("JobAdmin.cancel")(function*(id: string, reason: string) {
        const { user_id } = yield* there(id)
        yield* jobs.cancel(user_id, id, audit.record({ action: "job.cancel", subject: { type: "job", id }, details: { reason } }))
        return yield* there(id)
      })

      return { list, fetches: repo.fetches, backlog: repo.backlog, cancel }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(JobOverviewRepo.layer))
}

const noSuchJob = new JobNotFound({ detail: "No bulk job has this id. GET /admin/jobs lists them; fetches end by themselves." })
