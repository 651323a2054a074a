import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Option, Predicate } from "effect"
import { VendorSimulator } from "../../../src/sandbox/vendor/VendorSimulator.ts"
import { missing, recorded, recordedDirectory, recordedFiles } from "./recorded.ts"
import { replaying, resultOf, scrape, simulated } from "./simulator.ts"

const directory = recordedDirectory("profile")

describe.skipIf(directory === null)(`recorded profiles (skipped where ${missing})`, () => {
  const files = recordedFiles("profile")

  for (const [index, file] of files.entries()) {
    it.effect(`rec.${index + 1} replays ${file}`, () =>
      Effect.gen(function*() {
        const { content } = resultOf(yield* scrape(`rec.${index + 1}`))
        const user = userOf(content)
        assert.isObject(user)
        assert.deepStrictEqual(user, userIn(recorded("profile", file)))
      }).pipe(replaying(directory as string)))
  }

  it.effect("a recorded username is replayed file by file, the last one repeated, again after a reset", () =>
    Effect.gen(function*() {
      const own = files.filter((file) => file.startsWith("robertdowneyjr")).map((file) => userIn(recorded("profile", file)))
      assert.isAbove(own.length, 2)
      const ask = Effect.map(scrape("robertdowneyjr"), (reply) => userOf(resultOf(reply).content))
      for (const user of [...own, own.at(-1)]) assert.deepStrictEqual(yield* ask, user)
      yield* (yield* VendorSimulator).reset
      assert.deepStrictEqual(yield* ask, own[0])
    }).pipe(replaying(directory as string)))

  it.effect("user posts of a recorded username are the recorded ones", () =>
    Effect.gen(function*() {
      const file = files.find((name) => name.startsWith("robertdowneyjr")) as string
      const { content } = resultOf(yield* scrape("robertdowneyjr", "instagram_graphql_user_posts"))
      const user = userIn(recorded("profile", file))
      assert.isTrue(Predicate.hasProperty(user, "edge_owner_to_timeline_media"))
      assert.deepStrictEqual(userOf(content), {
        edge_owner_to_timeline_media: Predicate.hasProperty(user, "edge_owner_to_timeline_media") &&
          user.edge_owner_to_timeline_media
      })
    }).pipe(replaying(directory as string)))

  it.effect("there is no recording beyond the last", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* scrape(`rec.${files.length + 1}`)).status, 400)
      assert.strictEqual((yield* scrape("rec.0")).status, 400)
    }).pipe(replaying(directory as string)))
})

describe("a directory of recordings", () => {
  it.effect("may hold other files and every known envelope; numbers beyond 2^53 survive", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* fs.makeTempDirectoryScoped()
      const write = (name: string, text: string) => fs.writeFileString(`${folder}/${name}`, text)
      yield* write("a.json", `{"user":{"username":"Ada","n":1}}`)
      yield* write("b.json", `{"username":"bob"}`)
      yield* write("c.json", `{"data":{"username":"cleo"}}`)
      yield* write("d.json", `{ "data": { "user": { "username": "dora", "pk": 2317006284167526179 } } }`)
      yield* write("e.json", `{"items":[]}`)
      yield* write("f.json", `not json`)
      yield* write("notes.md", "# notes")
      yield* Effect.gen(function*() {
        assert.deepStrictEqual(userOf(resultOf(yield* scrape("ada")).content), { username: "Ada", n: 1 })
        assert.deepStrictEqual(userOf(resultOf(yield* scrape("rec.2")).content), { username: "bob" })
        assert.deepStrictEqual(userOf(resultOf(yield* scrape("cleo")).content), { username: "cleo" })
        assert.include((yield* scrape("dora")).text, `"pk": 2317006284167526179`)
        assert.strictEqual((yield* scrape("rec.5")).status, 400)
        assert.include((yield* scrape("cleo", "instagram_graphql_user_posts")).text, `"status_code":613`)
        assert.strictEqual((yield* (yield* VendorSimulator).stats).billed, 4)
      }).pipe(replaying(folder))
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("that cannot be read stops the simulator with its name", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.void.pipe(simulated({ recordings: Option.some("/no/such/folder") })))
      assert.deepInclude(error, { _tag: "RecordingsUnreadable", directory: "/no/such/folder" })
    }))
})

const userOf = (content: unknown): unknown => property(property(content, "data"), "user")

const userIn = (file: unknown): unknown =>
  userOf(file) ?? [["graphql", "user"], ["entry_data", "ProfilePage", "0", "graphql", "user"]]
    .map((keys) => keys.reduce(property, file))
    .find((user) => user !== undefined)

const property = (value: unknown, key: string): unknown => Predicate.hasProperty(value, key) ? value[key] : undefined
