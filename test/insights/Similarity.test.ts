import { assert, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Similar } from "../../src/insights/Similar.ts"
import { type Likeness, profile_similarity, similarity } from "../../src/insights/Similarity.ts"
import { insertProfile } from "../support/rows.ts"
import { testServices } from "../support/TestServices.ts"

const like = (
  themes: Record<string, number>,
  mentions: ReadonlyArray<string> = [],
  category: string | null = null
): Likeness => ({
  themes: new Map(Object.entries(themes)),
  mentions: new Set(mentions),
  category
})

it("the example of profile_similarity is worked out", () => {
  const { input, output } = profile_similarity.example as unknown as {
    input: Record<"a" | "b", { themes: Record<string, number>; mentions: ReadonlyArray<string>; category: string }>
    output: number
  }
  const of = ({ category, mentions, themes }: typeof input.a) => like(themes, mentions, category)
  assert.strictEqual(similarity(of(input.a), of(input.b)), output)
})

it("an account is as similar to another as the other to it, wholly to itself, and not to one that nothing is known of", () => {
  const a = like({ "#surf": 0.5, sea: 0.3 }, ["x"], "sports")
  const b = like({ "#surf": 0.2, rain: 0.9 }, ["x", "y"], "travel")
  assert.strictEqual(similarity(a, b), similarity(b, a))
  assert.strictEqual(similarity(a, a), 1)
  assert.isNull(similarity(a, like({})))
  assert.strictEqual(similarity(like({ "#a": 1 }), like({ "#b": 1 })), 0)
})

layer(testServices)("similar accounts", (it) => {
  it.effect("are stored with their method, replace the former ones, and leave Instagram's own in their place", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const [self, twin, cousin, stranger] = yield* Effect.forEach(
        ["self", "twin", "cousin", "stranger"],
        (name) => insertProfile(name)
      )
      if (self === undefined || twin === undefined || cousin === undefined || stranger === undefined) return assert.fail()
      for (
        const [profile, themes] of [[self, ["#surf", "#sea"]], [twin, ["#surf", "#sea"]], [cousin, ["#surf", "#rain"]], [
          stranger,
          [
            "#tax"
          ]
        ]] as const
      ) {
        yield* sql`
          INSERT INTO creator_metadata (profile_id, content_themes, analysis_version, posts_analyzed)
          VALUES (${profile.id}, ${JSON.stringify(themes.map((theme) => ({ theme, share: 0.5 })))}::jsonb, 1, 12)`
        yield* sql`INSERT INTO mentions (profile_id, mentioned_username, mention_type) VALUES (${profile.id}, 'shared', 'biography')`
      }
      yield* sql`INSERT INTO related_profiles (profile_id, related_username, position) VALUES (${self.id}, 'twin', 1)`
      // A neighbour by one account of six that it mentions, and by nothing else: 0.05 is no likeness.
      const faint = yield* insertProfile("faint")
      yield* sql`
        INSERT INTO creator_metadata (profile_id, content_themes, analysis_version, posts_analyzed)
        VALUES (${faint.id}, '[{"theme": "#law", "share": 0.5}]', 1, 12)`
      yield* sql`
        INSERT INTO mentions (profile_id, mentioned_username, mention_type)
        SELECT ${faint.id}, name, 'biography' FROM unnest('{shared,a,b,c,d,e}'::text[]) AS name`
      const similar = yield* Similar
      assert.strictEqual(yield* similar.compute(self.id), 3)
      const rows = sql`
        SELECT related_username, source, position, similarity_score, similarity_method FROM related_profiles
        WHERE profile_id = ${self.id} ORDER BY similarity_score DESC`
      const method = "profile_similarity/1"
      assert.deepStrictEqual(yield* rows, [
        { related_username: "twin", source: "instagram", position: 1, similarity_score: 0.8, similarity_method: method },
        { related_username: "cousin", source: "computed", position: null, similarity_score: 0.55, similarity_method: method },
        { related_username: "stranger", source: "computed", position: null, similarity_score: 0.3, similarity_method: method }
      ])
      yield* sql`DELETE FROM mentions WHERE profile_id IN (${cousin.id}, ${stranger.id})`
      assert.strictEqual(yield* similar.compute(self.id), 1)
      assert.deepStrictEqual((yield* rows).map((row) => row["related_username"]), ["twin"])
    }))
})
