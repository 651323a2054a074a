import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { personalData, personalTables } from "../../src/users/PersonalData.ts"
import { call, login, me, password, refresh, said, sessionIn, someone } from "../auth/support/calls.ts"
import { insertProfile } from "../support/rows.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"

interface Export {
  readonly user_id: string
  readonly exported_at: string
  readonly tables: Readonly<Record<string, ReadonlyArray<Record<string, unknown>>>>
}

interface Erased {
  readonly erased: Readonly<Record<string, number>>
  readonly sign_in: string
}

/** Somebody with rows in every table that holds rows of users. */
const settled = Effect.gen(function*() {
  const sql = yield* SqlClient
  const user = yield* someone
  const { id, username } = yield* insertProfile()
  const owner = { user_id: user.user.id }
  yield* sql`INSERT INTO user_profile_access ${sql.insert({ ...owner, profile_id: id })}`
  yield* sql`INSERT INTO user_favorites ${sql.insert({ ...owner, profile_id: id, notes: "what I think of them" })}`
  const counts = { calls: 2, failed_calls: 1, vendor_calls: 1 }
  yield* sql`INSERT INTO api_usage ${sql.insert({ ...owner, day: "2025-01-31", route_group: "profiles", ...counts })}`
  yield* sql`
    WITH recorded AS (
      INSERT INTO user_searches (user_id, instagram_username, analysis_type, success)
      VALUES (${user.user.id}, ${username}, 'lookup', true), (${user.user.id}, ${username}, 'lookup', true) RETURNING id
    ) INSERT INTO search_history (id, user_id, username, profile_id) SELECT id, ${user.user.id}::uuid, ${username}, ${id}::uuid FROM recorded`
  yield* sql`
    WITH job AS (INSERT INTO jobs ${sql.insert({ ...owner, total: 1 })} RETURNING id)
    INSERT INTO job_items (job_id, position, username) SELECT id, 1, 'looked.up' FROM job`
  const [fetch] = yield* sql<{ id: string }>`
    INSERT INTO profile_fetches (username, purpose, analysis_type) VALUES (${username}, 'lookup', 'lookup') RETURNING id`
  yield* sql`
    INSERT INTO profile_fetch_callers ${sql.insert({ ...owner, fetch_id: fetch!.id, asked_at: "2025-01-31T00:00:00Z" })}`
  const [campaign] = yield* sql<{ id: string }>`INSERT INTO campaigns ${sql.insert({ ...owner, name: "Spring" })} RETURNING id`
  const [post] = yield* sql<{ id: string }>`
    INSERT INTO posts (profile_id, instagram_post_id, shortcode, media_type, is_video, is_carousel, raw_data)
    VALUES (${id}, ${id}, ${`S${id.slice(0, 8)}`}, 'photo', false, false, '{}') RETURNING id`
  yield* sql`INSERT INTO campaign_profiles ${sql.insert({ campaign_id: campaign!.id, profile_id: id })}`
  yield* sql`INSERT INTO campaign_posts ${sql.insert({ campaign_id: campaign!.id, post_id: post!.id })}`
  yield* sql`INSERT INTO api_keys ${sql.insert({ ...owner, name: "mine", secret_hash: "s".repeat(43), scopes: ["me:read"] })}`
  const [hook] = yield* sql<{ id: string }>`
    INSERT INTO webhook_endpoints (user_id, url, events)
    VALUES (${user.user.id}, 'https://hooks.example.com/', '{job.finished}') RETURNING id`
  yield* sql`INSERT INTO webhook_deliveries ${
    sql.insert({ ...owner, endpoint_id: hook!.id, event: "webhook.ping", payload: "{}" })
  }`
  yield* sql`INSERT INTO idempotency_keys ${
    sql.insert({
      ...owner,
      key_digest: "k".repeat(43),
      route: "POST /x",
      fingerprint: "f".repeat(43),
      expires_at: "2099-01-01T00:00:00.000Z"
    })
  }`
  yield* paid(user.user.id)
  yield* sql`
    INSERT INTO vendor_calls (called_at, target, purpose, user_id, outcome, billed, cost_micros, duration_ms, attempt)
    VALUES (now(), 'instagram_graphql_profile', 'lookup', ${user.user.id}, 'success', 'yes', 1000, 7, 1)`
  yield* sql`INSERT INTO vendor_spend (day, user_id, spent_micros) VALUES (current_date, ${user.user.id}, 1000)`
  yield* sql`UPDATE user_profiles SET bio = 'all about me' WHERE user_id = ${user.user.id}`
  return { ...user, id: user.user.id, profile: id }
})

