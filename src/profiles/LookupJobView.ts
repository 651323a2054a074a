import type { Job } from "../jobs/Job.ts"
import { refusalOf } from "./FetchFailures.ts"
import type { ProfileFetch } from "./ProfileFetch.ts"

/** The fetch that a look-up waits for, as a job. */
export const lookupJobView = (fetch: ProfileFetch): Job => {
  const refusal = fetch.problem === null ? undefined : refusalOf(fetch.username, fetch.problem)
  return {
    id: fetch.id,
    type: "profile_lookup",
    status: fetch.state === "queued" ? "running" : fetch.state,
    username: fetch.username,
    created_at: fetch.created_at,
    finished_at: fetch.finished_at,
    href: `/jobs/${fetch.id}`,
    result_href: fetch.state === "succeeded" ? `/profile/${fetch.username}` : null,
    problem: fetch.state !== "failed"
      ? null
      : refusal === undefined
      ? { type: "/problems/internal-error", title: "Something went wrong on our side", detail: "Look the profile up again." }
      : { type: refusal.type, title: refusal.title, detail: refusal.detail ?? refusal.title }
  }
}
