import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Audit } from "../audit/Audit.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import type { UserId } from "../users/UserId.ts"
import type { Campaign, CampaignId } from "./Campaign.ts"
import type { CampaignChange, NewCampaign } from "./CampaignBody.ts"
import { CampaignNotFound, InvalidCampaign, TransitionNotAllowed } from "./CampaignErrors.ts"
import { CampaignRepo, type Details } from "./CampaignRepo.ts"
import { type Status, transitions } from "./CampaignStatus.ts"
import type { Placed } from "./CampaignView.ts"

/** A user's campaigns and their life. Whose is another's, or in the bin, is not found. */
export class Campaigns extends Context.Service<Campaigns, {
  create(user: UserId, given: NewCampaign): Effect.Effect<Campaign, InvalidCampaign | DatabaseError>
  get(user: UserId, id: CampaignId): Effect.Effect<Campaign, CampaignNotFound | DatabaseError>
  /** Latest created first, or with status `deleted` what is in the bin, latest deleted first. */
  list(user: UserId, options: {
    readonly status: Status | "deleted" | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<Placed<Campaign>>, DatabaseError>
  /** Changes what is given, all of it or nothing. */
  change(user: UserId, id: CampaignId, change: CampaignChange): Effect.Effect<
    Campaign,
    CampaignNotFound | TransitionNotAllowed | InvalidCampaign | DatabaseError
  >
  /** Into the bin, with everything attached. Once more is the same. */
  remove(user: UserId, id: CampaignId): Effect.Effect<void, CampaignNotFound | DatabaseError>
  /** Out of the bin, as it was. Once more is the same. */
  restore(user: UserId, id: CampaignId): Effect.Effect<Campaign, CampaignNotFound | DatabaseError>
  /** Runs an effect in a transaction that holds the campaign against other changes. */
  holding<A, E, R>(user: UserId, id: CampaignId, effect: Effect.Effect<A, E, R>): Effect.Effect<
    A,
    E | CampaignNotFound | DatabaseError,
    R
  >
  /** Deletes for good, with what is attached, at most `limit` of those that are in the bin for longer; how many there were. */
  purge(olderThan: Duration.Duration, limit: number): Effect.Effect<number, DatabaseError>
  /** How many `purge` would delete. */
  countBin(olderThan: Duration.Duration): Effect.Effect<number, DatabaseError>
}>()("analytics-following/campaigns/Campaigns") {
  static readonly layerNoDeps = Layer.effect(
    Campaigns,
    Effect.gen(function*() {
      const repo = yield* CampaignRepo
      const transaction = yield* Transaction
      const audit = yield* Audit
      const now = Effect.map(Clock.currentTimeMillis, instantOf)

      const live = (campaign: Campaign | undefined) =>
        campaign !== undefined && campaign.deleted_at === null ? Effect.succeed(campaign) : Effect.fail(notFound(campaign))

      const create = Effect.fn("Campaigns.create")(function*(user: UserId, given: NewCampaign) {
        const details = { ...nothingSaid, ...givenOf(given), name: given.name }
        yield* consistent(details)
        return yield* repo.insert(user, details, yield* now)
      })

      const get = Effect.fn("Campaigns.get")((user: UserId, id: CampaignId) => Effect.flatMap(repo.find(user, id), live))

      const change = Effect.fn("Campaigns.change")((user: UserId, id: CampaignId, { status, ...details }: CampaignChange) =>
        transaction.run(Effect.gen(function*() {
          const campaign = yield* Effect.flatMap(repo.lock(user, id), live)
          const moved = status === undefined ? {} : { status: yield* moving(campaign.status, status) }
          const given = givenOf(details)
          yield* consistent({ ...campaign, ...given })
          return yield* repo.update(user, id, { ...given, ...moved }, yield* now)
        }))
      )

      /** Into or out of the bin; where it is there already, nothing changes. */
      const setDeleted = (user: UserId, id: CampaignId, deleted: boolean) =>
        transaction.run(Effect.gen(function*() {
          const campaign = yield* repo.lock(user, id)
          if (campaign === undefined) return yield* Effect.fail(notFound(undefined))
          if ((campaign.deleted_at !== null) === deleted) return campaign
          const at = yield* now
          if (deleted) yield* audit.record({ action: "campaign.delete", subject: { type: "campaign", id } })
          return yield* repo.update(user, id, { deleted_at: deleted ? at : null }, at)
        }))

      const ago = (duration: Duration.Duration) =>
        Effect.map(Clock.currentTimeMillis, (at) => instantOf(at - Duration.toMillis(duration)))

      return {
        purge: Effect.fn("Campaigns.purge")((olderThan, limit) =>
          Effect.flatMap(ago(olderThan), (before) => repo.purge(before, limit))
        ),
        countBin: Effect.fn("Campaigns.countBin")((olderThan) => Effect.flatMap(ago(olderThan), repo.countBin)),
        create,
        get,
        list: (user, options) => repo.list({ user, ...options }),
        change,
        remove: Effect.fn("Campaigns.remove")((user, id) => Effect.asVoid(setDeleted(user, id, true))),
        restore: Effect.fn("Campaigns.restore")((user, id) => setDeleted(user, id, false)),
        holding: (user, id, effect) => transaction.run(Effect.andThen(Effect.flatMap(repo.lock(user, id), live), effect))
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(CampaignRepo.layer))
}

const nothingSaid = {
  description: null,
  logo_url: null,
  start_date: null,
  end_date: null,
  budget: null,
  currency: null,
  target_audience: {},
  campaign_goals: {}
}

/** What a body says, as columns hold it: the two objects are emptied, not null, when cleared. */
const givenOf = ({ campaign_goals, target_audience, ...plain }: Omit<CampaignChange, "status">): Partial<Details> => ({
  ...plain,
  ...(campaign_goals === undefined ? {} : { campaign_goals: { ...campaign_goals } }),
  ...(target_audience === undefined ? {} : { target_audience: { ...target_audience } })
})

const consistent = ({ budget, currency, end_date, start_date }: Details) => {
  const errors = [
    ...(start_date !== null && end_date !== null && end_date < start_date
      ? [{ path: ["payload", "end_date"], message: "Expected a day that is not before start_date" }]
      : []),
    ...(budget !== null && currency === null
      ? [{ path: ["payload", "currency"], message: "Expected the currency of the budget" }]
      : [])
  ]
  return errors.length === 0
    ? Effect.void
    : Effect.fail(
      new InvalidCampaign({
        errors,
        detail: "Nothing was changed. Send the fields named in `errors` so that they fit what the campaign has."
      })
    )
}

const moving = (from: Status, to: Status) =>
  from === to || transitions[from].includes(to) ? Effect.succeed(to) : Effect.fail(
    new TransitionNotAllowed({
      from,
      to,
      allowed: [...transitions[from]],
      detail: "Nothing was changed. `allowed` names what the status may become; when it is empty, it stays."
    })
  )

const notFound = (inBin: Campaign | undefined) =>
  new CampaignNotFound({
    restore: inBin === undefined ? null : `/campaigns/${inBin.id}/restore`,
    detail: inBin === undefined
      ? "You have no campaign of this id. GET /campaigns lists yours."
      : "The campaign is in the bin. POST to the address in `restore` to bring it back."
  })
