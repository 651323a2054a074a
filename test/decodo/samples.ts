/** A post node as the vendor sends it, invented. */
export const mediaNode = (n: number, overrides: object = {}) => ({
  __typename: "GraphImage",
  id: `300000000000000000${n}`,
  shortcode: `Sample${n}`,
  dimensions: { height: 1350, width: 1080 },
  display_url: `https://cdn.example/${n}.jpg`,
  owner: { id: "4200", username: "sample.studio" },
  is_video: false,
  accessibility_caption: null,
  edge_media_to_caption: { edges: [{ node: { text: `Day ${n} with @Other.Studio #Ceramics` } }] },
  edge_media_to_comment: { count: 10 + n },
  edge_media_preview_like: { count: 100 + n },
  edge_liked_by: { count: 100 + n },
  comments_disabled: false,
  taken_at_timestamp: 1_750_000_000 - n * 86_400,
  location: { id: "77", has_public_page: true, name: "Lisbon", slug: "lisbon" },
  edge_media_to_tagged_user: {
    edges: [{ node: { user: { id: "4300", username: "other.studio", full_name: "Other", is_verified: true }, x: 0.5, y: 0.25 } }]
  },
  coauthor_producers: [],
  pinned_for_users: [],
  thumbnail_resources: [{ src: `https://cdn.example/${n}s.jpg`, config_width: 150, config_height: 150 }],
  ...overrides
})

export const reelNode = (n: number, overrides: object = {}) =>
  mediaNode(n, {
    __typename: "GraphVideo",
    is_video: true,
    product_type: "clips",
    video_view_count: 5000,
    video_duration: 12.5,
    has_audio: true,
    ...overrides
  })

/** A user object as the vendor sends it, invented. */
export const userObject = (overrides: object = {}) => ({
  id: "4200",
  username: "Sample.Studio",
  full_name: "Sample Studio",
  biography: "Clay in Lisbon, with @friend_of_ours\nhello@sample.example",
  biography_with_entities: { raw_text: "", entities: [{ user: { username: "kiln.house" }, hashtag: null }] },
  bio_links: [{ title: "Shop", url: "https://sample.example", lynx_url: "https://l.example", link_type: "external" }],
  edge_followed_by: { count: 12_000 },
  edge_follow: { count: 0 },
  category_name: "Artist",
  business_category_name: "None",
  business_address_json: "{\"city_name\":\"Lis\\u0000bon\"}",
  is_private: false,
  is_verified: true,
  pronouns: ["they", "them"],
  edge_owner_to_timeline_media: {
    count: 40,
    page_info: { has_next_page: true, end_cursor: "abc" },
    edges: [
      { node: mediaNode(1) },
      { node: reelNode(2) },
      {
        node: mediaNode(3, {
          __typename: "GraphSidecar",
          edge_sidecar_to_children: { edges: [{ node: { id: "1", shortcode: "Child1" } }] }
        })
      }
    ]
  },
  edge_felix_video_timeline: { count: 1, page_info: { has_next_page: false }, edges: [] },
  edge_related_profiles: {
    edges: [{ node: { id: "9", username: "kiln.house", full_name: "Kiln", is_private: false, is_verified: false } }]
  },
  ...overrides
})

export const content = (user: unknown) => ({ data: { user }, status: "ok" })

/** The body of the vendor's answer around a content. */
export const body = (content: unknown, result: object = {}) =>
  JSON.stringify({ results: [{ content, status_code: 200, task_id: "7437926550256772097", ...result }] })
