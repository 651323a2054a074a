import { Clock, Context, Effect, Layer } from "effect"
import { Charges } from "../credits/Charges.ts"
import type { CreditsRequired } from "../credits/CreditErrors.ts"
import type { Quote } from "../credits/Quote.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import type { PostNotFound, PostTemporarilyUnavailable } from "../posts/PostErrors.ts"
import { PostLookup, type SeenPost } from "../posts/PostLookup.ts"
import type { Shortcode } from "../posts/Shortcode.ts"
import type { AccessRequired, ProfileNotFound } from "../profiles/ProfileErrors.ts"
import { Profiles } from "../profiles/Profiles.ts"
import type { Username } from "../profiles/Username.ts"
import type { UserId } from "../users/UserId.ts"
import { Outbox } from "../webhooks/Outbox.ts"
import type { CampaignId } from "./Campaign.ts"
import type { CampaignPostChange, CampaignProfileChange } from "./CampaignBody.ts"
import { CampaignFull, type CampaignNotFound } from "./CampaignErrors.ts"
import { CampaignPostRepo } from "./CampaignPostRepo.ts"
import { CampaignProfileRepo } from "./CampaignProfileRepo.ts"
import type { Page, PostRow, ProfileRow, Viewer } from "./CampaignRows.ts"
import { Campaigns } from "./Campaigns.ts"

/**
 * What is attached to a campaign. Attaching needs an open window on the profile, or on one that lists the post; what is attached stays
 * when the window ends, without figures, and what is said of it can still be changed.
 */
