import type * as Column from "../database/Column.ts"
import type { Job } from "../jobs/Job.ts"
import type { UserId } from "../users/UserId.ts"
import type { Emitted } from "../webhooks/Outbox.ts"
import { refusalOf } from "./FetchFailures.ts"
import type { ProfileFetch } from "./ProfileFetch.ts"

/** The fetch that a look-up waits for, as a job. */
export const lookupJobView = (fetch: ProfileFetch): Job => ({
  id: fetch.id,
  type: "profile_lookup",
  status: fetch.state === "queued" ? "running" : fetch.state,
  username: fetch.username,
  created_at: fetch.created_at,
  finished_at: fetch.finished_at,
  href: hrefOf(fetch),
  result_href: resultOf(fetch),
  problem: problemOf(fetch)
})

/** What is told, to one of those who waited, of a look-up that went on as a job. */
export const finishedLookup = (
  user: UserId,
  fetch: EndedFetch & { readonly state: "succeeded" | "failed" | "cancelled" },
  finished_at: Column.Instant
): Emitted => ({
  type: "job.finished",
  user,
  data: {
    job_id: fetch.id,
    type: "profile_lookup",
    status: fetch.state,
    finished_at,
    href: hrefOf(fetch),
    result_href: resultOf(fetch),
    problem: problemOf(fetch)?.type ?? null
  }
})

type EndedFetch = Pick<ProfileFetch, "id" | "username" | "state" | "problem">

const hrefOf = ({ id }: EndedFetch): string => `/jobs/${id}`

const resultOf = ({ state, username }: EndedFetch): string | null => state === "succeeded" ? `/profile/${username}` : null

const problemOf = ({ problem, state, username }: EndedFetch): Job["problem"] => {
  if (state !== "failed") return null
  if (problem === null) {
    return { type: "/problems/internal-error", title: "Something went wrong on our side", detail: "Look the profile up again." }
  }
  const { detail, title, type } = refusalOf(username, problem)
  return { type, title, detail: detail ?? title }
}
