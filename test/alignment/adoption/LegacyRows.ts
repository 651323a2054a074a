import { randomOf } from "./random.ts"

export type Row = Record<string, unknown>

/**
 * The rows of an old database, about `total` of them, with every flaw that the old backend left behind. A third of each table is flawed, and
 * the flaws take turns, so that every one is there however small the database. The same seed makes the same rows.
 */
export const legacyRows = (total: number, seed = 1): ReadonlyMap<string, ReadonlyArray<Row>> => {
  const random = randomOf(seed)
  const { int, next, pick, uuid, word } = random
  const tables = new Map<string, ReadonlyArray<Row>>()

  /** Given a sound row, spoils it. */
  type Flaw = (row: Row) => void
  const make = (table: string, share: number, sound: (index: number) => Row, flaws: ReadonlyArray<Flaw>) => {
    const rows: Array<Row> = []
    tables.set(table, rows)
    const count = Math.max(Math.round(total * share), flaws.length * 3 + 3)
    for (let index = 0; index < count; index++) {
      const row = sound(index)
      if (isFlawed(index)) flaws[((index - 2) / 3) % flaws.length]!(row)
      rows.push(row)
    }
  }
  const isFlawed = (index: number) => index % 3 === 2
  /** A row made before that is sound. */
  const sound = (table: string): Row => {
    const rows = tables.get(table) ?? []
    const index = int(0, rows.length)
    return rows[isFlawed(index) ? index - 1 : index]!
  }
  /** Any row made before. */
  const any = (table: string): Row => pick(tables.get(table) ?? [])
  /** The next sound row of a table that was not taken for this purpose. */
  const takers = new Map<string, number>()
  const taken = (table: string, purpose: string): Row | undefined => {
    const index = takers.get(purpose) ?? 0
    takers.set(purpose, index + 1 + (isFlawed(index + 1) ? 1 : 0))
    return tables.get(table)?.[index]
  }
  const set = (columns: Row): Flaw => (row) => void Object.assign(row, columns)
  const moment = () => new Date(base - int(0, 400 * day)).toISOString()
  const maybe = <A>(value: A) => (next() < 0.85 ? value : null)

  // Who uses the product ------------------------------------------------------------------------------------------------------------------

  const authUser = (id: string, email: unknown): Row => ({
    id,
    email,
    encrypted_password: `$2a$10$${word(30)}`,
    email_confirmed_at: moment(),
    recovery_token: word(12),
    raw_app_meta_data: { provider: "email" },
    raw_user_meta_data: { name: word(6), big: 1 },
    last_sign_in_at: maybe(moment()),
    created_at: moment(),
    updated_at: moment(),
    is_sso_user: false
  })

  make("auth.users", 0.02, (index) => authUser(uuid(), `User${index}@Example.com`), [
    (row) => set({ email: String(sound("auth.users")["email"]).toLowerCase(), is_sso_user: true })(row),
    set({ email: "x", is_sso_user: true }),
    set({ email: null }),
    set({ email_confirmed_at: null }),
    set({ banned_until: "infinity" }),
    set({ raw_user_meta_data: ["not", "an", "object"] }),
    set({ created_at: null, updated_at: null })
  ])

  const stranger = (columns: Row): Flaw => (row) => void Object.assign(row, { id: uuid() }, columns)
  make("auth_users", 0.02, (index) => {
    const user = taken("auth.users", "auth_users")
    return {
      ...authUser(user === undefined ? uuid() : String(user["id"]), user?.["email"] ?? `old${index}@example.com`),
      phone: null,
      confirmed_at: moment()
    }
  }, [
    (row) => stranger({ email: sound("auth.users")["email"] })(row),
    stranger({ email: "" }),
    stranger({ email: "y", raw_app_meta_data: null, created_at: null, updated_at: null }),
    stranger({ email: `gone-${word(6)}@example.com`, banned_until: "infinity" }),
    set({ email: `changed-${word(6)}@example.com` })
  ])

  make("users", 0.024, (index) => {
    const user = taken("auth.users", "users")
    return {
      id: uuid(),
      supabase_user_id: user?.["id"] ?? uuid(),
      email: user?.["email"] ?? `alone${index}@example.com`,
      hashed_password: `$2b$12$${word(20)}`,
      full_name: `${word(5)} ${word(7)}`,
      "user.first_name": word(5),
      "user.last_name": word(7),
      company: maybe(word(8)),
      bio: maybe(word(40)),
      role: pick(["user", "user", "free", "premium", "admin", "super_admin"]),
      status: pick(["active", "active", "Active", "suspended", "inactive"]),
      credits: int(-40, 500),
      credits_used_this_month: int(0, 50),
      subscription_tier: pick(["free", "standard", "premium", "enterprise", "free"]),
      subscription_expires_at: maybe(moment()),
      profile_picture_url: maybe(`https://example.com/${word(8)}.jpg`),
      preferences: { theme: "dark" },
      timezone: "Europe/Berlin",
      language: "en",
      created_at: moment(),
      updated_at: moment(),
      last_login: maybe(moment()),
      last_activity: maybe(moment()),
      login_count: int(0, 90),
      "user.email_verified": true,
      "user.phone_verified": false,
      "user.two_factor_enabled": maybe(false),
      "user.profile_visibility": true,
      "user.data_analytics_enabled": true,
      notification_preferences: { mail: true }
    }
  }, [
    set({ supabase_user_id: null }),
    set({ supabase_user_id: "None", email: "" }),
    (row) =>
      set({ supabase_user_id: null, email: ` ${String(sound("auth.users")["email"]).toUpperCase()} `, role: "admin" })(row),
    (row) => set({ supabase_user_id: null, id: taken("auth.users", "users by own id")?.["id"] ?? uuid() })(row),
    (row) => set({ supabase_user_id: uuid(), email: sound("auth.users")["email"] ?? "n" })(row),
    (row) => set({ supabase_user_id: uuid(), email: `unknown-${word(8)}@example.com` })(row),
    (row) =>
      set({ supabase_user_id: String(sound("users")["supabase_user_id"]).toUpperCase(), status: "banned", company: "Merged" })(
        row
      ),
    set({ role: "wizard", status: "who knows", subscription_tier: "gold" }),
    set({ subscription_tier: null, role: "enterprise" }),
    set({ bio: "x".repeat(2100), "user.first_name": "y".repeat(120), profile_picture_url: `https://e.com/${"z".repeat(2100)}` }),
    set({ preferences: ["a"], notification_preferences: "none" }),
    set({ timezone: null, language: "" }),
    set({ login_count: null, "user.profile_visibility": null, "user.data_analytics_enabled": null }),
    set({ subscription_expires_at: "infinity", last_login: "-infinity", last_activity: "0044-03-15T12:00:00Z" }),
    set({ created_at: "-infinity", updated_at: "infinity" })
  ])

  make("user_profiles", 0.02, () => {
    const user = taken("auth_users", "user_profiles")
    return {
      id: uuid(),
      user_id: user?.["id"] ?? any("auth_users")["id"],
      email: user?.["email"] ?? "",
      full_name: `${word(4)} ${word(6)}`,
      avatar_url: maybe(`https://example.com/${word(6)}.png`),
      created_at: moment(),
      updated_at: maybe(moment())
    }
  }, [
    (row) => set({ user_id: null, email: sound("auth.users")["email"] ?? "n" })(row),
    set({ user_id: null, email: "nobody@example.com" }),
    (row) => set({ user_id: sound("user_profiles")["user_id"] })(row),
    (row) => set({ user_id: sound("users")["id"] })(row),
    (row) => set({ user_id: unresolvable()["id"] })(row),
    set({ full_name: "n".repeat(250), avatar_url: `https://e.com/${"z".repeat(2100)}` })
  ])

  /** A user of the old table whom nothing identifies, and one row in three of each table that belongs to users is theirs or nobody's. */
  function unresolvable(): Row {
    return (tables.get("users") ?? []).find((row) => row["supabase_user_id"] === "None")!
  }

  // Instagram -----------------------------------------------------------------------------------------------------------------------------

  make("profiles", 0.1, (index) => ({
    id: uuid(),
    username: `${word(6)}.${index}`,
    full_name: maybe(`${word(5)} ${word(5)}`),
    biography: maybe(word(60)),
    followers_count: maybe(int(0, 5_000_000)),
    following_count: maybe(int(0, 3000)),
    posts_count: maybe(int(0, 2000)),
    profile_pic_url: maybe(`https://scontent.example.com/${word(10)}.jpg`),
    profile_pic_url_hd: maybe(`https://scontent.example.com/${word(10)}_hd.jpg`),
    is_verified: maybe(next() < 0.1),
    is_private: maybe(next() < 0.2),
    external_url: maybe("https://example.com"),
    category: maybe(pick(["Artist", "Brand", "Athlete"])),
    raw_data: { id: String(index), username: word(6), biography: word(300), edge_followed_by: { count: int(0, 9) } },
    last_refreshed: moment(),
    created_at: moment(),
    updated_at: moment(),
    instagram_user_id: next() < 0.7 ? String(1_000_000 + index) : null,
    engagement_rate: maybe(int(0, 900) / 100),
    influence_score: maybe(int(0, 100) / 10),
    data_quality_score: int(0, 100) / 100,
    refresh_count: int(0, 20),
    is_business_account: maybe(next() < 0.5)
  }), [
    (row) =>
      set({ username: String(sound("profiles")["username"]).toUpperCase(), instagram_user_id: null, full_name: "Twin" })(row),
    (row) => {
      const twin = sound("profiles")
      set({ username: `@${String(twin["username"])} `, instagram_user_id: twin["instagram_user_id"], last_refreshed: null })(row)
    },
    (row) => set({ instagram_user_id: sound("profiles")["instagram_user_id"], username: `renamed.${word(8)}` })(row),
    (row) => set({ username: String(sound("profiles")["username"]).replace(/^./, (it) => it.toUpperCase()) })(row),
    set({ username: "not a username!" }),
    (row) => set({ username: "spoilt name", instagram_user_id: sound("profiles")["instagram_user_id"] })(row),
    set({ username: "über.account" }),
    set({ username: "" }),
    (row) => set({ username: `https://www.instagram.com/${String(row["username"])}/?hl=en` })(row),
    set({ instagram_user_id: "None" }),
    set({ followers_count: -5, following_count: "9223372036854775807", posts_count: -1 }),
    set({ engagement_rate: "NaN", influence_score: 85, data_quality_score: "Infinity" }),
    set({ engagement_rate: -1, influence_score: null, data_quality_score: 80 }),
    set({ raw_data: [1, 2, 3], refresh_count: null }),
    set({ last_refreshed: null, created_at: null, updated_at: null }),
    set({ is_verified: null, is_private: null, is_business_account: null, last_refreshed: "infinity" })
  ])

  make("posts", 0.34, (index) => {
    const profile = any("profiles")
    const taken = Math.floor((base - int(0, 900 * day)) / 1000)
    const video = next() < 0.4
    return {
      id: uuid(),
      profile_id: profile["id"],
      instagram_post_id: String(3_000_000_000_000 + index),
      shortcode: `C${index.toString(36)}_${word(4)}`,
      media_type: pick(
        video ? ["GraphVideo", "video", "XDTGraphVideo", "reel"] : ["GraphImage", "GraphSidecar", "image", "photo"]
      ),
      is_video: video,
      display_url: maybe(`https://scontent.example.com/${word(10)}.jpg`),
      thumbnail_src: maybe(`https://scontent.example.com/${word(10)}.jpg`),
      video_view_count: video ? int(0, 100_000) : null,
      video_duration: video ? int(1, 90) : null,
      has_audio: video ? maybe(true) : null,
      width: 1080,
      height: 1350,
      caption: maybe(`${word(30)} #${word(5)}`),
      likes_count: maybe(int(0, 100_000)),
      comments_count: maybe(int(0, 4000)),
      comments_disabled: maybe(false),
      location_name: maybe(word(8)),
      location_id: maybe(String(int(1000, 9999))),
      is_carousel: false,
      taken_at_timestamp: taken,
      posted_at: new Date(taken * 1000).toISOString(),
      created_at: moment(),
      thumbnail_resources: [{ src: "https://e.com/a.jpg", config_width: 150, config_height: 150 }],
      sidecar_children: [],
      tagged_users: [{ username: word(6) }],
      coauthor_producers: [],
      hashtags: [word(5), `#${word(4).toUpperCase()}`, word(5)],
      mentions: [word(6), `@${word(5)}`],
      engagement_rate: maybe(int(0, 900) / 100),
      performance_score: maybe(int(0, 100)),
      post_images: [{ url: "https://e.com/a.jpg" }],
      post_thumbnails: [],
      raw_data: {
        id: String(index),
        product_type: video && next() < 0.5 ? "clips" : "feed",
        ...(next() < 0.5
          ? { owner: { id: profile["instagram_user_id"] ?? "77", username: String(profile["username"]).toLowerCase() } }
          : {}),
        text: word(200)
      }
    }
  }, [
    set({ likes_count: -1 }),
    set({ likes_count: -7, comments_count: -1, video_view_count: "9223372036854775807" }),
    (row) => {
      const other = sound("posts")
      const { instagram_post_id, raw_data, shortcode } = other
      set({ instagram_post_id, shortcode, raw_data, coauthor_producers: [{ username: "both" }] })(row)
    },
    (row) => {
      const other = sound("posts")
      set({
        instagram_post_id: `${String(other["instagram_post_id"])}_${int(100, 999)}`,
        shortcode: `${String(other["shortcode"])}PRIVATE`
      })(row)
    },
    (row) => {
      const { instagram_post_id, shortcode } = sound("posts")
      set({ instagram_post_id, shortcode, profile_id: uuid() })(row)
    },
    set({ profile_id: uuid() }),
    set({ shortcode: " " }),
    (row) => {
      const { instagram_post_id, shortcode } = sound("posts")
      set({ instagram_post_id, shortcode, media_type: null, is_video: null, is_carousel: null })(row)
    },
    set({ instagram_post_id: "" }),
    set({ media_type: "GraphStoryVideo", is_video: null, is_carousel: null }),
    set({ media_type: "IGTV_SPECIAL", is_video: true }),
    set({ media_type: null, is_video: false, is_carousel: true, carousel_media_count: 4 }),
    set({ media_type: "GraphImage", is_video: true }),
    set({ posted_at: null }),
    (row) => set({ posted_at: new Date(Number(row["taken_at_timestamp"]) * 1000 + 7_200_000).toISOString() })(row),
    (row) => set({ taken_at_timestamp: Number(row["taken_at_timestamp"]) * 1000 })(row),
    set({ taken_at_timestamp: -99, posted_at: "infinity" }),
    set({ hashtags: "broken", mentions: null, tagged_users: ["plain", { username: "kept" }], sidecar_children: { a: 1 } }),
    set({ hashtags: ["", 5, null, "ok", "h".repeat(9000)], mentions: ["Not Valid!", "valid.one"], thumbnail_resources: null }),
    set({ engagement_rate: "NaN", performance_score: "-Infinity", raw_data: "text" }),
    set({ coauthor_producers: [{ username: "someone" }], raw_data: { nothing: true } })
  ])

  // What is derived -----------------------------------------------------------------------------------------------------------------------

  make("audience_demographics", 0.05, () => ({
    id: uuid(),
    profile_id: any("profiles")["id"],
    gender_distribution: { female: 0.6, male: 0.4 },
    age_distribution: { "18-24": 30, "25-34": 70 },
    location_distribution: { de: 0.5, us: 0.499 },
    sample_size: int(10, 500),
    confidence_score: int(1, 100) / 100,
    last_sampled: moment(),
    analysis_method: "commenter_names"
  }), [
    set({ sample_size: null }),
    set({ analysis_method: null }),
    set({ analysis_method: "default_fallback" }),
    set({ confidence_score: 76 }),
    set({ confidence_score: null }),
    set({ gender_distribution: { female: 0.9, male: 0.9 } }),
    set({ gender_distribution: {}, age_distribution: [], location_distribution: { de: "much" } }),
    set({ last_sampled: "infinity" }),
    set({ profile_id: uuid() })
  ])

  make("creator_metadata", 0.05, () => ({
    id: uuid(),
    profile_id: any("profiles")["id"],
    extracted_location: maybe("Berlin"),
    categories: ["fashion", "travel"],
    content_themes: maybe([{ theme: "food", share: 0.4 }]),
    primary_language: pick(["en", "de", "pt-BR", "EN"]),
    secondary_languages: maybe(["fr"]),
    content_sentiment: pick(["positive", "Neutral", null]),
    brand_mentions: maybe(["acme"]),
    last_updated: moment(),
    analysis_confidence: maybe(int(0, 100) / 100),
    posts_analyzed: int(1, 24)
  }), [
    set({ posts_analyzed: null }),
    set({ categories: ["a", null, " ", "c".repeat(3000)], secondary_languages: ["German", "fr", null] }),
    set({ content_themes: { food: 0.4 }, brand_mentions: "acme" }),
    set({ primary_language: "English" }),
    set({ content_sentiment: "ecstatic" }),
    set({ analysis_confidence: 85 }),
    set({ analysis_confidence: -3, last_updated: "-infinity" }),
    set({ profile_id: uuid() })
  ])

  make("comment_sentiment", 0.06, () => ({
    id: uuid(),
    post_id: any("posts")["id"],
    positive_score: 0.5,
    negative_score: 0.2,
    neutral_score: 0.3,
    overall_sentiment: "positive",
    comments_analyzed: int(1, 50),
    analysis_timestamp: moment()
  }), [
    set({ comments_analyzed: null }),
    set({ comments_analyzed: 0 }),
    set({ positive_score: 50, negative_score: 20, neutral_score: 30 }),
    set({ positive_score: 0.9 }),
    set({ positive_score: null, negative_score: null, neutral_score: null }),
    set({ overall_sentiment: "glowing", positive_score: 0.4, negative_score: 0.4, neutral_score: 0.2 }),
    set({ overall_sentiment: null, analysis_timestamp: "infinity" }),
    set({ post_id: uuid() })
  ])

  make("mentions", 0.07, () => ({
    id: uuid(),
    profile_id: any("profiles")["id"],
    mentioned_username: word(7),
    mention_type: pick(["tag", "tagged", "caption", "comment", "bio", "collab"]),
    mention_context: maybe(word(30)),
    mentioned_at: moment()
  }), [
    (row) => set({ mentioned_username: `@${word(5).toUpperCase()}` })(row),
    set({ mentioned_username: "no one at all" }),
    set({ mention_type: "shout" }),
    (row) => {
      const { mentioned_username, mention_type, profile_id } = sound("mentions")
      set({ mentioned_username, mention_type, profile_id })(row)
    },
    set({ mention_context: "c".repeat(700), mentioned_at: "infinity" }),
    set({ profile_id: uuid() })
  ])

  make("related_profiles", 0.08, () => ({
    id: uuid(),
    profile_id: any("profiles")["id"],
    related_username: word(8),
    related_full_name: maybe(word(9)),
    related_is_verified: maybe(false),
    related_is_private: maybe(false),
    related_profile_pic_url: maybe("https://e.com/p.jpg"),
    related_followers_count: maybe(int(0, 9_000_000)),
    similarity_score: maybe(int(10, 101)),
    relationship_type: pick(["similar", "related", "suggested", null]),
    discovered_at: moment(),
    source: pick(["instagram", "decodo"])
  }), [
    set({ similarity_score: 0.42 }),
    set({ similarity_score: 5 }),
    set({ similarity_score: "NaN", related_followers_count: -1 }),
    set({ relationship_type: "nemesis" }),
    set({ source: "hearsay" }),
    (row) => set({ related_username: String(row["related_username"]).toUpperCase() })(row),
    set({ related_username: "a b" }),
    (row) => {
      const { profile_id, related_username } = sound("related_profiles")
      set({ profile_id, related_username })(row)
    },
    set({ discovered_at: "infinity" }),
    set({ profile_id: uuid() })
  ])

  // What belongs to users -------------------------------------------------------------------------------------------------------------------

  const pairs = new Set<string>()
  /** UNIQUE (user_id, profile_id) was the one constraint of its kind that the old database had. */
  const pair = (user: unknown, profile: unknown): Row => {
    let found = { user_id: user, profile_id: profile }
    while (pairs.has(`${String(found.user_id)} ${String(found.profile_id)}`)) {
      found = { ...found, profile_id: any("profiles")["id"] }
    }
    pairs.add(`${String(found.user_id)} ${String(found.profile_id)}`)
    return found
  }
  make("user_profile_access", 0.04, () => {
    const granted = moment()
    return {
      id: uuid(),
      ...pair(sound("auth.users")["id"], any("profiles")["id"]),
      granted_at: granted,
      expires_at: new Date(Date.parse(granted) + 30 * day).toISOString(),
      created_at: granted
    }
  }, [
    (row) => set(pair(uuid(), row["profile_id"]))(row),
    (row) => set(pair(resolvable("user_profile_access")["id"], row["profile_id"]))(row),
    (row) => set(pair(unresolvable()["id"], row["profile_id"]))(row),
    set({ expires_at: null }),
    set({ granted_at: null, created_at: null }),
    set({ granted_at: null, created_at: null, expires_at: null }),
    (row) => set({ expires_at: new Date(Date.parse(String(row["granted_at"])) - day).toISOString() })(row),
    set({ expires_at: "infinity" }),
    (row) => set(pair(row["user_id"], uuid()))(row),
    // The same window under the other id: only the adoption sees that they are one.
    (row) => {
      const user = resolvable("user_profile_access")
      const other = (tables.get("user_profile_access") ?? []).find((access) => access["user_id"] === user["supabase_user_id"])
      set(pair(user["id"], other?.["profile_id"] ?? row["profile_id"]))(row)
    }
  ])

  function resolvable(_: string): Row {
    const known = new Set((tables.get("auth.users") ?? []).map((row) => row["id"]))
    for (;;) {
      const user = sound("users")
      if (known.has(user["supabase_user_id"])) return user
    }
  }
  const owner = (): Row => ({ user_id: sound("users")["id"] })
  const ownerFlaws = (): ReadonlyArray<Flaw> => [
    (row) => set({ user_id: uuid() })(row),
    (row) => set({ user_id: unresolvable()["id"] })(row),
    (row) => set({ user_id: sound("auth.users")["id"] })(row)
  ]

  make("user_favorites", 0.03, () => ({
    id: uuid(),
    ...owner(),
    profile_id: any("profiles")["id"],
    added_at: moment(),
    notes: maybe(word(20)),
    tags: maybe([word(4), word(4)])
  }), [
    ...ownerFlaws(),
    (row) => {
      const { profile_id, user_id } = sound("user_favorites")
      set({ user_id, profile_id, tags: ["from the other", null], notes: null })(row)
    },
    set({ notes: "n".repeat(6000), tags: ["t".repeat(3000), "short"], added_at: "infinity" }),
    set({ profile_id: uuid() })
  ])

  make("user_searches", 0.045, (index) => ({
    id: uuid(),
    ...owner(),
    instagram_username: String(any("profiles")["username"]),
    search_timestamp: moment(),
    analysis_type: pick(["profile", "lookup", "force_refresh", "bulk"]),
    search_metadata: { index },
    search_duration_ms: maybe(int(5, 90_000)),
    data_source: pick(["decodo", "database", "cache", null]),
    success: next() < 0.9,
    error_message: null,
    profile_snapshot: maybe({ followers_count: int(0, 100) })
  }), [
    ...ownerFlaws(),
    (row) => set({ id: `search_${word(12)}` })(row),
    (row) => set({ id: String(row["id"]).toUpperCase() })(row),
    (row) => set({ instagram_username: `  @${word(6).toUpperCase()}` })(row),
    set({ instagram_username: "what is this?" }),
    set({ analysis_type: "astrology" }),
    set({ search_metadata: [1], profile_snapshot: "x" }),
    set({ search_duration_ms: -4, data_source: "carrier pigeon" }),
    set({ success: null, error_message: "Timeout for someone" }),
    set({ success: null, profile_snapshot: { followers_count: 1 } }),
    set({ success: null, profile_snapshot: null }),
    set({ success: true, error_message: "but it did work" }),
    set({ search_timestamp: "infinity" })
  ])

  make("search_history", 0.035, () => ({
    id: uuid(),
    user_id: sound("auth.users")["id"],
    username: String(sound("profiles")["username"]),
    searched_at: moment(),
    profile_id: maybe(any("profiles")["id"])
  }), [
    set({ user_id: uuid() }),
    (row) => set({ user_id: resolvable("search_history")["id"] })(row),
    (row) => set({ user_id: unresolvable()["id"] })(row),
    (row) => set({ username: `@${word(5).toUpperCase()}` })(row),
    set({ username: "?" }),
    set({ searched_at: null }),
    set({ profile_id: uuid() }),
    (row) => set({ id: soundSearch()["id"] })(row),
    (row) => {
      const search = soundSearch()
      const user = (tables.get("users") ?? []).find((it) => it["id"] === search["user_id"])
      set({
        user_id: user?.["supabase_user_id"],
        username: search["instagram_username"],
        searched_at: new Date(Date.parse(String(search["search_timestamp"])) + 3000).toISOString()
      })(row)
    }
  ])

  function soundSearch(): Row {
    const index = 3 * (takers.get("searches") ?? 0)
    takers.set("searches", (takers.get("searches") ?? 0) + 1)
    return tables.get("user_searches")![index]!
  }

  make("campaigns", 0.025, () => ({
    id: uuid(),
    ...owner(),
    name: `Campaign ${word(5)}`,
    description: maybe(word(50)),
    logo_url: maybe("https://e.com/l.png"),
    start_date: maybe("2025-03-01"),
    end_date: maybe("2025-06-30"),
    created_at: moment(),
    updated_at: moment(),
    status: pick(["draft", "active", "Active", "paused", "completed", "cancelled"]),
    budget: maybe(int(0, 1_000_000) / 100 + 0.001),
    target_audience: maybe({ age: "18-24" }),
    campaign_goals: maybe({ reach: 1000 })
  }), [
    ...ownerFlaws(),
    set({ name: " " }),
    set({ status: "hibernating" }),
    set({ start_date: "2025-06-01", end_date: "2025-05-01" }),
    set({ start_date: "-infinity", end_date: "infinity" }),
    set({ budget: "NaN" }),
    set({ budget: -100 }),
    set({ target_audience: ["everyone"], campaign_goals: "win" }),
    set({ description: "d".repeat(11_000), logo_url: `https://e.com/${"l".repeat(2100)}` }),
    set({ created_at: "infinity", updated_at: "-infinity" })
  ])

  make("campaign_posts", 0.02, () => ({
    id: uuid(),
    campaign_id: sound("campaigns")["id"],
    post_id: any("posts")["id"],
    added_at: moment(),
    role: pick(["hero", "Supporting", "organic", null]),
    performance_tier: pick(["top", "good", null]),
    notes: maybe(word(10))
  }), [
    (row) => {
      const { campaign_id, post_id } = sound("campaign_posts")
      set({ campaign_id, post_id })(row)
    },
    set({ role: "mascot", performance_tier: "stellar" }),
    set({ notes: "n".repeat(5100), added_at: "infinity" }),
    set({ campaign_id: uuid() }),
    (row) => set({ campaign_id: hibernating()["id"] })(row),
    set({ post_id: uuid() }),
    (row) => set({ post_id: tables.get("posts")!.find((post) => post["shortcode"] === " ")!["id"] })(row)
  ])

  function hibernating(): Row {
    return tables.get("campaigns")!.find((row) => row["status"] === "hibernating")!
  }

  make("campaign_profiles", 0.02, () => ({
    id: uuid(),
    campaign_id: sound("campaigns")["id"],
    profile_id: any("profiles")["id"],
    added_at: moment(),
    role: pick(["ambassador", "creator", "influencer", null]),
    priority: pick([1, 2, 5, null]),
    notes: maybe(word(10))
  }), [
    (row) => {
      const { campaign_id, profile_id } = sound("campaign_profiles")
      set({ campaign_id, profile_id })(row)
    },
    set({ role: "mascot", priority: 9 }),
    set({ notes: "n".repeat(5100), added_at: "infinity" }),
    set({ campaign_id: uuid() }),
    (row) => set({ campaign_id: hibernating()["id"] })(row),
    set({ profile_id: uuid() })
  ])

  return tables
}

const day = 86_400_000
const base = Date.parse("2025-08-01T00:00:00Z")
