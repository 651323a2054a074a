import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

layer(TestApp.layer(), { excludeTestServices: true })("conditional requests", (it) => {
  for (
    const path of [
      "/profile/natgeo",
      "/profile/natgeo/analytics",
      "/profile/natgeo/posts",
      "/profile/natgeo/related",
      "/profile/natgeo/mentions"
    ]
  ) {
    it.effect(`${path} is not sent again to who has it`, () =>
      Effect.gen(function*() {
        const user = yield* (yield* TestApp).newUser
        yield* user.get("/profile/natgeo")
        const full = yield* user.get(path)
        const etag = full.headers.get("etag") ?? ""
        for (const wanted of [etag, `W/${etag}`, `"other", ${etag}`, `"a",W/${etag} , "b"`, "*"]) {
          const answer = yield* user.get(path, { "if-none-match": wanted })
          assert.strictEqual(answer.status, 304, wanted)
          assert.strictEqual(answer.headers.get("etag"), etag)
          assert.strictEqual(answer.headers.get("cache-control"), full.headers.get("cache-control"))
          assert.strictEqual(answer.headers.get("vary"), full.headers.get("vary"))
        }
        for (const wanted of ["\"other\"", etag.slice(1, -1), etag.slice(0, -2), "", "W/*"]) {
          assert.strictEqual((yield* user.get(path, { "if-none-match": wanted })).status, 200, wanted)
        }
      }))
  }

  it.effect("the tag is the data's, not the caller's, and lets no one in", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const [one, other] = [yield* app.newUser, yield* app.newUser]
      const etag = (yield* one.get("/profile/natgeo")).headers.get("etag") ?? ""
      const posts = (yield* one.get("/profile/natgeo/posts")).headers.get("etag") ?? ""
      assert.strictEqual((yield* other.get("/profile/natgeo/posts", { "if-none-match": posts })).status, 403)
      assert.strictEqual((yield* other.get("/profile/natgeo/posts", { "if-none-match": "*" })).status, 403)
      assert.strictEqual((yield* other.get("/profile/natgeo", { "if-none-match": etag })).status, 304)
      assert.strictEqual(
        (yield* other.get("/profile/natgeo/posts", { "if-none-match": posts })).status,
        304,
        "unlocked by the 304"
      )
      const nobody = yield* app.call({ method: "GET", path: "/profile/natgeo", headers: { "if-none-match": "*" } })
      assert.strictEqual(nobody.status, 401)
    }))

  it.effect("Age counts from the fetch", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      yield* user.get("/profile/ageing")
      app.clock.advance("10 minutes")
      for (const path of ["/profile/ageing", "/profile/ageing/analytics"]) {
        const answer = yield* user.get(path)
        const age = Number(answer.headers.get("age"))
        assert.isTrue(age >= 600 && age < 660, `${path}: ${age}`)
        const etag = answer.headers.get("etag") ?? ""
        assert.isAtLeast(Number((yield* user.get(path, { "if-none-match": etag })).headers.get("age")), 600)
      }
    }))

  it.effect("stale data has a tag of its own, so that a copy that says fresh is not taken for it", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const etag = (yield* user.get("/profile/expiring")).headers.get("etag") ?? ""
      const analytics = (yield* user.get("/profile/expiring/analytics")).headers.get("etag") ?? ""
      app.clock.advance("25 hours")
      const later = yield* app.signInAgain(user)
      ;(yield* VendorFront).says("expiring", 500)
      assert.strictEqual((yield* later.get("/profile/expiring", { "if-none-match": etag })).status, 200)
      assert.strictEqual((yield* later.get("/profile/expiring/analytics", { "if-none-match": analytics })).status, 200)
    }))
})
