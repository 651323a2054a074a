import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { openEnvelope } from "../../src/decodo/Envelope.ts"
import { decodeProfile } from "../../src/decodo/ProfileDecoder.ts"
import { recorded, recordedText, whereRecorded } from "./payloads.ts"
import { body, content, userObject } from "./samples.ts"

const outcome = (body: string): object => {
  const opened = openEnvelope(body)
  if (Result.isFailure(opened)) return opened.failure
  if (opened.success._tag === "Pending") return opened.success
  return Result.match(decodeProfile(opened.success.content), {
    onFailure: (reason): object => reason,
    onSuccess: ({ profile }) => ({ _tag: "Profile", username: profile.username })
  })
}

const empty = { _tag: "EmptyContent", count: 1 }
const notScraped = { _tag: "NotScraped" }

describe("an answer's body", () => {
  const user = userObject()
  const profile = { _tag: "Profile", username: "sample.studio" }
  const pleaseWait = { message: "Please wait a few minutes before you try again.", require_login: true, status: "fail" }

  it.each<[string, string, object]>([
    ["an object", body(content(user)), profile],
    ["JSON text", body(JSON.stringify(content(user))), profile],
    ["a graphql envelope", body({ graphql: { user } }), profile],
    ["a page envelope", body({ entry_data: { ProfilePage: [{ graphql: { user } }] } }), profile],
    ["a bare user of 2017", body({ user }), profile],
    ["a parsed answer (12000)", body(content(user), { status_code: 12_000 }), profile],
    [
      "odd company: unknown keys, cookies as list or object",
      body(content(user), { cookies: [], headers: {}, parser: 7 }),
      profile
    ],
    ["no status code", JSON.stringify({ results: [{ content: content(user) }] }), profile],
    ["data.user null", body({ data: { viewer: {}, user: null }, status: "ok" }), {
      _tag: "ProfileNotFound",
      evidence: "user_null"
    }],
    ["graphql.user null", body({ graphql: { user: null } }), { _tag: "ProfileNotFound", evidence: "user_null" }],
    ["nothing at all", "", empty],
    ["an empty string", body(""), empty],
    ["an empty object", body({}), empty],
    ["null", body(null), empty],
    ["no data", body({ status: "ok" }), empty],
    ["empty data", body({ data: {} }), empty],
    ["613 in the result", body("", { status_code: 613 }), empty],
    ["404 in the result", body("<html>", { status_code: 404 }), empty],
    ["no results", JSON.stringify({ results: [] }), empty],
    ["a parser's failure (12002)", body({}, { status_code: 12_002 }), { ...notScraped, statusCode: 12_002 }],
    ["613 without results", JSON.stringify({ status: "failed", status_code: 613, task_id: "7" }), {
      ...notScraped,
      statusCode: 613,
      taskId: "7"
    }],
    ["an error without a code", JSON.stringify({ status: "error", message: "no" }), {
      ...notScraped,
      statusCode: null,
      taskId: null
    }],
    ["faulted", JSON.stringify({ status: "faulted" }), notScraped],
    ["pending", JSON.stringify({ status: "pending", task_id: "7437926550256772097" }), {
      _tag: "Pending",
      taskId: "7437926550256772097"
    }],
    ["pending with a number too long for JavaScript", `{"status":"pending","task_id":7437926550256772097}`, {
      taskId: "7437926550256772097"
    }],
    ["pending with a task that is no id", JSON.stringify({ status: "pending", task_id: "../../x" }), notScraped],
    ["please wait, as content", body(pleaseWait), { _tag: "InstagramLimited" }],
    ["please wait, as text", body(JSON.stringify(pleaseWait)), { _tag: "InstagramLimited" }],
    ["please wait, without results", JSON.stringify(pleaseWait), { _tag: "InstagramLimited" }],
    ["429 in the result", body("", { status_code: 429 }), { _tag: "InstagramLimited" }],
    ["HTML as content", body("<!DOCTYPE html><title>Instagram</title>"), {
      _tag: "ContractBroken",
      kind: "html",
      paths: ["content"]
    }],
    ["HTML instead of an answer", "  <html></html>", { _tag: "ContractBroken", kind: "html", paths: [] }],
    ["cut JSON", body(content(user)).slice(0, 500), { _tag: "ContractBroken", kind: "not_json", paths: [] }],
    ["cut JSON as content", body("{\"data\":"), { _tag: "ContractBroken", kind: "not_json", paths: ["content"] }],
    ["JSON text of JSON text", body("\"{}\""), { _tag: "ContractBroken", kind: "wrong_shape", paths: ["content"] }],
    ["a list as content", body([1]), { _tag: "ContractBroken", kind: "wrong_shape", paths: ["content"] }],
    ["a list", "[]", { _tag: "ContractBroken", kind: "wrong_shape", paths: ["results"] }],
    ["another object", "{\"hello\":1}", { _tag: "ContractBroken", kind: "wrong_shape", paths: ["results"] }],
    ["a user of another kind", body({ data: { user: "x" } }), { _tag: "ContractBroken", paths: ["data.user"] }],
    ["another target's data", body({ data: { hashtag: {} } }), { _tag: "ContractBroken", paths: ["data.user"] }],
    ["a user without anything", body({ data: { user: {} } }), { _tag: "ContractBroken", paths: ["id", "username"] }],
    ["__proto__ as the way to the user", body("{\"__proto__\":{\"user\":{\"id\":\"1\",\"username\":\"x\"}}}"), empty],
    ["a million levels", `{"results":[{"content":${"[".repeat(1_000_000)}`, { _tag: "ContractBroken", kind: "not_json" }],
    [
      "a million closed levels",
      `{"results":[{"content":{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)},"id":12345678901234567890}}]}`,
      { _tag: "ContractBroken" }
    ]
  ])("with %s", (_, body, expected) => {
    assert.deepInclude(outcome(body), expected)
  })
})

describe.skipIf(!recorded)(`recorded failures${whereRecorded}`, () => {
  const recordedBody = (name: string) => JSON.stringify(JSON.parse(recordedText(`errors/${name}`)).body)

  it("are told apart", () => {
    assert.deepInclude(outcome(recordedBody("decodo-613-top-level.json")), { _tag: "NotScraped", statusCode: 613 })
    assert.deepInclude(outcome(recordedBody("ig-401-wait-a-few-minutes.json")), { _tag: "InstagramLimited" })
    assert.deepInclude(outcome(body(JSON.parse(recordedText("errors/ig-graphql-user-null.json")))), { evidence: "user_null" })
    // The parsed target's display strings ("76.5M") are of no use, and must not be taken for a profile.
    assert.deepInclude(outcome(recordedText("decodo/nba-2023-02-instagram_profile-parsed.json")), { kind: "wrong_shape" })
  })
})