/** Something of each table of credits. */
const paid = Effect.fnUntraced(function*(user: string) {
  const sql = yield* SqlClient
  yield* sql`
    INSERT INTO credit_accounts (user_id, balance, last_sequence, tier, anchored_at, anchored_on, period_starts_at, period_ends_at)
    VALUES (${user}, 7, 1, 'free', now(), current_date, now(), now() + interval '1 month')`
  yield* sql`
    INSERT INTO credit_entries (user_id, sequence, kind, counter_account, amount, balance_after, expiring_after, subject, note, key)
    VALUES (${user}, 1, 'grant', 'issued', 7, 7, 0, 'what I paid for', 'what I said', ${`grant:${user}`})`
  yield* sql`
    INSERT INTO credit_reservations (user_id, action, subject, amount, free_reason, expires_at)
    VALUES (${user}, 'data_export', 'what I asked for', 0, 'no_price', now())`
  yield* sql`INSERT INTO subscriptions ${
    sql.insert({ subscription_id: `sub_${user}`, customer_id: `cus_${user}`, user_id: user })
  }`
})

/** Rows of the user by table, as the database has them. */
const counted = Effect.fnUntraced(function*(id: string) {
  const sql = yield* SqlClient
  const counts: Record<string, number> = {}
  for (const table of personalTables) {
    const [row] = table.startsWith("campaign_")
      ? yield* sql`SELECT count(*)::int AS n FROM ${
        sql(table)
      } WHERE campaign_id IN (SELECT id FROM campaigns WHERE user_id = ${id})`
      : table === "job_items"
      ? yield* sql`SELECT count(*)::int AS n FROM job_items WHERE job_id IN (SELECT id FROM jobs WHERE user_id = ${id})`
      : yield* sql`SELECT count(*)::int AS n FROM ${sql(table)} WHERE user_id = ${id}`
    counts[table] = Number(row?.["n"])
  }
  return counts
})

const erase = (token: string, body?: object) => call("DELETE", "/me", body, token)
const exported = Effect.fnUntraced(function*(token: string) {
  return (yield* call("GET", "/me/export", undefined, token)).json<Export>()
})

