import { assert, beforeAll, describe, it } from "@effect/vitest"
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { lint, projectRoot, type Report } from "./oxlint.ts"

const importing = (source: string) => `import * as It from "${source}"\nexport const used = It\n`
const importingType = (source: string) => `import type { It } from "${source}"\nexport type Used = It\n`
const model = `import { Model } from "effect/schema"\n`

/** A rule, a file that it must report and nothing else may, what the file holds, and a piece of what the rule says. */
const refused: ReadonlyArray<readonly [rule: string, file: string, text: string, says?: string]> = [
  ["house/directions", "src/posts/Posts.ts", importing("effect/sql/SqlClient"), "SQL stays"],
  ["house/directions", "src/posts/PostsHttp.ts", importing("@effect/sql-pg/PgClient"), "SQL stays"],
  ["house/directions", "src/posts/PostErrors.ts", importingType("effect/sql/SqlError"), "SQL stays"],
  ["house/directions", "src/app.ts", importing("effect/sql/SqlClient"), "SQL stays"],
  ["house/directions", "src/posts/Listing.ts", importing("effect/http/HttpServerResponse"), "HTTP server"],
  ["house/directions", "src/posts/Routes.ts", importing("effect/http/HttpRouter"), "HTTP server"],
  ["house/directions", "src/posts/Endpoints.ts", importing("effect/http-api/HttpApiEndpoint"), "HTTP server"],
  ["house/directions", "src/posts/PostRepo.ts", importing("effect/http-api/HttpApi"), "HTTP server"],
  ["house/directions", "src/posts/Server.ts", importing("node:http"), "HTTP server"],
  ["house/directions", "src/posts/Fetching.ts", importing("effect/http/HttpClient"), "HTTP client"],
  ["house/directions", "src/posts/Images.ts", `export const it = import("effect/http/FetchHttpClient")\n`, "HTTP client"],
  ["house/directions", "src/webhooks/Sender.ts", importing("@effect/platform-node/Undici"), "HTTP client"],
  ["house/directions", "src/webhooks/Calls.ts", importing("undici"), "HTTP client"],
  ["house/directions", "src/http/Proxy.ts", importing("effect/http/HttpClientRequest"), "HTTP client"],
  ["house/directions", "src/insights/Graph.ts", importing("effect/http/HttpClient"), "HTTP client"],
  ["house/directions", "src/posts/Owner.ts", importing("../profiles/ProfileRepo.ts"), "through its door"],
  ["house/directions", "src/posts/OwnerShape.ts", importingType("../profiles/ProfileRepo.ts"), "through its door"],
  ["house/directions", "src/profiles/ProfilesApi.ts", importing("./ProfileRepo.ts"), "A contract"],
  ["house/directions", "src/profiles/ProfilesHttp.ts", importing("../sandbox/Sandbox.ts"), "The sandbox"],
  ["house/directions", "src/Serve.ts", importing("./sandbox/Sandbox.ts"), "The sandbox"],
  ["house/directions", "src/posts/Samples.ts", importing("../../test/support/TestDatabase.ts"), "around it"],
  ["house/directions", "src/http/Server.ts", importing("effect/http"), "Import the module"],
  ["house/directions", "src/auth/Server.ts", importing("@effect/platform-node"), "Import the module"],
  [
    "house/directions",
    "src/campaigns/Campaign.ts",
    model + importing("./Campaigns.ts") + "export const M = Model\n",
    "Models and errors"
  ],
  ["house/directions", "src/campaigns/CampaignErrors.ts", importing("./Campaigns.ts"), "Models and errors"],
  ["house/directions", "src/favorites/FavoriteError.ts", importing("node:crypto"), "Models and errors"],
  ["house/no-barrel", "src/posts/Everything.ts", `export * from "./Post.ts"\n`],
  ["house/no-barrel", "src/posts/Some.ts", `export { PostId } from "./Post.ts"\n`],
  ["house/no-barrel", "src/posts/index.ts", "export const posts = 1\n"],
  ["unicorn/filename-case", "src/posts/post_rows.ts", "export const rows = 1\n"],
  ["import/no-cycle", "src/cycle/One.ts", `import { two } from "./Two.ts"\nexport const one = () => two\n`],
  ["import/no-cycle", "src/cycle/Two.ts", `import { one } from "./One.ts"\nexport const two = () => one\n`],
  ["max-lines", "src/posts/Long.ts", "export {}\n".repeat(301)],
  ["max-lines", "scripts/long.ts", "export {}\n".repeat(301)],
  ["house/no-throw", "src/posts/Thrower.ts", "export const fail = () => {\n  throw new Error()\n}\n"],
  ["house/no-effect-cast", "src/posts/Cast.ts", "export const cast = (it: unknown) => it as Effect.Effect<number>\n"],
  ["no-console", "src/posts/Printer.ts", "export const print = () => console.log(1)\n"],
  ["node/no-process-env", "src/posts/Environment.ts", `export const url = process.env["DATABASE_URL"]\n`],
  ["typescript/no-explicit-any", "src/posts/Whatever.ts", "export const it: any = 1\n"],
  ["typescript/no-non-null-assertion", "src/posts/Sure.ts", "export const first = (all: Array<number>) => all[0]!\n"],
  ["import/no-default-export", "src/posts/Default.ts", "export default 1\n"],
  ["eqeqeq", "src/posts/Loose.ts", "export const same = (a: number, b: number) => a == b\n"]
]

