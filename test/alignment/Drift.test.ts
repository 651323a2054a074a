import { assert, describe, it } from "@effect/vitest"
import type { LiveCatalog, Relation } from "../../src/alignment/Catalog.ts"
import { findingsOf } from "../../src/alignment/Check.ts"
import { type Contract, contractOf } from "../../src/alignment/Contract.ts"
import { touchIndexOf } from "../../src/alignment/TouchIndex.ts"
import { places } from "./support.ts"

const column = (name: string, type = "text") => ({
  name,
  type,
  not_null: false,
  default: null,
  identity: "" as const,
  generated: "" as const
})

const things: Relation = {
  name: "things",
  kind: "table",
  partition_key: null,
  row_security: true,
  row_security_forced: false,
  columns: [column("id", "uuid"), column("name"), column("email")],
  constraints: [{ name: "things_pkey", kind: "primary", columns: ["id"], definition: "PRIMARY KEY (id)", validated: true }],
  indexes: [],
  policies: [],
  triggers: [],
  grants: []
}

const others: Relation = {
  ...things,
  name: "others",
  columns: [column("id", "uuid"), column("title"), column("size", "integer")]
}

const liveOf = (...relations: ReadonlyArray<Relation>): LiveCatalog => ({
  relations,
  routines: [],
  schema_grants: [],
  session: {
    server_version: 180_000,
    role: "app",
    roles: ["anon", "authenticated", "service_role"],
    row_security_applies: [],
    privileges: Object.fromEntries(relations.map(({ name }) => [name, ["SELECT", "INSERT", "UPDATE", "DELETE"]]))
  }
})

const base = contractOf({}, liveOf(things, others))
const contract: Contract = { ...base, relations: base.relations.map((relation) => ({ ...relation, modelled: true })) }

const routes = [
  { route: "GET /things", declared: true, reads: ["things"], writes: [] },
  { route: "PUT /things", declared: true, reads: [], writes: ["things"] },
  { route: "GET /others", declared: true, reads: ["others"], writes: [] }
] as const

const methods = {
  "ThingRepo.find": { reads: ["things"], writes: [], columns: ["things.id", "things.name"], conflicts: [] },
  "ThingRepo.upsert": { reads: [], writes: ["things"], columns: ["things.id", "things.email"], conflicts: ["things(id)"] }
}

// Relation names of this test are no tables of ours.
const touches = touchIndexOf(methods, routes as never)

const check = (live: LiveCatalog) => findingsOf(contract, live, touches)
const withColumns = (...columns: ReadonlyArray<ReturnType<typeof column>>) => liveOf({ ...things, columns }, others)

describe("a missing column", () => {
  it("is one finding, with the routes and methods that name it", () => {
    const { findings } = check(withColumns(column("id", "uuid"), column("email")))
    assert.deepStrictEqual(places(findings), ["column_missing things.name"])
    assert.deepStrictEqual(findings[0]?.touches, { routes: ["GET /things", "PUT /things"], methods: ["ThingRepo.find"] })
  })

  it("was renamed when one unknown column has its type", () => {
    const { findings } = check(withColumns(column("id", "uuid"), column("label"), column("email")))
    assert.deepStrictEqual(places(findings), ["column_missing things.name"])
    assert.deepStrictEqual(findings[0]?.repair.steps.map(({ sql }) => sql), [
      "ALTER TABLE public.things RENAME COLUMN label TO name"
    ])
  })

  it("was renamed to a spelling with dots, whatever else is unknown", () => {
    const { findings } = check(withColumns(column("id", "uuid"), column("name"), column("users.email"), column("label")))
    assert.deepStrictEqual(findings[0]?.repair.steps.map(({ sql }) => sql), [
      "ALTER TABLE public.things RENAME COLUMN \"users.email\" TO email"
    ])
  })

  it("leaves the choice to a person when several fit", () => {
    const { findings } = check(withColumns(column("id", "uuid"), column("label"), column("caption"), column("email")))
    assert.deepStrictEqual(findings[0]?.repair.steps, [])
    assert.match(findings[0]?.repair.decision ?? "", /^Which of label, caption was name\?/)
  })

  it("leaves the choice to a person when two miss the same one", () => {
    const { findings } = check(withColumns(column("id", "uuid"), column("label")))
    assert.deepStrictEqual(places(findings), ["column_missing things.name", "column_missing things.email"])
    assert.isTrue(findings.every(({ repair }) => repair.decision !== null))
  })
})