layer(TestApp.layer(), { excludeTestServices: true })("an account", (it) => {
  it.effect("every table that points at a user is in the list of personal data, and the list in the decision", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const found = yield* sql<{ name: string }>`
        SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint
        WHERE contype = 'f' AND confrelid IN ('auth_users'::regclass, 'campaigns'::regclass, 'jobs'::regclass)`
      assert.sameMembers(found.map(({ name }) => name), [...personalTables])
      const decision = readFileSync(new URL("../../docs/decisions/0006-deleting-an-account.md", import.meta.url), "utf8")
      for (const [table, { on_deletion }] of Object.entries(personalData)) {
        assert.match(decision, new RegExp(`\\| \`${table}\` +\\| ${on_deletion.replace("_", " ")}`), table)
      }
    }))

  it.effect("is exported whole: every table, every row, every column, and nothing of others", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const other = yield* settled
      const { access_token, email, id } = yield* settled
      const answer = yield* call("GET", "/me/export", undefined, access_token)
      assert.include(answer.headers.get("content-disposition"), "attachment")
      const { tables, user_id } = answer.json<Export>()
      assert.strictEqual(user_id, id)
      assert.deepStrictEqual(
        Object.fromEntries(personalTables.map((table) => [table, tables[table]?.length])),
        yield* counted(id)
      )
      assert.deepInclude(tables["auth_users"]?.[0], { id, email })
      assert.deepInclude(tables["user_profiles"]?.[0], { bio: "all about me" })
      assert.deepInclude(tables["user_favorites"]?.[0], { notes: "what I think of them" })
      for (const [table, rows] of Object.entries(tables)) {
        const columns = yield* sql<{ name: string }>`
          SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ${table}`
        assert.sameMembers(Object.keys(rows[0] ?? {}), columns.map(({ name }) => name), table)
      }
      assert.notInclude(answer.text, other.id)
      assert.notInclude(answer.text, other.email)
    }))

  it.effect("of many rows is exported page by page, each row once", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { access_token, user } = yield* someone
      yield* sql`
        INSERT INTO user_searches (user_id, instagram_username, analysis_type, success, search_timestamp)
        SELECT ${user.id}, 'name' || i, 'lookup', true, now() - (i / 7) * interval '1 minute' FROM generate_series(1, 1203) AS i`
      const rows = (yield* exported(access_token)).tables["user_searches"] ?? []
      assert.strictEqual(new Set(rows.map((row) => row["id"])).size, 1203)
      assert.lengthOf(rows, 1203)
    }))

  it.effect("of nothing is exported as empty lists", () =>
    Effect.gen(function*() {
      const { access_token } = yield* someone
      const { tables } = yield* exported(access_token)
      assert.lengthOf(tables["auth_users"] ?? [], 1)
      assert.deepStrictEqual(tables["campaign_posts"], [])
    }))

  it.effect("is erased with the password: rows gone, address gone, tokens refused, others untouched", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const other = yield* settled
      const { access_token, email, id, profile, refresh_token } = yield* settled
      const before = yield* counted(other.id)
      const answer = yield* erase(access_token, { password })
      assert.strictEqual(said(answer), "200")
      assert.deepStrictEqual(answer.json<Erased>(), {
        erased: {
          user_profile_access: 1,
          user_favorites: 1,
          user_searches: 2,
          search_history: 2,
          api_usage: 1,
          api_keys: 1,
          webhook_deliveries: 1,
          webhook_endpoints: 1,
          idempotency_keys: 1,
          jobs: 1,
          profile_fetch_callers: 1,
          campaigns: 1,
          subscriptions: 1,
          vendor_spend: 1,
          audit_people: 1,
          audit_origins: 2
        },
        sign_in: "signed_out"
      })
      assert.deepStrictEqual(yield* counted(id), {
        ...Object.fromEntries(personalTables.map((table) => [table, 0])),
        user_profiles: 1,
        credit_accounts: 1,
        credit_entries: 1,
        credit_reservations: 1
      })
      const words = yield* sql`
        SELECT e.subject, e.note, r.subject AS asked, e.balance_after
        FROM credit_entries AS e JOIN credit_reservations AS r USING (user_id) WHERE user_id = ${id}`
      assert.deepStrictEqual(words, [{ subject: null, note: null, asked: null, balance_after: 7 }])
      const [left] = yield* sql`
        SELECT u.*, p.bio, p.login_count FROM auth_users AS u JOIN user_profiles AS p ON p.user_id = u.id WHERE u.id = ${id}`
      assert.deepInclude(left, {
        email: null,
        phone: null,
        app_metadata: { erased: true },
        user_metadata: {},
        bio: null,
        login_count: 0
      })
      assert.isNotNull(left?.["deleted_at"])
      assert.strictEqual(said(yield* me(access_token)), "401 unauthorized")
      assert.strictEqual(said(yield* refresh(refresh_token)), "401 refresh-token-invalid")
      assert.lengthOf(yield* sql`SELECT FROM auth.sessions WHERE user_id = ${id}`, 0)
      assert.deepStrictEqual(yield* counted(other.id), before)
      assert.lengthOf(yield* sql`SELECT FROM profiles WHERE id = ${profile}`, 1, "Instagram's data is nobody's")

      // Without the project's secret key the sign-in stays there: it begins an empty account.
      const again = sessionIn(yield* login(email))
      const { tables } = yield* exported(again.access_token)
      assert.deepInclude(tables["auth_users"]?.[0], { id, email })
      assert.deepStrictEqual(tables["user_searches"], [])
      assert.deepInclude(tables["user_profiles"]?.[0], { bio: null })
    }))

  it.effect("is erased with a sign-in that is fresh, and not with one that was merely renewed", () =>
    Effect.gen(function*() {
      const { clock } = yield* TestApp
      const { access_token } = yield* someone
      assert.strictEqual(said(yield* erase(access_token)), "200")

      const later = yield* someone
      clock.advance("6 minutes")
      const renewed = sessionIn(yield* refresh(later.refresh_token))
      for (const body of [undefined, {}]) {
        assert.strictEqual(said(yield* erase(renewed.access_token, body)), "403 confirmation-required")
      }
      assert.strictEqual(said(yield* erase(renewed.access_token, { password: "wrong" })), "403 wrong-password")
      assert.strictEqual(said(yield* me(renewed.access_token)), "200")
      assert.strictEqual(said(yield* erase(renewed.access_token, { password })), "200")
    }))

  it.effect("that is erased while a change waits for it refuses the change as of nobody, and keeps nothing of it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { access_token, user: { id } } = yield* someone
      const waiting = (count: number) =>
        until(
          sql`SELECT 1 FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%user_profiles%'`,
          (found) => found.length === count
        )
      const change = { email_access_ending: false }
      const held = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      yield* Effect.forkChild(sql.withTransaction(Effect.andThen(
        sql`SELECT FROM user_profiles WHERE user_id = ${id} FOR UPDATE`,
        Effect.andThen(Deferred.succeed(held, undefined), Deferred.await(release))
      )))
      yield* Deferred.await(held)
      const erasing = yield* Effect.forkChild(erase(access_token, { password }))
      yield* waiting(1)
      const changing = yield* Effect.forkChild(call("PATCH", "/me/notifications", change, access_token))
      yield* waiting(2)
      yield* Deferred.succeed(release, undefined)
      assert.strictEqual(said(yield* Fiber.join(erasing)), "200")
      assert.strictEqual(said(yield* Fiber.join(changing)), "401 unauthorized")
      const [row] = yield* sql`SELECT notification_preferences FROM user_profiles WHERE user_id = ${id}`
      assert.deepStrictEqual(row, { notification_preferences: {} })
    }))

  it.effect("is erased although Supabase Auth is away, and says that the sign-in is kept", () =>
    Effect.gen(function*() {
      const { auth } = yield* TestApp
      const { access_token, id } = yield* settled
      yield* auth.setOutage(true)
      const answer = yield* erase(access_token)
      const refused = yield* erase(access_token, { password })
      yield* auth.setOutage(false)
      assert.strictEqual(answer.json<Erased>().sign_in, "kept")
      assert.strictEqual((yield* counted(id))["user_searches"], 0)
      assert.strictEqual(said(refused), "401 unauthorized")
    }))

  it.effect("gets another password for the current one: every session ends but the one that is answered", () =>
    Effect.gen(function*() {
      const { access_token, email, refresh_token } = yield* someone
      const change = (body: object, token = access_token) => call("POST", "/me/password", body, token)
      assert.strictEqual(
        said(yield* change({ current_password: "wrong", new_password: "brand new password" })),
        "403 wrong-password"
      )
      assert.strictEqual(said(yield* change({ current_password: password, new_password: "short" })), "422 weak-password")
      assert.strictEqual(said(yield* change({ current_password: password, new_password: password })), "422 weak-password")
      assert.strictEqual(said(yield* change({ new_password: "brand new password" })), "400 invalid-request")
      assert.strictEqual(said(yield* me(access_token)), "200")

      const session = sessionIn(yield* change({ current_password: password, new_password: "brand new password" }))
      assert.strictEqual(said(yield* me(session.access_token)), "200")
      assert.strictEqual(said(yield* me(access_token)), "401 unauthorized")
      assert.strictEqual(said(yield* refresh(refresh_token)), "401 refresh-token-invalid")
      assert.strictEqual(said(yield* login(email)), "401 invalid-credentials")
      assert.strictEqual(said(yield* login(email, "brand new password")), "200")
    }))
})

layer(TestApp.layer({ serviceRole: true }), { excludeTestServices: true })("with the project's secret key", (it) => {
  it.effect("an erased account is deleted at Supabase too, and its address free", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { access_token, email, id } = yield* settled
      assert.strictEqual((yield* erase(access_token, { password })).json<Erased>().sign_in, "deleted")
      assert.lengthOf(yield* sql`SELECT FROM auth.users WHERE id = ${id}`, 0)
      assert.strictEqual(said(yield* login(email)), "401 invalid-credentials")
      assert.strictEqual(said(yield* me(access_token)), "401 unauthorized")
      assert.strictEqual(said(yield* call("POST", "/auth/register", { email, password })), "202")
      const next = sessionIn(yield* login(email))
      assert.notStrictEqual(next.user.id, id)
    }))
})