export class CampaignContents extends Context.Service<CampaignContents, {
  attachProfile(user: UserId, id: CampaignId, profile: Username, change: CampaignProfileChange): Effect.Effect<
    ProfileRow,
    CampaignNotFound | CampaignFull | ProfileNotFound | AccessRequired | DatabaseError
  >
  /** The same where it was not attached. */
  detachProfile(user: UserId, id: CampaignId, profile: Username): Effect.Effect<void, CampaignNotFound | DatabaseError>
  profiles(user: UserId, id: CampaignId, page: Page): Effect.Effect<ReadonlyArray<ProfileRow>, CampaignNotFound | DatabaseError>
  /** A post that is not stored is fetched, which costs credits; null while they are off. */
  attachPost(user: UserId, id: CampaignId, post: Shortcode, change: CampaignPostChange): Effect.Effect<
    { readonly row: PostRow; readonly charge: SeenPost["charge"] },
    CampaignNotFound | CampaignFull | PostNotFound | PostTemporarilyUnavailable | AccessRequired | CreditsRequired | DatabaseError
  >
  /** What `attachPost` would cost now. Nobody is asked and nothing changed. */
  quotePost(user: UserId, id: CampaignId, post: Shortcode): Effect.Effect<Quote, CampaignNotFound | DatabaseError>
  /** The same where it was not attached. */
  detachPost(user: UserId, id: CampaignId, post: Shortcode): Effect.Effect<void, CampaignNotFound | DatabaseError>
  posts(user: UserId, id: CampaignId, page: Page): Effect.Effect<ReadonlyArray<PostRow>, CampaignNotFound | DatabaseError>
}>()("analytics-following/campaigns/CampaignContents") {
  static readonly layerNoDeps = Layer.effect(
    CampaignContents,
    Effect.gen(function*() {
      const campaigns = yield* Campaigns
      const profiles = yield* Profiles
      const lookup = yield* PostLookup
      const campaignProfiles = yield* CampaignProfileRepo
      const campaignPosts = yield* CampaignPostRepo
      const outbox = yield* Outbox
      const charges = yield* Charges
      const viewerOf = (user: UserId) => Effect.map(Clock.currentTimeMillis, (now): Viewer => ({ user, now: instantOf(now) }))

      /** What is attached is changed; else it is looked up, without a transaction, and attached while there is room. */
      const attach = Effect.fnUntraced(function*<Row, Thing, E>(user: UserId, id: CampaignId, how: {
        readonly limit: number
        readonly change: Effect.Effect<Row | undefined, DatabaseError>
        readonly find: Effect.Effect<Thing, E>
        readonly count: Effect.Effect<number, DatabaseError>
        readonly insert: (thing: Thing) => Effect.Effect<Row, DatabaseError>
      }) {
        yield* campaigns.get(user, id)
        const changed = yield* how.change
        if (changed !== undefined) return { row: changed, thing: undefined }
        const thing = yield* how.find
        const row = yield* campaigns.holding(
          user,
          id,
          Effect.gen(function*() {
            if ((yield* how.count) < how.limit) return yield* how.insert(thing)
            return (yield* how.change) ?? (yield* Effect.fail(full(how.limit)))
          })
        )
        return { row, thing }
      })

      const attachProfile = Effect.fn("CampaignContents.attachProfile")(function*(
        ...[user, id, username, change]: Parameters<CampaignContents["Service"]["attachProfile"]>
      ) {
        const viewer = yield* viewerOf(user)
        const { row } = yield* attach(user, id, {
          limit: mostProfiles,
          change: campaignProfiles.update(id, username, change, viewer),
          find: profiles.unlocked(user, username),
          count: campaignProfiles.count(id),
          insert: (profile) => campaignProfiles.upsert(id, profile.id, change, viewer)
        })
        return row
      })

      const attachPost = Effect.fn("CampaignContents.attachPost")(function*(
        ...[user, id, shortcode, change]: Parameters<CampaignContents["Service"]["attachPost"]>
      ) {
        const viewer = yield* viewerOf(user)
        // Nobody pays for a post that there is no room for.
        const room: Effect.Effect<void, CampaignFull | DatabaseError> = charges.nothing === null
          ? Effect.void
          : Effect.flatMap(
            campaignPosts.count(id),
            (count) => count < mostPosts ? Effect.void : Effect.fail(full(mostPosts))
          )
        const find = Effect.andThen(room, lookup.unlocked(user, shortcode))
        const { row, thing } = yield* attach(user, id, {
          limit: mostPosts,
          change: campaignPosts.update(id, shortcode, change, viewer),
          find,
          count: campaignPosts.count(id),
          insert: (post) =>
            Effect.tap(campaignPosts.upsert(id, post.id, change, viewer), ({ added_at, post_id, shortcode }) =>
              outbox.emit({
                type: "campaign.post_added",
                user,
                data: { campaign_id: id, post_id, shortcode, added_at, href: `/campaigns/${id}/posts` }
              }))
        })
        return { row, charge: thing === undefined ? charges.nothing : thing.charge }
      })

      const list = <Row>(
        repo: { readonly list: (id: CampaignId, viewer: Viewer, page: Page) => Effect.Effect<Row, DatabaseError> }
      ) =>
        Effect.fnUntraced(function*(user: UserId, id: CampaignId, page: Page) {
          yield* campaigns.get(user, id)
          return yield* repo.list(id, yield* viewerOf(user), page)
        })

      return {
        attachProfile,
        detachProfile: Effect.fn("CampaignContents.detachProfile")((user, id, username) =>
          Effect.andThen(campaigns.get(user, id), campaignProfiles.delete(id, username))
        ),
        profiles: list(campaignProfiles),
        attachPost,
        quotePost: Effect.fn("CampaignContents.quotePost")((user, id, shortcode) =>
          Effect.andThen(campaigns.get(user, id), lookup.quote(user, shortcode))
        ),
        detachPost: Effect.fn("CampaignContents.detachPost")((user, id, shortcode) =>
          Effect.andThen(campaigns.get(user, id), campaignPosts.delete(id, shortcode))
        ),
        posts: list(campaignPosts)
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([CampaignProfileRepo.layer, CampaignPostRepo.layer]))
}

/** A report shows everything that is attached: these bound it, to about two megabytes. */
export const mostProfiles = 500
export const mostPosts = 1000

const full = (limit: number) =>
  new CampaignFull({ limit, detail: "Nothing was attached. Detach something, or put the rest into another campaign." })