const allowed: ReadonlyArray<readonly [file: string, text: string]> = [
  ["src/profiles/ProfileRepo.ts", importing("effect/sql/SqlClient")],
  ["src/database/Connections.ts", importing("@effect/sql-pg/PgClient")],
  ["src/alignment/Catalog.ts", importing("effect/sql/SqlClient")],
  ["src/posts/PostsApi.ts", importing("effect/http-api/HttpApiEndpoint")],
  ["src/favorites/FavoritesHttp.ts", importing("effect/http/HttpServerResponse")],
  ["src/decodo/Calls.ts", importing("effect/http/HttpClient")],
  ["src/outbound/Sending.ts", importing("@effect/platform-node/Undici")],
  ["src/auth/Keys.ts", importing("effect/http/HttpClient")],
  ["src/insights/InstagramGraph.ts", importing("effect/http/HttpClient")],
  ["src/profiles/Profiles.ts", importing("./ProfileRepo.ts")],
  ["src/profiles/Store.ts", importing("../posts/Posts.ts")],
  ["src/client.ts", importing("effect/http-api/HttpApiClient")],
  ["src/sandbox/Sandbox.ts", importing("./Vendor.ts") + "export const settings = 1\n"],
  ["src/settings/Environment.ts", `export const url = process.env["DATABASE_URL"]\n`],
  ["src/posts/Post.ts", `${model}import { Schema } from "effect"\nexport const PostId = [Model, Schema]\n`],
  ["src/insights/Insight.ts", `${model}import { PostId } from "../posts/Post.ts"\nexport const Insight = [Model, PostId]\n`],
  ["src/insights/InsightErrors.ts", importing("effect/http-api/HttpApiError")],
  ["src/posts/Unknown.ts", "export const unknown = (value: unknown) => value == null\n"],
  ["scripts/report.ts", importing("../src/profiles/ProfileRepo.ts") + "console.log(process.env)\n"],
  ["test/posts/Posts.test.ts", importing("effect/testing")]
]

/** What a model must not import. */
const neither = ["src/campaigns/Campaigns.ts", importing("node:crypto")] as const

describe("the linter", () => {
  let found: ReadonlyArray<Report> = []
  const reportsOf = (file: string) => found.filter((report) => report.file === file)

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "lint-"))
    try {
      for (const file of [".oxlintrc.json", "package.json", "scripts/lint"]) {
        await cp(join(projectRoot, file), join(folder, file), { recursive: true })
      }
      const files = [...refused.map(([, file, text]) => [file, text] as const), ...allowed, neither]
      for (const [file, text] of files) {
        await mkdir(dirname(join(folder, file)), { recursive: true })
        await writeFile(join(folder, file), text)
      }
      found = await lint(folder)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  for (const [rule, file, , says] of refused) {
    it(`has ${rule} refuse ${file}`, () => {
      assert.deepStrictEqual(reportsOf(file).map((report) => report.rule), [rule])
      assert.include(reportsOf(file)[0]?.message ?? "", says ?? "")
    })
  }

  it.each(allowed)("accepts %s", (file) => assert.deepStrictEqual(reportsOf(file), []))

  it("finds nothing in this code base", async () => {
    const reports = await lint(projectRoot)
    assert.deepStrictEqual(reports.map(({ file, message, rule }) => `${file}: ${message} (${rule})`), [])
  })
})
