import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** Recorded answers live beside the project, never in it. */
const folder = fileURLToPath(new URL("../../../shared/payloads/", import.meta.url))

export const recorded = existsSync(folder)

export const whereRecorded = recorded ? "" : " (skipped: the recorded payloads are not beside the project in ../shared/payloads)"

export const recordedText = (path: string): string => readFileSync(folder + path, "utf8")

export const recordedFiles = <A>(kind: "profile" | "timeline" | "post"): ReadonlyArray<readonly [string, A]> =>
  recorded ? readdirSync(folder + kind).map((name) => [name, JSON.parse(recordedText(`${kind}/${name}`))] as const) : []

/** What the tests look at in a recorded answer, read without the code under test. */
export interface RecordedUser {
  readonly id: string
  readonly username: string
  readonly edge_followed_by: Counted
  readonly edge_follow: Counted
  readonly edge_owner_to_timeline_media: Counted & Edges<RecordedMedia>
  readonly edge_felix_video_timeline?: Counted & Edges<RecordedMedia>
  readonly edge_related_profiles?: Edges<unknown>
}

export interface RecordedMedia {
  readonly shortcode: string
  readonly is_video: boolean
  readonly owner: { readonly id: string }
  readonly edge_media_preview_like?: Counted
  readonly edge_liked_by?: Counted
  readonly edge_media_to_comment?: Counted
  readonly edge_media_to_parent_comment?: Counted
  readonly edge_media_to_caption?: Edges<{ readonly text: string }>
  readonly video_view_count?: number
  readonly video_play_count?: number
}

export interface Counted {
  readonly count: number
}

export interface Edges<A> {
  readonly edges: ReadonlyArray<{ readonly node: A }>
}
