import { mediaNode, userObject } from "../decodo/samples.ts"

export interface GivenPost {
  /** Makes id and shortcode. */
  readonly n: number
  /** The owner's id and name; the account's own unless said. */
  readonly owner?: { readonly id: string; readonly username: string }
  readonly more?: object
}

/** A vendor's profile answer of an account, invented; `more` overrides members of the user object. */
export const profileContent = (
  account: { readonly id: string; readonly username: string },
  posts: ReadonlyArray<GivenPost> = [],
  more: object = {}
) => ({
  data: {
    user: userObject({
      id: account.id,
      username: account.username,
      edge_owner_to_timeline_media: {
        count: Math.max(40, posts.length),
        page_info: { has_next_page: true, end_cursor: "abc" },
        edges: posts.map(({ more, n, owner }) => ({
          node: mediaNode(n % 90, {
            id: String(3_000_000_000_000_000_000n + BigInt(n)),
            shortcode: `Post${n}`,
            owner: owner ?? { id: account.id, username: account.username },
            ...more
          })
        }))
      },
      ...more
    })
  },
  status: "ok"
})

/** The same answer without these members of the user object. */
export const without = (content: ReturnType<typeof profileContent>, ...members: ReadonlyArray<string>) => ({
  ...content,
  data: { user: Object.fromEntries(Object.entries(content.data.user).filter(([name]) => !members.includes(name))) }
})
