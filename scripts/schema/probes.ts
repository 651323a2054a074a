import { Effect } from "effect"
import { AccessRepo } from "../../src/access/AccessRepo.ts"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id, sampleInsert } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { FavoriteRepo } from "../../src/favorites/FavoriteRepo.ts"
import { AudienceDemographics } from "../../src/insights/AudienceDemographics.ts"
import { CommentSentiment } from "../../src/insights/CommentSentiment.ts"
import { CreatorMetadata } from "../../src/insights/CreatorMetadata.ts"
import { InsightRepo } from "../../src/insights/InsightRepo.ts"
import { Post, PostId } from "../../src/posts/Post.ts"
import { PostRepo } from "../../src/posts/PostRepo.ts"
import { Shortcode } from "../../src/posts/Shortcode.ts"
import { EncodedAnswerRepo } from "../../src/profiles/EncodedAnswerRepo.ts"
import { PeerRepo } from "../../src/profiles/PeerRepo.ts"
import { Profile, ProfileId } from "../../src/profiles/Profile.ts"
import { ProfileRepo } from "../../src/profiles/ProfileRepo.ts"
import { ProfileSnapshot } from "../../src/profiles/ProfileSnapshot.ts"
import { RelatedProfile } from "../../src/profiles/RelatedProfile.ts"
import { SnapshotRepo } from "../../src/profiles/SnapshotRepo.ts"
import { StoredFigureRepo } from "../../src/profiles/StoredFigureRepo.ts"
import { Username } from "../../src/profiles/Username.ts"
import { VendorAnswerId } from "../../src/profiles/VendorAnswer.ts"
import { UserSearch } from "../../src/searches/Search.ts"
import { SearchRepo } from "../../src/searches/SearchRepo.ts"
import { SuggestionRepo } from "../../src/searches/SuggestionRepo.ts"
import { AuthUser } from "../../src/users/AuthUser.ts"
import { DashboardRepo } from "../../src/users/DashboardRepo.ts"
import { personalData, personalTables } from "../../src/users/PersonalData.ts"
import { PersonalDataRepo } from "../../src/users/PersonalDataRepo.ts"
import { UserId } from "../../src/users/UserId.ts"
import { UserRepo } from "../../src/users/UserRepo.ts"
import { answerProbes } from "./answerProbes.ts"
import { auditProbes } from "./auditProbes.ts"
import { backfillProbes } from "./backfillProbes.ts"
import { callProbes } from "./callProbes.ts"
import { campaignProbes } from "./campaignProbes.ts"
import { creditProbes } from "./creditProbes.ts"
import { discoveryProbes } from "./discoveryProbes.ts"
import { jobProbes } from "./jobProbes.ts"
import { refreshProbes } from "./refreshProbes.ts"
import { retentionProbes } from "./retentionProbes.ts"
import { suppressionProbes } from "./suppressionProbes.ts"
import { thriftProbes } from "./thriftProbes.ts"
import { usageProbes } from "./usageProbes.ts"
import { webhookProbes } from "./webhookProbes.ts"

const user = UserId.make(id)
const profile = ProfileId.make(id)
const answer = VendorAnswerId.make(id)
const shortcode = Shortcode.make("probe")
const username = Username.make("probe")
const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const later = Column.Instant.make("2025-01-31T00:00:00.000Z")
const window = { granted_at: now, expires_at: later }
const given = { notes: "probe", tags: ["probe"] }
const post = { ...sampleInsert(Post), is_pinned: false, relation: "owner" } as const
const related = sampleInsert(RelatedProfile)
const mention = { shortcode: null, mentioned_username: "probe", mention_type: "biography", mention_context: null } as const
const search = { ...sampleInsert(UserSearch), search_timestamp: now }
const account = sampleInsert(AuthUser)
const times = { now, expiringBefore: later, searchedAfter: now }
const json = { set: {}, cleared: [] }
const none = { success: undefined, beginning: undefined, since: undefined, until: undefined }
const stamp = `0 ${id}`

const access = Effect.provide(AccessRepo.layer)
const encoded = Effect.provide(EncodedAnswerRepo.layer)
const favorites = Effect.provide(FavoriteRepo.layer)
const storedFigures = Effect.provide(StoredFigureRepo.layer)
const insights = Effect.provide(InsightRepo.layer)
const peers = Effect.provide(PeerRepo.layer)
const posts = Effect.provide(PostRepo.layer)
const profiles = Effect.provide(ProfileRepo.layer)
const snapshots = Effect.provide(SnapshotRepo.layer)
const searches = Effect.provide(SearchRepo.layer)
const suggestions = Effect.provide(SuggestionRepo.layer)
const users = Effect.provide(UserRepo.layer)
const dashboards = Effect.provide(DashboardRepo.layer)
const personal = Effect.provide(PersonalDataRepo.layer)

