import type * as Column from "../database/Column.ts"
import type { Emitted } from "../webhooks/Outbox.ts"
import type { BulkJob } from "./BulkJob.ts"

/** What is told of a bulk job that has ended: it has done what it was asked for, whatever each name ended with, or was cancelled. */
export const finishedJob = (
  { id, user_id }: Pick<BulkJob, "id" | "user_id">,
  status: "succeeded" | "cancelled",
  finished_at: Column.Instant
): Emitted => ({
  type: "job.finished",
  user: user_id,
  data: {
    job_id: id,
    type: "bulk_lookup",
    status,
    finished_at,
    href: `/jobs/${id}`,
    result_href: `/jobs/${id}/items`,
    problem: null
  }
})
