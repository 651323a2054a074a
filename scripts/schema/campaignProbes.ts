import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import { CampaignId } from "../../src/campaigns/Campaign.ts"
import { CampaignPostRepo } from "../../src/campaigns/CampaignPostRepo.ts"
import { CampaignProfileRepo } from "../../src/campaigns/CampaignProfileRepo.ts"
import { CampaignRepo } from "../../src/campaigns/CampaignRepo.ts"
import * as Column from "../../src/database/Column.ts"
import { PostId } from "../../src/posts/Post.ts"
import { Shortcode } from "../../src/posts/Shortcode.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { Username } from "../../src/profiles/Username.ts"
import { UserId } from "../../src/users/UserId.ts"
import { rowless } from "./rowless.ts"

const user = UserId.make(id)
const campaign = CampaignId.make(id)
const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const details = {
  name: "probe",
  description: null,
  logo_url: null,
  start_date: null,
  end_date: null,
  budget: null,
  currency: null,
  target_audience: {},
  campaign_goals: {}
}
const viewer = { user, now }
const pages = [undefined, `0 ${id}`].map((after) => ({ after, limit: 1 }))

const campaigns = Effect.provide(CampaignRepo.layer)
const ofPosts = Effect.provide(CampaignPostRepo.layer)
const ofProfiles = Effect.provide(CampaignProfileRepo.layer)

const post = Shortcode.make("probe")
const postChange = { role: "hero", performance_tier: "top", notes: "probe" } as const
const profile = Username.make("probe")
const profileChange = { role: "creator", priority: 1, notes: "probe" } as const

/** One call of every repo method of the campaigns' tables. */
export const campaignProbes: ReadonlyArray<Probe> = [
  { method: "CampaignRepo.insert", run: campaigns(CampaignRepo.use((repo) => repo.insert(user, details, now))) },
  { method: "CampaignRepo.find", run: campaigns(CampaignRepo.use((repo) => repo.find(user, campaign))) },
  { method: "CampaignRepo.lock", run: campaigns(CampaignRepo.use((repo) => repo.lock(user, campaign))) },
  {
    method: "CampaignRepo.update",
    run: rowless(campaigns(
      CampaignRepo.use((repo) => repo.update(user, campaign, { ...details, status: "active", deleted_at: null }, now))
    ))
  },
  { method: "CampaignRepo.purge", run: campaigns(CampaignRepo.use((repo) => repo.purge(now, 1))) },
  { method: "CampaignRepo.countBin", run: campaigns(CampaignRepo.use((repo) => repo.countBin(now))) },
  ...([undefined, "draft", "deleted"] as const).flatMap((status) =>
    pages.map((page): Probe => ({
      method: "CampaignRepo.list",
      run: campaigns(CampaignRepo.use((repo) => repo.list({ user, status, ...page })))
    }))
  ),
  {
    method: "CampaignPostRepo.upsert",
    run: rowless(ofPosts(CampaignPostRepo.use((repo) => repo.upsert(campaign, PostId.make(id), postChange, viewer))))
  },
  {
    method: "CampaignPostRepo.update",
    run: ofPosts(CampaignPostRepo.use((repo) => repo.update(campaign, post, postChange, viewer)))
  },
  { method: "CampaignPostRepo.delete", run: ofPosts(CampaignPostRepo.use((repo) => repo.delete(campaign, post))) },
  { method: "CampaignPostRepo.count", run: ofPosts(CampaignPostRepo.use((repo) => repo.count(campaign))) },
  ...pages.map((page): Probe => ({
    method: "CampaignPostRepo.list",
    run: ofPosts(CampaignPostRepo.use((repo) => repo.list(campaign, viewer, page)))
  })),
  {
    method: "CampaignProfileRepo.upsert",
    run: ofProfiles(CampaignProfileRepo.use((repo) => repo.upsert(campaign, ProfileId.make(id), profileChange, viewer)))
  },
  {
    method: "CampaignProfileRepo.update",
    run: ofProfiles(CampaignProfileRepo.use((repo) => repo.update(campaign, profile, profileChange, viewer)))
  },
  { method: "CampaignProfileRepo.delete", run: ofProfiles(CampaignProfileRepo.use((repo) => repo.delete(campaign, profile))) },
  { method: "CampaignProfileRepo.count", run: ofProfiles(CampaignProfileRepo.use((repo) => repo.count(campaign))) },
  ...pages.map((page): Probe => ({
    method: "CampaignProfileRepo.list",
    run: ofProfiles(CampaignProfileRepo.use((repo) => repo.list(campaign, viewer, page)))
  }))
]
