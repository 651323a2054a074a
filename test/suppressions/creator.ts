import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { profileContent } from "../support/payload.ts"
import { send } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

export const keys = `one:${Buffer.alloc(32, 1).toString("base64")}`
export const settings = { SUPPRESSION_KEYS: keys, WEBHOOK_ALLOW_PRIVATE: "true" }

let count = 0

/** A creator whom nothing else is called like, and somebody whose answer names them everywhere that an answer can. */
export const newCreator = Effect.gen(function*() {
  const front = yield* VendorFront
  const n = ++count
  const username = `zebulon.markworth${n}`
  const id = String(777_000_111_222_000 + n)
  const host = { username: `host.of${n}`, id: String(555_000_111_222_000 + n) }
  const fullName = `Zebulon Q${n} Markworth`
  const own = profileContent({ id, username }, [{ n: n * 100 + 1 }, { n: n * 100 + 2 }], {
    full_name: fullName,
    biography: `I am ${fullName}`,
    business_email: `zebulon${n}@markworth.example`
  })
  const user = { id, username, full_name: fullName, is_verified: true, profile_pic_url: `https://cdn.example/${username}.jpg` }
  const about = profileContent(host, [
    {
      n: n * 100 + 11,
      more: {
        edge_media_to_caption: { edges: [{ node: { text: `Out with @${username} today, see instagram.com/${username}` } }] },
        edge_media_to_tagged_user: {
          edges: [{ node: { user, x: 0.1, y: 0.2 } }, { node: { user: { id: "31", username: "somebody.else" }, x: 0.3, y: 0.4 } }]
        },
        edge_media_to_sponsor_user: { edges: [{ node: { sponsor: user } }] },
        coauthor_producers: [user],
        pinned_for_users: [user],
        accessibility_caption: `A photo of @${username}.`,
        edge_media_to_parent_comment: {
          count: 2,
          edges: [
            { node: { id: `${n}71`, text: "lovely", created_at: 1_750_000_000, owner: user } },
            {
              node: {
                id: `${n}72`,
                text: `@${username} look`,
                created_at: 1_750_000_001,
                owner: { id: "32", username: "fan.one" }
              }
            }
          ]
        }
      }
    },
    // A collaboration that the creator owns.
    { n: n * 100 + 12, owner: { id, username } }
  ], {
    biography: `Friend of @${username}`,
    biography_with_entities: { raw_text: `Friend of @${username}`, entities: [{ user: { username }, hashtag: null }] },
    edge_related_profiles: { edges: [{ node: user }, { node: { id: "9", username: "kiln.house" } }] }
  })
  front.says(username, own)
  front.says(host.username, about)
  for (const { node } of about.data.user.edge_owner_to_timeline_media.edges) {
    front.says(String(node.shortcode), { data: { xdt_shortcode_media: node } })
  }
  return { username, id, fullName, host: host.username, markers: [username, id, fullName, `zebulon${n}@markworth`], own, about }
})

/** An administrator who is signed in. */
export const newAdmin = Effect.gen(function*() {
  const sql = yield* SqlClient
  const admin = yield* (yield* TestApp).newUser
  yield* sql`INSERT INTO auth_users (id) VALUES (${admin.id}) ON CONFLICT DO NOTHING`
  yield* sql`
    INSERT INTO user_profiles (user_id, role) VALUES (${admin.id}, 'admin') ON CONFLICT (user_id) DO UPDATE SET role = 'admin'`
  return admin
})

export const erase = Effect.fnUntraced(function*(body: object) {
  return yield* send(yield* newAdmin, "POST", "/admin/erasures", { reason: "data_subject_request", ...body })
})