describe("what the role cannot do", () => {
  it("is a finding for each privilege, and policies that hold it back are another", () => {
    const live = liveOf(things, others)
    const { findings } = check({
      ...live,
      session: {
        ...live.session,
        row_security_applies: ["things"],
        privileges: { things: ["SELECT"], others: live.session.privileges["others"] ?? [] }
      }
    })
    assert.sameMembers(places(findings), [
      "row_security_applies things.app",
      "privilege_missing things.INSERT",
      "privilege_missing things.UPDATE",
      "privilege_missing things.DELETE"
    ])
    const insert = findings.find(({ object }) => object === "INSERT")
    assert.deepStrictEqual(insert?.touches.routes, ["PUT /things"])
    assert.deepStrictEqual(insert?.repair.steps.map(({ sql }) => sql), ["GRANT INSERT ON public.things TO app"])
    assert.isNotNull(findings.find(({ code }) => code === "row_security_applies")?.repair.decision)
  })

  it("is nothing where everybody has the privilege", () => {
    const read = { grantee: "authenticated", privileges: ["SELECT"] }
    const wanted = contractOf({}, liveOf({ ...things, grants: [read] }, others))
    const live = liveOf({ ...things, grants: [{ grantee: "PUBLIC", privileges: ["SELECT"] }] }, others)
    assert.deepStrictEqual(places(findingsOf(wanted, live, touches).findings), ["grant_extra things.PUBLIC"])
  })
})

describe("a finding", () => {
  it("has the same fingerprint at every check, and another for another difference", () => {
    const of = (live: LiveCatalog) => check(live).findings.map(({ fingerprint }) => fingerprint)
    const missing = withColumns(column("id", "uuid"), column("email"))
    assert.deepStrictEqual(of(missing), of(missing))
    assert.notDeepEqual(of(missing), of(withColumns(column("id", "uuid"), column("name"))))
    assert.match(of(missing)[0] ?? "", /^[0-9a-f]{12}$/)
  })

  it("says from which it follows", () => {
    const key = {
      name: "things_name_key",
      kind: "unique" as const,
      columns: ["name"],
      definition: "UNIQUE (name)",
      validated: true
    }
    const wanted = contractOf({}, liveOf({ ...things, constraints: [...things.constraints, key] }, others))
    const { findings } = findingsOf(wanted, withColumns(column("id", "uuid"), column("email")), touches)
    const cause = findings.find(({ code }) => code === "column_missing")
    assert.strictEqual(findings.find(({ code }) => code === "key_missing")?.follows_from, cause?.fingerprint)
  })

  it("breaks writes when an upsert names the key, else integrity alone", () => {
    const { findings } = check(liveOf({ ...things, constraints: [] }, { ...others, constraints: [] }))
    assert.deepStrictEqual(findings.map(({ relation, severity }) => [relation, severity]), [
      ["things", "breaks_writes"],
      ["others", "breaks_integrity"]
    ])
  })
})

describe("a table that the service does not know", () => {
  it("is no finding, and worth a notice when everybody can read it", () => {
    const open = { ...others, name: "strangers", row_security: false, grants: [{ grantee: "anon", privileges: ["SELECT"] }] }
    const { findings, notices } = check(liveOf(things, others, open, { ...open, name: "closed", row_security: true }))
    assert.deepStrictEqual(findings, [])
    assert.deepStrictEqual(notices, [
      "strangers: a table that this service does not know is open to anon without row-level security"
    ])
  })
})

describe("a type", () => {
  const found = (type: string) => check(withColumns(column("id", "uuid"), column("name", type), column("email"))).findings

  it("that decodes the same is harmless, one that may refuse a value breaks integrity, another breaks reads", () => {
    assert.deepStrictEqual(["character varying", "character varying(10)", "integer"].map((type) => found(type)[0]?.severity), [
      "harmless",
      "breaks_integrity",
      "breaks_reads"
    ])
  })

  it("is changed without a rewrite where both are text", () => {
    assert.isFalse(found("character varying(10)")[0]?.repair.steps[0]?.rewrites_table)
    assert.isTrue(found("integer")[0]?.repair.steps[0]?.rewrites_table)
  })
})
