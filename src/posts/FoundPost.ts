import { Schema } from "effect"
import { ProfileId } from "../profiles/Profile.ts"
import { Username } from "../profiles/Username.ts"
import { Post } from "./Post.ts"

/** A stored post, whose it is, and which stored profiles list it: whoever holds a window on one of them may see it. */
export const FoundPost = Schema.Struct({
  id: Post.fields.id,
  shortcode: Post.fields.shortcode,
  owner_username: Username,
  listed_by: Schema.Array(ProfileId)
})
export type FoundPost = typeof FoundPost.Type
