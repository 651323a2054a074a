import { assert, describe, it } from "@effect/vitest"
import { Predicate } from "effect"
import { accountFor, dayOf, timelineFor } from "../../../src/sandbox/vendor/Account.ts"
import { personaOf } from "../../../src/sandbox/vendor/Persona.ts"
import { latestPosts } from "../../../src/sandbox/vendor/Post.ts"
import { postDetail } from "../../../src/sandbox/vendor/PostDetail.ts"
import { missing, pathsOf, recorded, recordedDirectory } from "./recorded.ts"

const now = Date.UTC(2026, 10, 25)
const usernames = Array.from({ length: 150 }, (_, index) => `somebody_${index}`)

/** What recorded payloads have and the simulator leaves out, with the reason. */
const leftOut: ReadonlyArray<RegExp> = [
  // One recording was edited by hand and has fields outside their object.
  /^edge_owner_to_timeline_media\.edges\[\]\.(?!node)/,
  /^edge_owner_to_timeline_media\.edges\[\]\.node\.edges/,
  // Seen by a signed-in viewer only.
  /^edge_mutual_followed_by\.edges\[\]/,
  /restricted_by_viewer$/,
  // Gone since 2023.
  /^state_controlled_media_country$/,
  // In lists since 2024 only `edge_felix_video_timeline` has manifests.
  /^edge_owner_to_timeline_media\.edges\[\]\.node\.dash_info/,
  /profile_grid_crop/,
  // Of no use to anybody who reads statistics.
  /edge_sidecar_to_children\.edges\[\]\.node\.(display_resources|sensitivity_friction_info|upcoming_event|video_play_count)/,
  /edge_media_to_tagged_user\.edges\[\]\.node\.id$/,
  /^edge_related_profiles\.edges\[\]\.node\.edge_owner_to_timeline_media\.edges\[\]/,
  /^__isXDTGraphMediaInterface$/,
  /edge_threaded_comments\.page_info\.end_cursor$/
]

describe.skipIf(recordedDirectory("profile") === null)(`shapes as recorded (skipped where ${missing})`, () => {
  it("a profile has every path of the profiles recorded from 2022 to 2025", () => {
    const files = [
      "robertdowneyjr-2022-06-web_profile_info.json",
      "adrianhorning-2025-scrapecreators-full.json",
      "ajaydevgn-2025-10.json"
    ]
    assertCovers(
      usernames.map((username) => accountFor(username, now)),
      files.map((file) => at(recorded("profile", file), "data.user"))
    )
  })

  it("a list of posts has every path of the list recorded in 2024", () => {
    const list = at(recorded("timeline", "instagram-2024-03-sociogram-20posts.json"), "data.user.edge_owner_to_timeline_media")
    assertCovers(usernames.map((username) => timelineFor(username, now)), [list])
  })

  it("a post has every path of the posts recorded in 2024 and 2025", () => {
    const details = usernames.flatMap((username) => latestPosts(personaOf(username), dayOf(now), 2)).map((post) =>
      postDetail(post, dayOf(now))
    )
    assertCovers(details, [
      at(recorded("post", "instagram-CA_ifcxMjFR-2024-53k-comments.json"), "data.shortcode_media"),
      at(recorded("post", "scrapecreators-XDTGraphVideo-full.json"), "data.xdt_shortcode_media")
    ])
  })
})

const assertCovers = (generated: ReadonlyArray<unknown>, recordings: ReadonlyArray<unknown>) => {
  const known = new Map<string, Set<string>>()
  for (const value of generated) pathsOf(value, known)
  const wanted = new Map<string, Set<string>>()
  for (const value of recordings) pathsOf(value, wanted)
  assert.isAbove(wanted.size, 80, "the recordings were read")
  const differences = [...wanted].flatMap(([path, kinds]) => {
    if (leftOut.some((pattern) => pattern.test(path))) return []
    const seen = known.get(path)
    if (seen === undefined) return [`${path}: missing`]
    return [...kinds].filter((kind) => kind !== "null" && !seen.has(kind)).map((kind) => `${path}: never ${kind}`)
  })
  assert.deepStrictEqual(differences, [])
}

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce((inner, key) => Predicate.hasProperty(inner, key) ? inner[key] : undefined, value)
