import type { Cell } from "../http/Csv.ts"
import type { BulkJobView, JobItemView } from "./Job.ts"
import type { Counted, ItemRow } from "./JobRepo.ts"

/** A bulk job as answers carry it. */
export const bulkJobView = (job: Counted): BulkJobView => ({
  id: job.id,
  type: "bulk_lookup",
  status: job.state,
  created_at: job.created_at,
  started_at: job.started_at,
  finished_at: job.finished_at,
  href: `/jobs/${job.id}`,
  items_href: `/jobs/${job.id}/items`,
  events_href: `/jobs/${job.id}/events`,
  progress: {
    total: job.total,
    queued: job.counts["queued"] ?? 0,
    running: job.counts["running"] ?? 0,
    succeeded: job.counts["succeeded"] ?? 0,
    failed: job.counts["failed"] ?? 0,
    skipped: job.counts["skipped"] ?? 0,
    cancelled: job.counts["cancelled"] ?? 0
  },
  max_credits: job.max_credits,
  credits: job.credits
})

/** One name of it. Figures are those of now, of whoever was unlocked with the item. */
export const jobItemView = (item: ItemRow): JobItemView => ({
  username: item.username,
  state: item.state,
  source: item.source,
  reason: item.reason,
  credits: item.credits,
  finished_at: item.finished_at,
  result_href: item.state === "succeeded" ? `/profile/${item.username}` : null,
  profile: item.state !== "succeeded" || item.profile_id === null ? null : {
    full_name: item.full_name,
    followers_count: item.followers_count,
    following_count: item.following_count,
    posts_count: item.posts_count,
    is_verified: item.is_verified,
    availability: item.availability,
    last_refreshed: item.last_refreshed
  }
})

/** The columns of an export, in order, each with how an item fills it. */
export const itemColumns: Readonly<Record<string, (item: JobItemView) => Cell>> = {
  username: (item) => item.username,
  state: (item) => item.state,
  reason: (item) => item.reason,
  source: (item) => item.source,
  credits: (item) => item.credits,
  finished_at: (item) => item.finished_at,
  full_name: ({ profile }) => profile?.full_name ?? null,
  followers: ({ profile }) => profile?.followers_count ?? null,
  following: ({ profile }) => profile?.following_count ?? null,
  posts: ({ profile }) => profile?.posts_count ?? null,
  is_verified: ({ profile }) => profile?.is_verified ?? null,
  availability: ({ profile }) => profile?.availability ?? null,
  last_refreshed: ({ profile }) => profile?.last_refreshed ?? null
}
