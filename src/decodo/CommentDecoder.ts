import { Result, Schema } from "effect"
import { list, optional, tolerantDecoder } from "./TolerantDecoder.ts"
import { Count, Counted, InstagramId, LowerCaseUsername, nodesOf, Text, UnixSeconds } from "./WireField.ts"

/** A comment under a post, as the vendor sent it. */
export interface FetchedComment {
  readonly id: string
  readonly text: string
  /** Unix seconds. */
  readonly created_at: number | null
  /** Who wrote it; null where the answer does not say. */
  readonly commenter: string | null
  readonly likes_count: number | null
  readonly is_reply: boolean
}

/**
 * The comments in the vendor's post node, threads and flat lists alike, each once, in the vendor's order. A comment without id or text is left
 * out; one that is only a sticker has the text `""`.
 */
export const commentsIn = (node: Schema.JsonObject): ReadonlyArray<FetchedComment> => {
  const found = new Map<string, FetchedComment>()
  const decoded = decodeThreads(node, "")
  if (Result.isFailure(decoded)) return []
  const { edge_media_preview_comment, edge_media_to_comment, edge_media_to_hoisted_comment, edge_media_to_parent_comment } =
    decoded.success.value
  const lists = [edge_media_to_hoisted_comment, edge_media_to_parent_comment, edge_media_to_comment, edge_media_preview_comment]
  const add = (comment: WireComment, is_reply: boolean) => {
    if (comment.id == null || comment.text == null || found.has(comment.id)) return
    const likes = comment.edge_liked_by?.count ?? null
    found.set(comment.id, {
      id: comment.id,
      text: comment.text,
      created_at: comment.created_at ?? null,
      commenter: comment.owner?.username ?? comment.owner?.id ?? null,
      likes_count: likes !== null && likes >= 0 ? likes : null,
      is_reply
    })
  }
  for (const thread of lists.flatMap((list) => nodesOf(list))) {
    add(thread, false)
    for (const reply of nodesOf(thread.edge_threaded_comments)) add(reply, true)
  }
  return [...found.values()]
}

const Comment = Schema.Struct({
  id: optional(InstagramId),
  text: optional(Text),
  created_at: optional(UnixSeconds),
  owner: optional(Schema.Struct({ id: optional(InstagramId), username: optional(LowerCaseUsername) })),
  edge_liked_by: optional(Counted)
})
type WireComment = typeof Comment.Type

const edges = <S extends Schema.Top>(node: S) =>
  Schema.Struct({
    count: optional(Count),
    edges: optional(list(Schema.Struct({ node: optional(node) }), 1_000))
  })

const Thread = Schema.Struct({ ...Comment.fields, edge_threaded_comments: optional(edges(Comment)) })

const decodeThreads = tolerantDecoder(Schema.Struct({
  edge_media_to_hoisted_comment: optional(edges(Thread)),
  edge_media_to_parent_comment: optional(edges(Thread)),
  edge_media_to_comment: optional(edges(Thread)),
  edge_media_preview_comment: optional(edges(Thread))
}))
