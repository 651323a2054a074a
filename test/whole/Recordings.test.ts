import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Post } from "../../src/posts/Post.ts"
import { Profile } from "../../src/profiles/Profile.ts"
import type { ProfileAnswer } from "../../src/profiles/ProfileAnswer.ts"
import { assertHonest } from "../support/figures.ts"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

const folder = fileURLToPath(new URL("../../../shared/payloads/profile", import.meta.url))
const present = existsSync(folder)
const files = present ? readdirSync(folder).sort() : []

/** What the test reads in a recorded file by itself, wherever the user object stands in it. */
interface Node {
  readonly id?: string
  readonly shortcode?: string
  readonly edge_media_preview_like?: { readonly count: number }
  readonly edge_liked_by?: { readonly count: number }
}
interface Timeline {
  readonly count: number
  readonly edges: ReadonlyArray<{ readonly node: Node }>
}
interface User {
  readonly username: string
  readonly is_private?: boolean
  readonly edge_followed_by: { readonly count: number }
  readonly edge_owner_to_timeline_media?: Timeline
  readonly edge_felix_video_timeline?: Timeline
}

const userIn = (file: string): User => {
  const value = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"))
  return value.data?.user ?? value.graphql?.user ?? value.entry_data?.ProfilePage[0].graphql.user ?? value.user ?? value.data ??
    value
}

const nodesOf = (user: User) =>
  [user.edge_owner_to_timeline_media, user.edge_felix_video_timeline].flatMap((timeline) => timeline?.edges ?? []).map((it) =>
    it.node
  )

describe.skipIf(!present)(
  `every recorded profile${present ? "" : " (skipped: the recorded payloads are not beside the project in ../shared/payloads)"}`,
  () => {
    layer(TestApp.layer(present ? { recordings: folder } : {}), { excludeTestServices: true })((it) => {
      const seen = new Map<string, Set<string>>()

      for (const file of files) {
        it.effect(`${file} is stored and answered`, () =>
          Effect.gen(function*() {
            const app = yield* TestApp
            const sql = yield* SqlClient
            const user = userIn(file)
            const username = user.username.toLowerCase()
            app.clock.advance("2 minutes")
            const caller = yield* app.newUser
            // Recordings of one name take turns, in the order of their files.
            const known = seen.get(username)
            const shortcodes = known ?? new Set()
            seen.set(username, shortcodes)
            const answer = yield* known !== undefined
              ? caller.post(`/profile/${username}/refresh`)
              : caller.get(`/profile/${username}`)
            assert.strictEqual(answer.status, 200, answer.text.slice(0, 500))
            const { analytics, freshness, posts, profile }: typeof ProfileAnswer.Type = answer.json()
            assert.strictEqual(freshness.status, "fresh")
            assert.strictEqual(profile.followers_count, user.edge_followed_by.count)
            assert.strictEqual(profile.availability, user.is_private === true ? "private" : "available")
            assert.isAbove(assertHonest(analytics), 25)

            const nodes = nodesOf(user).filter((node) => node.id !== "" && node.shortcode !== "")
            for (const { shortcode } of nodes) if (shortcode !== undefined) shortcodes.add(shortcode)
            const stored = yield* sql<{ shortcode: string; likes_count: number | null; likes_hidden: boolean }>`
              SELECT posts.* FROM post_profiles JOIN posts ON posts.id = post_id WHERE post_profiles.profile_id = ${profile.id}`
            assert.sameMembers(stored.map((post) => post.shortcode), [...shortcodes], "each shortcode once")
            assert.lengthOf(posts, Math.min(12, shortcodes.size))
            for (const node of nodes) {
              const likes = node.edge_media_preview_like?.count ?? node.edge_liked_by?.count
              const post = stored.find(({ shortcode }) => shortcode === node.shortcode)
              if (likes === -1) assert.deepStrictEqual([post?.likes_count, post?.likes_hidden], [null, true])
            }

            if (nodes.length === 0 && shortcodes.size === 0) {
              const { averages, engagement } = analytics ?? assert.fail("no analytics")
              for (const figure of [engagement.engagement_rate, engagement.engagement_rate_mean, averages.median_likes]) {
                assert.deepStrictEqual([figure.value, figure.status], [null, "unavailable"])
              }
            }

            for (const part of ["analytics", "posts?limit=100", "related?limit=100", "mentions?limit=100"]) {
              assert.strictEqual((yield* caller.get(`/profile/${username}/${part}`)).status, 200, part)
            }
          }))
      }

      it.effect("leaves rows that every model reads, answers that are all stored, and no failed statement", () =>
        Effect.gen(function*() {
          const app = yield* TestApp
          const sql = yield* SqlClient
          const front = yield* VendorFront
          for (const [table, model] of [["profiles", Profile], ["posts", Post]] as const) {
            const rows = yield* sql`SELECT * FROM ${sql(table)}`
            assert.isAbove(rows.length, 5)
            for (const row of rows) yield* Schema.decodeUnknownEffect(model)(row)
          }
          const answers = yield* sql`SELECT 1 FROM vendor_answers WHERE stored_at IS NOT NULL AND rejected_at IS NULL`
          assert.lengthOf(answers, files.length)
          assert.lengthOf(front.asked, files.length)
          assert.deepStrictEqual(app.logs.filter((line) => /"level":"(WARN|ERROR)"/.test(line)), [])
        }))

      it.effect("without posts yields no engagement number, and one with hidden likes neither", () =>
        Effect.gen(function*() {
          const app = yield* TestApp
          const user = yield* app.newUser
          for (
            const [name, reason] of [["sim.private", "private"], ["sim.noposts", "not_collected"], [
              "sim.nolikes",
              "hidden_by_owner"
            ]]
          ) {
            const { analytics }: typeof ProfileAnswer.Type = (yield* user.get(`/profile/${name}`)).json()
            const rates = Object.entries(analytics?.engagement ?? {}).filter(([key]) => key.startsWith("engagement_rate"))
              .flatMap(([key, figure]) => key === "engagement_rate_by_type" ? Object.values(figure) : [figure])
            assert.lengthOf(rates, 6)
            for (const rate of rates) {
              if (name === "sim.nolikes" && rate.reason !== "hidden_by_owner") continue
              assert.deepStrictEqual([rate.value, rate.status, rate.reason], [null, "unavailable", reason], name)
            }
            assert.isTrue(rates.every((rate) => rate.value === null))
            assert.isNull(analytics?.influence.influence_score.value)
          }
        }))
    })
  }
)
