import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { JobId, JobItem } from "../../src/jobs/BulkJob.ts"
import { JobOverviewRepo } from "../../src/jobs/JobOverviewRepo.ts"
import { JobRepo } from "../../src/jobs/JobRepo.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { FetchId } from "../../src/profiles/ProfileFetch.ts"
import { ProfileFetchRepo } from "../../src/profiles/ProfileFetchRepo.ts"
import { Username } from "../../src/profiles/Username.ts"
import { UserId } from "../../src/users/UserId.ts"

const user = UserId.make(id)
const fetch = FetchId.make(id)
const username = Username.make("probe")
const now = Column.Instant.make("2025-01-01T00:00:00.000Z")

const job = JobId.make(id)
const item = new JobItem({
  id,
  job_id: job,
  position: 1,
  username,
  state: "running",
  slot: 0,
  fetch_id: null,
  profile_id: null,
  source: null,
  reason: null,
  credits: 0,
  revision: null,
  finished_at: null
})
const jobs = Effect.provide(JobRepo.layer)
const overview = Effect.provide(JobOverviewRepo.layer)
const anyJob = { state: undefined, user: undefined, createdBefore: undefined }
const newJob = { user_id: user, total: 1, max_credits: null }

const fetches = Effect.provide(ProfileFetchRepo.layer)

/** One call of every repo method of the tables that say what is under way. */
export const jobProbes: ReadonlyArray<Probe> = [
  {
    method: "ProfileFetchRepo.insert",
    run: fetches(ProfileFetchRepo.use((repo) => repo.insert({ username, purpose: "lookup", analysis_type: "lookup" }, now)))
  },
  { method: "ProfileFetchRepo.delete", run: fetches(ProfileFetchRepo.use((repo) => repo.delete(fetch))) },
  {
    method: "ProfileFetchRepo.addCaller",
    run: fetches(ProfileFetchRepo.use((repo) => repo.addCaller(fetch, { user_id: user, asked_at: now, reservation: null })))
  },
  { method: "ProfileFetchRepo.findLatest", run: fetches(ProfileFetchRepo.use((repo) => repo.findLatest(username, now))) },
  { method: "ProfileFetchRepo.findNewer", run: fetches(ProfileFetchRepo.use((repo) => repo.findNewer(username, now, null))) },
  { method: "ProfileFetchRepo.setJob", run: fetches(ProfileFetchRepo.use((repo) => repo.setJob(fetch, user))) },
  { method: "ProfileFetchRepo.findUnderWay", run: fetches(ProfileFetchRepo.use((repo) => repo.findUnderWay([username]))) },
  { method: "ProfileFetchRepo.findEnded", run: fetches(ProfileFetchRepo.use((repo) => repo.findEnded([fetch]))) },
  { method: "ProfileFetchRepo.findPruned", run: fetches(ProfileFetchRepo.use((repo) => repo.findPruned([fetch]))) },
  { method: "ProfileFetchRepo.findOf", run: fetches(ProfileFetchRepo.use((repo) => repo.findOf(id, user, now))) },
  { method: "ProfileFetchRepo.start", run: fetches(ProfileFetchRepo.use((repo) => repo.start(fetch, now))) },
  { method: "ProfileFetchRepo.findAttempts", run: fetches(ProfileFetchRepo.use((repo) => repo.findAttempts(fetch))) },
  {
    method: "ProfileFetchRepo.end",
    run: fetches(
      ProfileFetchRepo.use((repo) =>
        repo.end(fetch, { state: "failed", profile: ProfileId.make(id), problem: { kind: "not_found" } }, now)
      )
    )
  },
  { method: "ProfileFetchRepo.recordCallers", run: fetches(ProfileFetchRepo.use((repo) => repo.recordCallers(fetch))) },
  {
    method: "ProfileFetchRepo.unrecordCallers",
    run: fetches(ProfileFetchRepo.use((repo) => repo.unrecordCallers(fetch, [user])))
  },
  ...[undefined, fetch].map((one): Probe => ({
    method: "ProfileFetchRepo.reservations",
    run: fetches(ProfileFetchRepo.use((repo) => repo.reservations(one)))
  })),
  { method: "ProfileFetchRepo.leave", run: fetches(ProfileFetchRepo.use((repo) => repo.leave(fetch, user, now))) },
  { method: "ProfileFetchRepo.cancelDeserted", run: fetches(ProfileFetchRepo.use((repo) => repo.cancelDeserted(fetch, now))) },
  { method: "ProfileFetchRepo.prune", run: fetches(ProfileFetchRepo.use((repo) => repo.prune(now))) },
  { method: "JobRepo.insert", run: jobs(JobRepo.use((repo) => repo.insert(newJob, now))) },
  { method: "JobRepo.find", run: jobs(JobRepo.use((repo) => repo.find(user, id))) },
  ...[undefined, `0 ${id}`].map((after): Probe => ({
    method: "JobRepo.list",
    run: jobs(JobRepo.use((repo) => repo.list(user, { after, limit: 1 })))
  })),
  { method: "JobRepo.start", run: jobs(JobRepo.use((repo) => repo.start(job, now))) },
  { method: "JobRepo.finish", run: jobs(JobRepo.use((repo) => repo.finish(job, now))) },
  { method: "JobRepo.cancel", run: jobs(JobRepo.use((repo) => repo.cancel(user, id, now))) },
  { method: "JobRepo.insertItems", run: jobs(JobRepo.use((repo) => repo.insertItems(job, [username]))) },
  { method: "JobRepo.claimAhead", run: jobs(JobRepo.use((repo) => repo.claimAhead(job, 0, 1))) },
  { method: "JobRepo.claimItem", run: jobs(JobRepo.use((repo) => repo.claimItem(job, 0))) },
  { method: "JobRepo.setFetch", run: jobs(JobRepo.use((repo) => repo.setFetch(id, fetch))) },
  { method: "JobRepo.reserve", run: jobs(JobRepo.use((repo) => repo.reserve(item, 1))) },
  {
    method: "JobRepo.endItem",
    run: jobs(
      JobRepo.use((repo) =>
        repo.endItem(item, { state: "failed", profile: null, source: null, reason: "probe", charged: false }, now)
      )
    )
  },
  { method: "JobRepo.cancelItems", run: jobs(JobRepo.use((repo) => repo.cancelItems(job, now))) },
  { method: "JobRepo.listItems", run: jobs(JobRepo.use((repo) => repo.listItems(job, { after: 0, limit: 1 }))) },
  { method: "JobOverviewRepo.find", run: overview(JobOverviewRepo.use((repo) => repo.find(id))) },
  ...[anyJob, { state: "running", user, createdBefore: now } as const].flatMap((filter) =>
    [undefined, `0 ${id}`].map((after): Probe => ({
      method: "JobOverviewRepo.list",
      run: overview(JobOverviewRepo.use((repo) => repo.list(filter, { after, limit: 1 })))
    }))
  ),
  { method: "JobOverviewRepo.fetches", run: overview(JobOverviewRepo.use((repo) => repo.fetches(1))) },
  { method: "JobOverviewRepo.backlog", run: overview(JobOverviewRepo.use((repo) => repo.backlog)) },
  { method: "JobRepo.listSince", run: jobs(JobRepo.use((repo) => repo.listSince(job, 0))) }
]
