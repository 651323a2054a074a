import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as fc from "fast-check"
import { Audit } from "../../src/audit/Audit.ts"
import type { Campaign, CampaignId } from "../../src/campaigns/Campaign.ts"
import { CampaignContents } from "../../src/campaigns/CampaignContents.ts"
import { CampaignReports } from "../../src/campaigns/CampaignReports.ts"
import { Campaigns } from "../../src/campaigns/Campaigns.ts"
import { type Status, transitions } from "../../src/campaigns/CampaignStatus.ts"
import { Charges } from "../../src/credits/Charges.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { PostId } from "../../src/posts/Post.ts"
import { PostLookup } from "../../src/posts/PostLookup.ts"
import { Shortcode } from "../../src/posts/Shortcode.ts"
import type { ProfileId } from "../../src/profiles/Profile.ts"
import { AccessRequired } from "../../src/profiles/ProfileErrors.ts"
import { Profiles } from "../../src/profiles/Profiles.ts"
import type { Unlocked } from "../../src/profiles/Unlocked.ts"
import { Username } from "../../src/profiles/Username.ts"
import type { UserId } from "../../src/users/UserId.ts"
import { Outbox } from "../../src/webhooks/Outbox.ts"
import { insertProfile, insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

/** What a campaign should be, by everything that was done to it. */
interface Expected {
  readonly id: CampaignId
  readonly owner: number
  status: Status
  start: string | null
  end: string | null
  budget: string | null
  currency: string | null
  deleted: boolean
  readonly profiles: Map<string, number | null>
  readonly posts: Map<string, string | null>
}

interface Model {
  readonly campaigns: Array<Expected>
}

const names = ["one", "two", "three"]
const days = [null, "2026-01-01", "2026-02-01", "2026-03-01"]
const statuses = Object.keys(transitions) as ReadonlyArray<Status>

/** Things that the doors of other rooms know: three profiles and three posts, of which the third is locked. */
const things = { profiles: new Map<string, ProfileId>(), posts: new Map<string, PostId>() }
const locked = (username: string) =>
  Effect.fail(new AccessRequired({ username: Username.make(username), unlock: `/profile/${username}`, detail: "Unlock it." }))

const otherRooms = Layer.mergeAll(
  Layer.mock(Profiles, {
    freshFor: 0,
    known: () => undefined,
    unlocked: (_, username) =>
      username === names[2] ? locked(username) : Effect.succeed({ id: things.profiles.get(username) } as Unlocked)
  }),
  Layer.mock(PostLookup, {
    unlocked: (_, shortcode) =>
      shortcode === names[2]
        ? locked(shortcode)
        : Effect.succeed({ shortcode, id: things.posts.get(shortcode) ?? PostId.make(""), charge: null })
  }),
  Layer.mock(Charges, { nothing: null })
)

const doors = CampaignReports.layer.pipe(
  Layer.provide([otherRooms, Outbox.layerNone, Audit.layer]),
  Layer.provide(Transaction.layer),
  Layer.provideMerge(TestDatabase.layer)
)

layer(doors, { excludeTestServices: true })("any sequence of operations on campaigns", (it) => {
  it.effect("keeps dates, transitions, budgets and uniqueness, and leaves what the operations say", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const campaigns = yield* Campaigns
      const contents = yield* CampaignContents
      for (const [i, name] of names.entries()) {
        const { id } = yield* insertProfile(name)
        things.profiles.set(name, id)
        const [post] = yield* sql<{ id: string }>`
          INSERT INTO posts (profile_id, instagram_post_id, shortcode, media_type, is_video, is_carousel, raw_data)
          VALUES (${id}, ${`${i}`}, ${name}, 'photo', false, false, '{}') RETURNING id`
        things.posts.set(name, PostId.make(post?.id ?? ""))
      }
      const context = yield* Effect.context<never>()
      const outcome = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>) =>
        Effect.runPromiseWith(context)(
          Effect.match(effect, { onFailure: (error) => error._tag, onSuccess: (): string => "done" })
        )

      let users: ReadonlyArray<UserId> = []
      const userOf = (n: number) => users[n % users.length]!

      /** An operation on some campaign by some user: what it should end with, and what it then changes. */
      class Operation implements fc.AsyncCommand<Model, object> {
        readonly name: string
        readonly pick: number
        readonly by: number
        readonly does: (user: UserId, id: CampaignId) => Effect.Effect<unknown, { readonly _tag: string }>
        readonly expects: (campaign: Expected) => string
        readonly applies: (campaign: Expected) => void
        readonly fromBin: boolean
        constructor(
          name: string,
          pick: number,
          by: number,
          does: Operation["does"],
          applies: Operation["applies"],
          expects: Operation["expects"] = () => "done",
          fromBin = false
        ) {
          this.name = name
          this.pick = pick
          this.by = by
          this.does = does
          this.applies = applies
          this.expects = expects
          this.fromBin = fromBin
        }

        check(model: Model) {
          return model.campaigns.length > 0
        }

        async run(model: Model) {
          const campaign = model.campaigns[this.pick % model.campaigns.length]!
          const reachable = userOf(this.by) === userOf(campaign.owner) && (this.fromBin || !campaign.deleted)
          const expected = reachable ? this.expects(campaign) : "CampaignNotFound"
          assert.strictEqual(await outcome(this.does(userOf(this.by), campaign.id)), expected, this.toString())
          if (expected === "done") this.applies(campaign)
        }

        toString() {
          return `${this.name} on #${this.pick} by ${this.by}`
        }
      }

      interface Given {
        readonly start_date?: string | null
        readonly end_date?: string | null
        readonly budget?: string | null
        readonly currency?: string | null
      }
      const merged = (given: Given, had: Pick<Expected, "start" | "end" | "budget" | "currency">) => ({
        start: given.start_date === undefined ? had.start : given.start_date,
        end: given.end_date === undefined ? had.end : given.end_date,
        budget: given.budget === undefined ? had.budget : given.budget,
        currency: given.currency === undefined ? had.currency : given.currency
      })
      const fits = ({ budget, currency, end, start }: ReturnType<typeof merged>) =>
        (start === null || end === null || end >= start) && (budget === null || currency !== null)
      const nothing = { start: null, end: null, budget: null, currency: null }

      class Create implements fc.AsyncCommand<Model, object> {
        readonly by: number
        readonly given: Given
        constructor(by: number, given: Given) {
          this.by = by
          this.given = given
        }
        check = () => true
        async run(model: Model) {
          const after = merged(this.given, nothing)
          const made: { campaign?: Campaign } = {}
          const expected = fits(after) ? "done" : "InvalidCampaign"
          const create = Effect.tap(campaigns.create(userOf(this.by), { name: "n", ...this.given }), (campaign) =>
            Effect.sync(() => {
              made.campaign = campaign
            }))
          assert.strictEqual(await outcome(create), expected, this.toString())
          if (made.campaign !== undefined) {
            model.campaigns.push({
              id: made.campaign.id,
              owner: this.by,
              status: "draft",
              deleted: false,
              profiles: new Map(),
              posts: new Map(),
              ...after
            })
          }
        }
        toString = () =>
          `create ${JSON.stringify(this.given)} by ${this.by}`
      }

      const target = { pick: fc.nat(5), by: fc.nat(1) }
      const thing = fc.constantFrom(...names)
      const day = fc.constantFrom(...days)
      const given = fc.record({
        start_date: day,
        end_date: day,
        budget: fc.constantFrom(null, "0.00", "10.50"),
        currency: fc.constantFrom(null, "EUR", "AED")
      }, { requiredKeys: [] })
      const { profiles, posts } = { profiles: "profiles", posts: "posts" } as const

      const commands = [
        fc.record({ by: fc.nat(1), given }).map(({ by, given }) =>
          new Create(by, given)
        ),
        fc.record({ ...target, given, status: fc.option(fc.constantFrom(...statuses), { nil: undefined }) }).map((
          { by, given, pick, status }
        ) =>
          new Operation(
            `change ${JSON.stringify({ ...given, status })}`,
            pick,
            by,
            (user, id) => campaigns.change(user, id, { ...given, ...(status === undefined ? {} : { status }) }),
            (campaign) => Object.assign(campaign, merged(given, campaign), { status: status ?? campaign.status }),
            (campaign) => {
              const moves = status === undefined || status === campaign.status || transitions[campaign.status].includes(status)
              return !moves ? "TransitionNotAllowed" : fits(merged(given, campaign)) ? "done" : "InvalidCampaign"
            }
          )
        ),
        fc.record(target).map(({ by, pick }) =>
          new Operation(
            "remove",
            pick,
            by,
            campaigns.remove,
            (campaign) => {
              campaign.deleted = true
            },
            undefined,
            true
          )
        ),
        fc.record(target).map(({ by, pick }) =>
          new Operation(
            "restore",
            pick,
            by,
            campaigns.restore,
            (campaign) => {
              campaign.deleted = false
            },
            undefined,
            true
          )
        ),
        fc.record({ ...target, thing, priority: fc.option(fc.integer({ min: 1, max: 5 })) }).map((
          { by, pick, priority, thing }
        ) =>
          new Operation(
            `attach profile ${thing}`,
            pick,
            by,
            (user, id) => contents.attachProfile(user, id, Username.make(thing), { priority }),
            (campaign) => campaign[profiles].set(thing, priority),
            (campaign) => thing === names[2] && !campaign[profiles].has(thing) ? "AccessRequired" : "done"
          )
        ),
        fc.record({ ...target, thing }).map(({ by, pick, thing }) =>
          new Operation(`detach profile ${thing}`, pick, by, (user, id) =>
            contents.detachProfile(user, id, Username.make(thing)), (campaign) =>
            campaign[profiles].delete(thing))
        ),
        fc.record({ ...target, thing, role: fc.option(fc.constantFrom("hero" as const, "organic" as const)) }).map((
          { by, pick, role, thing }
        ) =>
          new Operation(
            `attach post ${thing}`,
            pick,
            by,
            (user, id) =>
              contents.attachPost(user, id, Shortcode.make(thing), { role }),
            (campaign) =>
              campaign[posts].set(thing, role),
            (campaign) =>
              thing === names[2] && !campaign[posts].has(thing) ? "AccessRequired" : "done"
          )
        ),
        fc.record({ ...target, thing }).map(({ by, pick, thing }) =>
          new Operation(`detach post ${thing}`, pick, by, (user, id) =>
            contents.detachPost(user, id, Shortcode.make(thing)), (campaign) =>
            campaign[posts].delete(thing))
        )
      ]

      /** What the database holds of this run's users, as the model has it. */
      const stored = Effect.gen(function*() {
        const found = yield* sql<
          Omit<Expected, "profiles" | "posts" | "owner"> & { owner: string; profiles: object; posts: object }
        >`
          SELECT id, user_id AS owner, status, start_date AS start, end_date AS end, budget, currency, deleted_at IS NOT NULL AS deleted,
            (SELECT coalesce(jsonb_agg(jsonb_build_array(username, priority) ORDER BY username), '[]')
              FROM campaign_profiles JOIN profiles ON profiles.id = profile_id WHERE campaign_id = campaigns.id) AS profiles,
            (SELECT coalesce(jsonb_agg(jsonb_build_array(shortcode, role) ORDER BY shortcode), '[]')
              FROM campaign_posts JOIN posts ON posts.id = post_id WHERE campaign_id = campaigns.id) AS posts
          FROM campaigns WHERE user_id = ANY (${[...users]}::uuid[]) ORDER BY id`
        return found
      })
      const sorted = (map: Map<string, unknown>) =>
        [...map].sort(([a], [b]) =>
          a < b ? -1 : 1
        )
      let longest = 0

      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: "max" }), async (sequence) => {
            users = await Effect.runPromiseWith(context)(
              Effect.all([insertUser, insertUser]).pipe(Effect.provideService(SqlClient, sql))
            )
            const model: Model = { campaigns: [] }
            await fc.asyncModelRun(() => ({ model, real: {} }), sequence)
            longest = Math.max(longest, model.campaigns.length)
            assert.deepStrictEqual(
              await Effect.runPromiseWith(context)(stored),
              model.campaigns
                .map((campaign) => ({
                  ...campaign,
                  owner: userOf(campaign.owner),
                  profiles: sorted(campaign.profiles),
                  posts: sorted(campaign.posts)
                }))
                .sort((a, b) =>
                  a.id < b.id ? -1 : 1
                )
                .map(({ id, owner, status, start, end, budget, currency, deleted, profiles, posts }) => (
                  { id, owner, status, start, end, budget, currency, deleted, profiles, posts }
                )) as never
            )
          }),
          { numRuns: 60 }
        )
      )
      assert.isAbove(longest, 2, "sequences made something")
    }))
})
