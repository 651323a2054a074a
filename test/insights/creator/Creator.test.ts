import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { Method } from "../../../src/analytics/Method.ts"
import { decodeProfile } from "../../../src/decodo/ProfileDecoder.ts"
import { Creator, creatorOf, creatorRegistry } from "../../../src/insights/creator/Creator.ts"
import { disclosuresOf } from "../../../src/insights/creator/Sponsored.ts"
import { LanguageDetection } from "../../../src/insights/LanguageDetection.ts"
import { recordedUsers } from "../support/recorded.ts"
import { accountOf, AS_OF, detector, postsOf } from "./support.ts"

const none = () => null

layer(LanguageDetection.layer)("what is known of a creator", (it) => {
  for (const { example, method } of creatorRegistry) {
    it.effect(`works out the example of ${method}`, () =>
      Effect.gen(function*() {
        const input = example.input as { account?: object; posts?: ReadonlyArray<object> }
        const creator = creatorOf(
          { profile: accountOf(input.account), posts: postsOf(input.posts ?? []) },
          example.as_of,
          yield* detector
        )
        const figure = creator[example.figure as "themes"]
        assert.strictEqual(figure.method, method)
        assert.deepStrictEqual(figure.value as unknown, example.output as unknown)
      }))
  }

  it.effect("is valid, and the same in whatever order posts come, for every recorded profile", () =>
    Effect.gen(function*() {
      const detect = yield* detector
      for (const { content, file } of recordedUsers()) {
        const decoded = Result.getOrThrow(decodeProfile(content))
        const creator = creatorOf(decoded, AS_OF, detect)
        yield* Schema.decodeUnknownEffect(Creator)(JSON.parse(JSON.stringify(creator)))
        const reversed = creatorOf({ ...decoded, posts: decoded.posts.toReversed() }, AS_OF, detect)
        assert.strictEqual(JSON.stringify(reversed), JSON.stringify(creator), file)
      }
    }))

  it.effect("tells the languages of captions, and of none that are too short", () =>
    Effect.gen(function*() {
      const detect = yield* detector
      for (const text of ["", "😍😍", "wow", "ok @friend #thistagislongenough", "12345 67890 1234567"]) {
        assert.isNull(detect(text), text)
      }
      for (
        const [language, text] of [
          ["de", "Heute gibt es endlich wieder ein neues Video für euch"],
          ["es", "Vacaciones en la playa con mis amigos de siempre"],
          ["ar", "صباح الخير يا جماعة، فيديو جديد اليوم"],
          ["ja", "今日はとても楽しかったです"],
          ["ko", "오늘은 정말 즐거운 하루였어요"],
          ["ru", "Сегодня был очень длинный и прекрасный день"],
          ["tr", "Bugün size yeni koleksiyonumuzu göstermek istiyorum"],
          ["id", "Terima kasih banyak untuk semua yang sudah datang hari ini"],
          ["hi", "आज का दिन बहुत अच्छा था दोस्तों"]
        ] as const
      ) {
        assert.strictEqual(detect(text), language, text)
      }
    }))
})

describe("an account with no data", () => {
  it("yields no invented finding", () => {
    for (
      const profile of [accountOf(), accountOf({ is_private: true }), accountOf({ posts_count: 0 }), accountOf({ biography: "" })]
    ) {
      const { as_of: _, sample, ...findings } = creatorOf({ profile, posts: [] }, AS_OF, none)
      assert.isNull(sample)
      for (const [name, figure] of Object.entries(findings)) {
        assert.deepStrictEqual([figure.value, figure.status, figure.interval], [null, "unavailable", null], name)
      }
    }
  })

  it("says of a private account that it is private", () => {
    const creator = creatorOf({ profile: accountOf({ is_private: true }), posts: postsOf([{ caption: "hello" }]) }, AS_OF, none)
    assert.strictEqual(creator.themes.reason, "private")
    assert.strictEqual(creator.sponsored.reason, "private")
  })
})

describe("a disclosure", () => {
  const signalsIn = (caption: string, hashtags: ReadonlyArray<string> = []) =>
    disclosuresOf({ caption, hashtags, sponsor_users: [], is_paid_partnership: null }).map(({ text }) => text)

  it.each(
    [
      ["Paid partnership with @acme", "paid partnership"],
      ["In collaboration with @acme", "in collaboration with"],
      ["Anzeige | neue Schuhe", "anzeige"],
      ["Schöner Tag\nWerbung", "werbung"],
      ["Bezahlte Partnerschaft mit @acme", "bezahlte partnerschaft"],
      ["Collaboration commerciale @acme", "collaboration commerciale"],
      ["Colaboración pagada con @acme", "colaboración pagada"],
      ["Parceria paga com @acme", "parceria paga"],
      ["In collaborazione con @acme", "in collaborazione con"],
      ["Ücretli ortaklık @acme", "ücretli ortaklık"],
      ["إعلان\nمنتج رائع", "إعلان"],
      ["بالتعاون مع @acme", "بالتعاون مع"],
      ["На правах рекламы", "на правах рекламы"],
      ["유료 광고 포함 영상입니다", "유료 광고"],
      ["विज्ञापन\nनया उत्पाद", "विज्ञापन"]
    ]
  )("is seen in %s", (caption, signal) => assert.include(signalsIn(caption), signal))

  it.each(["ad", "anzeige", "publi", "sponsored", "werbung", "adv", "işbirliği", "اعلان", "реклама", "광고", "広告", "gifted"])(
    "is seen in #%s",
    (tag) => assert.include(signalsIn("", [tag]), `#${tag}`)
  )

  it.each(
    [
      "an adventure",
      "Werbungskosten absetzen",
      "I made this with love",
      "Meine Anzeige bei der Polizei läuft",
      "the publication",
      "we collaborate"
    ]
  )("is not seen in %s", (caption) => assert.deepStrictEqual(signalsIn(caption), []))

  it("is seen in Instagram's own labels, whatever the caption says", () => {
    const [label] = disclosuresOf({ caption: null, hashtags: [], sponsor_users: [], is_paid_partnership: true })
    assert.strictEqual(label?.signal, "paid_partnership_label")
  })
})

describe("a place", () => {
  it.each(
    [
      ["📍 Berlin, Germany", "DE", "pin"],
      ["Model based in London, UK", "GB", "words"],
      ["Fotógrafo\nMéxico", "MX", "words"],
      ["مصور | مصر", "EG", "words"],
      ["動画 | 日本", "JP", "words"],
      ["🇧🇷 mãe de dois", "BR", "flag"]
    ] as const
  )("is read in %s", (biography, country, basis) => {
    const { location } = creatorOf({ profile: accountOf({ biography }), posts: [] }, AS_OF, none)
    assert.deepStrictEqual([location.value?.country, location.value?.basis, location.status], [country, basis, "derived"])
  })

  it.each([
    "dreamer 📍 everywhere and nowhere at all you know it",
    "🇧🇷🇵🇹",
    "based on true events",
    "coffee, books, rain",
    "turkey sandwich lover"
  ])(
    "is not read in %s",
    (biography) => {
      const { location } = creatorOf({ profile: accountOf({ biography }), posts: [] }, AS_OF, none)
      assert.isNull(location.value, JSON.stringify(location.value))
    }
  )
})

it("the registry can be served", () => {
  Schema.encodeSync(Schema.Array(Method))(creatorRegistry)
})