/** One call of every repo method, the variants of composed statements included. A test fails when a method has none. */
export const probes: ReadonlyArray<Probe> = [
  { method: "AccessRepo.upsert", run: access(AccessRepo.use((repo) => repo.upsert([user], profile, window))) },
  { method: "AccessRepo.open", run: access(AccessRepo.use((repo) => repo.open(user, profile, window))) },
  {
    method: "AccessRepo.extend",
    run: access(AccessRepo.use((repo) => repo.extend(user, profile, { from: now, to: later, now })))
  },
  { method: "AccessRepo.findOpen", run: access(AccessRepo.use((repo) => repo.findOpen(user, profile, now))) },
  { method: "AccessRepo.findOpenOf", run: access(AccessRepo.use((repo) => repo.findOpenOf([{ user, profile }], now))) },
  { method: "AccessRepo.delete", run: access(AccessRepo.use((repo) => repo.delete(user, profile))) },
  ...(["active", "expired", "all"] as const).flatMap((state) =>
    [undefined, stamp].map((after): Probe => ({
      method: "AccessRepo.list",
      run: access(AccessRepo.use((repo) => repo.list({ user, now, state, endsBy: later, after, limit: 1 })))
    }))
  ),
  { method: "FavoriteRepo.upsert", run: favorites(FavoriteRepo.use((repo) => repo.upsert(user, profile, given, now))) },
  { method: "FavoriteRepo.update", run: favorites(FavoriteRepo.use((repo) => repo.update(user, username, given, now))) },
  { method: "FavoriteRepo.delete", run: favorites(FavoriteRepo.use((repo) => repo.delete(user, username))) },
  ...[undefined, "tag"].flatMap((tag) =>
    [undefined, stamp].map((after): Probe => ({
      method: "FavoriteRepo.list",
      run: favorites(FavoriteRepo.use((repo) => repo.list({ user, tag, now, after, limit: 1 })))
    }))
  ),
  { method: "EncodedAnswerRepo.find", run: encoded(EncodedAnswerRepo.use((repo) => repo.find(username, 1))) },
  {
    method: "EncodedAnswerRepo.upsert",
    run: encoded(EncodedAnswerRepo.use((repo) => repo.upsert({ id: profile, data_version: 1 }, 1, "{}")))
  },
  { method: "PostRepo.findByShortcode", run: posts(PostRepo.use((repo) => repo.findByShortcode(shortcode))) },
  { method: "PostRepo.link", run: posts(PostRepo.use((repo) => repo.link(profile, PostId.make(id), "owner", now))) },
  ...[true, false].map((dryRun): Probe => ({
    method: "PostRepo.rerate",
    run: posts(PostRepo.use((repo) => repo.rerate([{ shortcode, engagement_rate: 1 }], now, dryRun)))
  })),
  { method: "PostRepo.upsert", run: posts(PostRepo.use((repo) => repo.upsert(profile, [post]))) },
  ...[profile, { username }].flatMap((of) =>
    [undefined, stamp, `null ${id}`].map((after): Probe => ({
      method: "PostRepo.latest",
      run: posts(PostRepo.use((repo) => repo.latest({ profile: of, after, limit: 1 })))
    }))
  ),
  {
    method: "ProfileRepo.lockWithListers",
    run: profiles(ProfileRepo.use((repo) => repo.lockWithListers(sampleInsert(Profile), ["probe"])))
  },
  { method: "ProfileRepo.raiseListers", run: profiles(ProfileRepo.use((repo) => repo.raiseListers(profile, ["probe"]))) },
  { method: "ProfileRepo.findByUsername", run: profiles(ProfileRepo.use((repo) => repo.findByUsername(username))) },
  {
    method: "InsightRepo.setContentSentiment",
    run: insights(InsightRepo.use((repo) => repo.setContentSentiment(profile, "positive")))
  },
  {
    method: "InsightRepo.upsertCreator",
    run: insights(InsightRepo.use((repo) => repo.upsertCreator(sampleInsert(CreatorMetadata))))
  },
  { method: "InsightRepo.findCreator", run: insights(InsightRepo.use((repo) => repo.findCreator(profile))) },
  { method: "InsightRepo.findCreators", run: insights(InsightRepo.use((repo) => repo.findCreators([profile]))) },
  { method: "InsightRepo.countWithoutCreator", run: insights(InsightRepo.use((repo) => repo.countWithoutCreator(id, 1))) },
  { method: "InsightRepo.withoutCreator", run: insights(InsightRepo.use((repo) => repo.withoutCreator(id, 1, 1))) },
  ...[{}, { usernames: ["probe"] }, { version: 1 }].flatMap((filter): ReadonlyArray<Probe> => [
    {
      method: "StoredFigureRepo.batch",
      run: storedFigures(StoredFigureRepo.use((repo) => repo.batch({ ...filter, after: id, limit: 1 })))
    },
    { method: "StoredFigureRepo.count", run: storedFigures(StoredFigureRepo.use((repo) => repo.count(filter))) }
  ]),
  { method: "StoredFigureRepo.rawData", run: storedFigures(StoredFigureRepo.use((repo) => repo.rawData(profile))) },
  {
    method: "ProfileRepo.updateFigures",
    run: profiles(ProfileRepo.use((repo) => repo.updateFigures(profile, sampleInsert(Profile))))
  },
  {
    method: "SnapshotRepo.updateFigures",
    run: snapshots(SnapshotRepo.use((repo) => repo.updateFigures(sampleInsert(ProfileSnapshot))))
  },
  {
    method: "InsightRepo.upsertAudience",
    run: insights(InsightRepo.use((repo) => repo.upsertAudience(sampleInsert(AudienceDemographics))))
  },
  { method: "InsightRepo.findAudience", run: insights(InsightRepo.use((repo) => repo.findAudience(profile))) },
  {
    method: "InsightRepo.upsertSentiment",
    run: insights(InsightRepo.use((repo) => repo.upsertSentiment([sampleInsert(CommentSentiment)])))
  },
  {
    method: "InsightRepo.sentimentOf",
    run: insights(InsightRepo.use((repo) => repo.sentimentOf(profile, { method: "probe", version: 1, limit: 1 })))
  },
  ...[null, 10].map((to): Probe => ({
    method: "PeerRepo.nearest",
    run: peers(PeerRepo.use((repo) => repo.nearest({ profile, isBusiness: true, followers: 5, from: 0, to, limit: 1 })))
  })),
  ...[undefined, stamp].map((after): Probe => ({
    method: "PeerRepo.mentionedBy",
    run: peers(PeerRepo.use((repo) => repo.mentionedBy(username, { after, limit: 1 })))
  })),
  { method: "PeerRepo.neighbours", run: peers(PeerRepo.use((repo) => repo.neighbours(profile))) },
  { method: "PeerRepo.mentioned", run: peers(PeerRepo.use((repo) => repo.mentioned([profile]))) },
  {
    method: "ProfileRepo.upsertSimilar",
    run: profiles(ProfileRepo.use((repo) =>
      repo.upsertSimilar(profile, [{
        related_username: "probe",
        related_instagram_user_id: null,
        related_full_name: null,
        related_is_verified: null,
        related_is_private: null,
        related_profile_pic_url: null,
        related_followers_count: null,
        similarity_score: 0.5,
        similarity_method: "probe"
      }], now)
    ))
  },
  ...[true, false].map((keepFigures): Probe => ({
    method: "ProfileRepo.upsert",
    run: profiles(ProfileRepo.use((repo) => repo.upsert(sampleInsert(Profile), { keepFigures, answer })))
  })),
  {
    method: "ProfileRepo.upsertRelated",
    run: profiles(ProfileRepo.use((repo) => repo.upsertRelated(profile, [related])))
  },
  {
    method: "ProfileRepo.insertMentions",
    run: profiles(ProfileRepo.use((repo) => repo.insertMentions(profile, [mention], now)))
  },
  { method: "ProfileRepo.raiseVersion", run: profiles(ProfileRepo.use((repo) => repo.raiseVersion(profile))) },
  { method: "ProfileRepo.markGone", run: profiles(ProfileRepo.use((repo) => repo.markGone(username, now))) },
  ...[undefined, stamp].flatMap((after): ReadonlyArray<Probe> => [
    { method: "ProfileRepo.related", run: profiles(ProfileRepo.use((repo) => repo.related(profile, { after, limit: 1 }))) },
    { method: "ProfileRepo.mentions", run: profiles(ProfileRepo.use((repo) => repo.mentions(profile, { after, limit: 1 }))) }
  ]),
  ...[none, { success: true, beginning: "p", since: now, until: later }].flatMap((filter) =>
    [undefined, stamp].map((after): Probe => ({
      method: "SearchRepo.list",
      run: searches(SearchRepo.use((repo) => repo.list({ user, filter, after, limit: 1 })))
    }))
  ),
  { method: "SearchRepo.delete", run: searches(SearchRepo.use((repo) => repo.delete(user, id))) },
  { method: "SearchRepo.deleteAll", run: searches(SearchRepo.use((repo) => repo.deleteAll(user))) },
  ...[undefined, user].flatMap((after): ReadonlyArray<Probe> => [
    { method: "SearchRepo.prune", run: searches(SearchRepo.use((repo) => repo.prune({ before: now, after, users: 1 }))) },
    {
      method: "SearchRepo.countPrunable",
      run: searches(SearchRepo.use((repo) => repo.countPrunable({ before: now, after, users: 1 })))
    }
  ]),
  { method: "SearchRepo.count", run: searches(SearchRepo.use((repo) => repo.count)) },
  { method: "SuggestionRepo.find", run: suggestions(SuggestionRepo.use((repo) => repo.find(user, "probes", 1))) },
  { method: "SearchRepo.insert", run: searches(SearchRepo.use((repo) => repo.insert([search], null))) },
  { method: "SnapshotRepo.insert", run: snapshots(SnapshotRepo.use((repo) => repo.insert(sampleInsert(ProfileSnapshot)))) },
  { method: "SnapshotRepo.list", run: snapshots(SnapshotRepo.use((repo) => repo.list(profile, now, 1))) },
  { method: "DashboardRepo.find", run: dashboards(DashboardRepo.use((repo) => repo.find(user, times))) },
  ...(["auth_users", ...personalTables] as const).map((table): Probe => ({
    method: "PersonalDataRepo.list",
    run: personal(PersonalDataRepo.use((repo) => repo.list(table, { user, after: stamp, limit: 1 })))
  })),
  ...personalTables.filter((table) => personalData[table].on_deletion === "erased").map((table): Probe => ({
    method: "PersonalDataRepo.delete",
    run: personal(PersonalDataRepo.use((repo) => repo.delete(table, user)))
  })),
  {
    method: "PersonalDataRepo.blank",
    run: personal(PersonalDataRepo.use((repo) => repo.blank("credit_entries", ["note"], user)))
  },
  { method: "UserRepo.recordSignIn", run: users(UserRepo.use((repo) => repo.recordSignIn(user, now))) },
  { method: "UserRepo.findMe", run: users(UserRepo.use((repo) => repo.findMe(user))) },
  { method: "UserRepo.updateMe", run: users(UserRepo.use((repo) => repo.updateMe(user, { bio: "probe" }, now))) },
  { method: "UserRepo.findPreferences", run: users(UserRepo.use((repo) => repo.findPreferences(user))) },
  { method: "UserRepo.updatePreferences", run: users(UserRepo.use((repo) => repo.updatePreferences(user, json, now))) },
  { method: "UserRepo.findNotifications", run: users(UserRepo.use((repo) => repo.findNotifications(user))) },
  { method: "UserRepo.updateNotifications", run: users(UserRepo.use((repo) => repo.updateNotifications(user, json, now))) },
  { method: "UserRepo.findPrivacy", run: users(UserRepo.use((repo) => repo.findPrivacy(user))) },
  {
    method: "UserRepo.updatePrivacy",
    run: users(UserRepo.use((repo) => repo.updatePrivacy(user, { profile_visibility: true }, now)))
  },
  {
    method: "UserRepo.updateSubscription",
    run: users(UserRepo.use((repo) => repo.updateSubscription(user, { tier: "free", expiresAt: null }, now)))
  },
  { method: "UserRepo.lock", run: users(UserRepo.use((repo) => repo.lock(user))) },
  { method: "UserRepo.erase", run: users(UserRepo.use((repo) => repo.erase(user, now))) },
  { method: "UserRepo.findAccount", run: users(UserRepo.use((repo) => repo.findAccount(user))) },
  { method: "UserRepo.insertMissing", run: users(UserRepo.use((repo) => repo.insertMissing(account, now))) },
  { method: "UserRepo.sessionOpen", run: users(UserRepo.use((repo) => repo.sessionOpen(id))) },
  ...answerProbes,
  ...webhookProbes,
  ...campaignProbes,
  ...usageProbes,
  ...callProbes,
  ...discoveryProbes,
  ...creditProbes,
  ...refreshProbes,
  ...thriftProbes,
  ...jobProbes,
  ...auditProbes,
  ...backfillProbes,
  ...suppressionProbes,
  ...retentionProbes
]
