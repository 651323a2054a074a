import * as to from "./Expressions.ts"
import { asOf, column, earliest, fill, type Places, type TableRules, verdictOn, without } from "./TableRules.ts"

/** Whom profiles mention. The old rows name no post, so neither do these. */
export const mentions = (at: Places): TableRules => ({
  table: "mentions",
  keyType: "uuid",
  joins: `${verdictOn(at, "profiles", "l.profile_id", "p")}
  CROSS JOIN LATERAL (SELECT ${to.username("l.mentioned_username")} AS username, ${mentionType} AS type) AS n`,
  target: "l.id",
  stands: { table: "mentions", column: "id" },
  refused: {
    ...without("p", "profile"),
    username_invalid: "n.username IS NULL",
    mention_type_unknown: "n.type IS NULL"
  },
  groups: [{ by: "(p.target, n.username, n.type)", reason: "same_mention" }],
  prefer: "l.mentioned_at NULLS LAST",
  changed: { username_normalized: "l.mentioned_username <> n.username" },
  writes: [{
    into: "mentions",
    columns: {
      id: "l.id",
      profile_id: "p.target",
      mentioned_username: "n.username",
      mention_type: "n.type",
      mention_context: column(to.clipped("l.mention_context", 500), {
        text_shortened: "char_length(btrim(l.mention_context)) > 500"
      }, fill),
      mentioned_at: column(`coalesce(${to.instant("l.mentioned_at")}, ${asOf(at)})`, {
        timestamp_filled: `(${to.instant("l.mentioned_at")}) IS NULL`
      }),
      created_at: `coalesce(${to.instant("l.mentioned_at")}, ${asOf(at)})`
    }
  }]
})

const mentionType = to.oneOf("l.mention_type", {
  tag: ["tagged", "tagged_user", "photo_tag"],
  caption: ["caption_mention", "post"],
  comment: ["comment_mention"],
  biography: ["bio"],
  collaboration: ["collab", "coauthor", "collaborator"]
})

/** Similar accounts. The old score went from 10 to 100 by the place in the list: a share now, and marked as what it was. */
export const relatedProfiles = (at: Places): TableRules => ({
  table: "related_profiles",
  keyType: "uuid",
  joins: `${verdictOn(at, "profiles", "l.profile_id", "p")}
  CROSS JOIN LATERAL (SELECT ${
    to.username("l.related_username")
  } AS username, ${similarity} AS similarity, ${relationship} AS relationship) AS n`,
  target: "l.id",
  stands: { table: "related_profiles", column: "id" },
  refused: {
    ...without("p", "profile"),
    username_invalid: "n.username IS NULL",
    relationship_type_unknown: "n.relationship IS NULL"
  },
  groups: [{ by: "(p.target, n.username)", reason: "same_related_profile" }],
  prefer: "l.discovered_at DESC NULLS LAST",
  changed: { username_normalized: "l.related_username <> n.username" },
  writes: [{
    into: "related_profiles",
    columns: {
      id: "l.id",
      profile_id: "p.target",
      related_username: "n.username",
      related_full_name: column(to.filled("l.related_full_name"), {}, fill),
      related_is_verified: column("l.related_is_verified", {}, fill),
      related_is_private: column("l.related_is_private", {}, fill),
      related_profile_pic_url: column(to.filled("l.related_profile_pic_url"), {}, fill),
      related_followers_count: column(to.count("l.related_followers_count"), {
        count_out_of_range: to.lost("l.related_followers_count", to.count("l.related_followers_count"))
      }, fill),
      relationship_type: "n.relationship",
      source: column(`coalesce(${source}, 'legacy')`, { source_unknown: `(${source}) IS NULL` }),
      similarity_score: column("n.similarity", {
        similarity_out_of_scale: "l.similarity_score IS NOT NULL AND n.similarity IS NULL"
      }),
      similarity_method: "CASE WHEN n.similarity IS NOT NULL THEN 'legacy' END",
      discovered_at: column(`coalesce(${to.instant("l.discovered_at")}, ${asOf(at)})`, {
        timestamp_filled: `(${to.instant("l.discovered_at")}) IS NULL`
      }, earliest),
      updated_at: `coalesce(${to.instant("l.discovered_at")}, ${asOf(at)})`
    }
  }]
})

/** What lies between a share and the scale belongs to neither. */
const similarity = `CASE WHEN l.similarity_score BETWEEN 10 AND 100 THEN l.similarity_score / 100
      WHEN l.similarity_score BETWEEN 0 AND 1 THEN l.similarity_score END`

const relationship = `CASE WHEN ${to.filled("l.relationship_type")} IS NULL THEN 'suggested'
      ELSE ${
  to.oneOf("l.relationship_type", { suggested: ["related", "suggestion", "edge_related_profiles"], similar: ["similar_account"] })
} END`

const source = to.oneOf("l.source", {
  instagram: ["instagram_api", "decodo", "smartproxy"],
  computed: ["calculated"],
  legacy: []
})
