import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { apiRoutes } from "../../src/http/Routes.ts"
import { ofRequests, recordingLayer, undeclared } from "../alignment/touched.ts"
import { type Page, send } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"

const statements: Array<string> = []

layer(TestApp.layer().pipe(Layer.provideMerge(recordingLayer(statements, ofRequests))), { excludeTestServices: true })(
  "favourites and campaigns",
  (it) => {
    it.effect("touch no relation that their routes do not declare, so that a broken one stops no other", () =>
      Effect.gen(function*() {
        const user = yield* (yield* TestApp).newUser
        yield* user.get("/profile/some.creator")
        const { data } = (yield* user.get("/profile/some.creator/posts")).json<Page<{ shortcode: string }>>()
        const shortcode = data[0]?.shortcode ?? ""
        const { id } = (yield* send(user, "POST", "/campaigns", { name: "c" })).json<{ id: string }>()
        const unknown = yield* send(user, "PUT", `/campaigns/${id}/posts/DTouched001`)
        yield* user.get(unknown.json<{ unlock: string }>().unlock)

        const requests = [
          ["PUT", "/me/favorites/:username", {}],
          ["GET", "/me/favorites", undefined],
          ["DELETE", "/me/favorites/:username", undefined],
          ["POST", "/campaigns", { name: "c" }],
          ["GET", "/campaigns", undefined],
          ["GET", "/campaigns/:id", undefined],
          ["PATCH", "/campaigns/:id", { status: "active" }],
          ["PUT", "/campaigns/:id/profiles/:username", {}],
          ["GET", "/campaigns/:id/profiles", undefined],
          ["PUT", "/campaigns/:id/posts/:shortcode", {}],
          ["GET", "/campaigns/:id/posts", undefined],
          ["GET", "/campaigns/:id/report", undefined],
          ["DELETE", "/campaigns/:id/profiles/:username", undefined],
          ["DELETE", "/campaigns/:id/posts/:shortcode", undefined],
          ["DELETE", "/campaigns/:id", undefined],
          ["POST", "/campaigns/:id/restore", undefined]
        ] as const
        for (const [method, pattern, body] of requests) {
          for (const post of pattern.includes(":shortcode") ? [shortcode, "DTouched001"] : [""]) {
            const path = pattern.replace(":id", id).replace(":username", "some.creator").replace(":shortcode", post)
            statements.length = 0
            const answer = yield* send(user, method, path, body)
            assert.isBelow(answer.status, 300, `${method} ${path}: ${answer.text}`)
            assert.isNotEmpty(statements)
            const route = apiRoutes.find((one) => one.route === `${method} ${pattern}`)
            assert.isDefined(route)
            assert.deepStrictEqual(undeclared(route!, statements), [], `${method} ${pattern}`)
          }
        }
      }))
  }
)
