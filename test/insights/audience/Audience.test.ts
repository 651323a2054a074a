import { assert, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { commentsIn } from "../../../src/decodo/CommentDecoder.ts"
import { decodePost } from "../../../src/decodo/TimelineDecoder.ts"
import { Audience, type AudienceComment, audienceOf } from "../../../src/insights/audience/Audience.ts"
import { audienceRegistry } from "../../../src/insights/audience/AudienceMethods.ts"
import { LanguageDetection } from "../../../src/insights/LanguageDetection.ts"
import { detector } from "../creator/support.ts"
import { random } from "../support/random.ts"
import { recordedPosts } from "../support/recorded.ts"

const AS_OF = "2026-02-01T00:00:00.000Z"
const noLanguage = () => null

layer(LanguageDetection.layer)("an audience", (it) => {
  for (const { example, method } of audienceRegistry) {
    it.effect(`works out the example of ${method}`, () =>
      Effect.gen(function*() {
        const input = example.input as { comments?: ReadonlyArray<Partial<AudienceComment>>; firstParty?: object }
        const comments = (input.comments ?? []).map((comment) => ({
          shortcode: "a",
          text: "",
          commenter: null,
          created_at: null,
          ...comment
        }))
        const firstParty = input.firstParty === undefined
          ? undefined
          : { source: "test", fetched_at: AS_OF, gender: null, age: null, country: null, city: null, ...input.firstParty }
        const audience = audienceOf("owner", comments, example.as_of, yield* detector, firstParty)
        const figure = audience[example.figure as "languages"]
        assert.strictEqual(figure.method, method)
        assert.deepStrictEqual(figure.value as unknown, example.output as unknown)
        yield* Schema.decodeUnknownEffect(Audience)(JSON.parse(JSON.stringify(audience)))
      }))
  }

  it.effect("without comments is unavailable in every figure", () =>
    Effect.sync(() => {
      const { as_of: _, sample, ...figures } = audienceOf("owner", [], AS_OF, noLanguage, undefined)
      assert.isNull(sample)
      for (const figure of Object.values(figures)) assert.deepStrictEqual([figure.value, figure.status], [null, "unavailable"])
    }))

  it.effect("of whom only the owner speaks is unavailable", () =>
    Effect.sync(() => {
      const comments = Array.from({ length: 40 }, (_, n) => comment("owner", `thanks ${n}`))
      assert.isNull(audienceOf("owner", comments, AS_OF, () => "en", undefined).sample)
    }))

  it.effect("counts each account once, in whatever order its comments come", () =>
    Effect.sync(() => {
      const comments = [
        ...Array.from({ length: 60 }, (_, n) => comment("fan", `fan ${n}`)),
        ...Array.from({ length: 25 }, (_, n) => comment(`other${n}`, "hello"))
      ]
      const byName = (text: string) => text.includes("fan") ? "fr" : "en"
      const { languages } = audienceOf("owner", comments, AS_OF, byName, undefined)
      assert.deepStrictEqual(languages.value, [{ label: "en", share: 0.96153846 }, { label: "fr", share: 0.03846154 }])
      assert.deepStrictEqual(audienceOf("owner", comments.toReversed(), AS_OF, byName, undefined).languages, languages)
    }))

  it.effect("has intervals that cover a known mix at least 93 % of the time", () =>
    Effect.sync(() => {
      const next = random(11)
      const truth = new Map([["en", 0.55], ["es", 0.3], ["de", 0.1], ["ja", 0.05]])
      let covered = 0
      let tried = 0
      for (let trial = 0; trial < 400; trial++) {
        const comments = Array.from({ length: 120 }, (_, n) => {
          const roll = next()
          return comment(`c${n}`, roll < 0.55 ? "en" : roll < 0.85 ? "es" : roll < 0.95 ? "de" : "ja")
        })
        const { languages } = audienceOf("owner", comments, AS_OF, (text) => text, undefined)
        for (const { high, label, low } of languages.interval as ReadonlyArray<{ label: string; low: number; high: number }>) {
          const share = truth.get(label) ?? 0
          tried++
          if (low <= share && share <= high) covered++
        }
      }
      assert.isAtLeast(covered / tried, 0.93)
    }))

  it.effect("is read from every recorded post, each comment once although previews repeat some", () =>
    Effect.gen(function*() {
      const detect = yield* detector
      const counts: Record<string, number> = {}
      for (const { content, file } of recordedPosts()) {
        const decoded = decodePost(content)
        if (decoded._tag === "Failure") continue
        const comments = commentsIn(decoded.success.value.raw)
        counts[file] = comments.length
        audienceOf("owner", comments.map((it) => ({ ...it, shortcode: "a" })), AS_OF, detect, undefined)
      }
      for (
        const [file, count] of [["jlo-CAnqPB-Jzcj-2020-sidecar.json", 45], ["jlo-CAG3E8-A3wf-2020-video.json", 44], [
          "instagram-CA_ifcxMjFR-2024-53k-comments.json",
          5
        ]] as const
      ) if (counts[file] !== undefined) assert.strictEqual(counts[file], count, file)
    }))
})

const comment = (commenter: string, text: string): AudienceComment => ({ shortcode: "a", text, commenter, created_at: null })
