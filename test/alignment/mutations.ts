import type { Contract, ContractColumn, ContractRelation } from "../../src/alignment/Contract.ts"
import { createPolicy } from "../../src/alignment/Ddl.ts"
import { ident, qualified } from "../../src/alignment/Sql.ts"

/** One change to a migrated database, and where the check has to see it. */
export interface Mutation {
  readonly kind: string
  readonly relation: string
  readonly object: string
  readonly sql: ReadonlyArray<string>
}

/** Every single change of each kind, over all tables, that PostgreSQL may or may not accept. */
export const mutationsOf = (contract: Contract): ReadonlyArray<Mutation> => [
  ...contract.relations.flatMap(ofRelation),
  ...ofRoutines,
  ...ofAuth(contract),
  { kind: "grant: create in the schema", relation: "public", object: "anon", sql: ["GRANT CREATE ON SCHEMA public TO anon"] },
  {
    kind: "add an exposed function",
    relation: "mint_credits()",
    object: "mint_credits()",
    sql: ["CREATE FUNCTION public.mint_credits() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"]
  }
]

/** Changes that a newer version of the service may make while this one runs: no finding is the right answer. */
export const additionsOf = (contract: Contract): ReadonlyArray<Mutation> => [
  ...contract.relations.flatMap((relation) => {
    const table = qualified(relation.name)
    const [first] = relation.columns
    const column = ident(first?.name ?? "")
    const add = (kind: string, ...sql: ReadonlyArray<string>): Mutation => ({
      kind,
      relation: relation.name,
      object: "zz_new",
      sql
    })
    return [
      add("new nullable column", `ALTER TABLE ${table} ADD COLUMN zz_new text`),
      add("new column with a default", `ALTER TABLE ${table} ADD COLUMN zz_new int NOT NULL DEFAULT 0`),
      add("new column with a check", `ALTER TABLE ${table} ADD COLUMN zz_new int CHECK (zz_new > 0)`),
      add("new column with a unique key", `ALTER TABLE ${table} ADD COLUMN zz_new int UNIQUE`),
      add("new column with a foreign key", `ALTER TABLE ${table} ADD COLUMN zz_new uuid REFERENCES public.profiles (id)`),
      add("new identity column", `ALTER TABLE ${table} ADD COLUMN zz_new bigint GENERATED ALWAYS AS IDENTITY`),
      add("new generated column", `ALTER TABLE ${table} ADD COLUMN zz_new text GENERATED ALWAYS AS ('x' || 1) STORED`),
      add("new index", `CREATE INDEX zz_new ON ${table} (${column})`),
      add("new partial index", `CREATE INDEX zz_new ON ${table} (${column}) WHERE ${column} IS NOT NULL`),
      add("new comment", `COMMENT ON TABLE ${table} IS 'said anew'`),
      add(
        "new table that refers here",
        `CREATE TABLE public.zz_new (id uuid, of ${first?.type})`,
        `ALTER TABLE public.zz_new ENABLE ROW LEVEL SECURITY`
      ),
      add("new view", `CREATE VIEW public.zz_new AS SELECT * FROM ${table}`),
      add("new table", `CREATE TABLE public.zz_new (LIKE ${table})`, `ALTER TABLE public.zz_new DROP COLUMN ${column}`),
      add("column order", `ALTER TABLE ${table} ADD COLUMN zz_new text`, `ALTER TABLE ${table} DROP COLUMN zz_new`),
      ...relation.indexes.slice(0, 1).map(({ name }) =>
        add("index under another name", `ALTER INDEX public.${name} RENAME TO zz_new`)
      )
    ]
  }),
  {
    kind: "new function",
    relation: "public",
    object: "zz_new",
    sql: ["CREATE FUNCTION public.zz_new() RETURNS int LANGUAGE sql AS 'SELECT 1'"]
  },
  { kind: "new enum", relation: "public", object: "zz_new", sql: ["CREATE TYPE public.zz_new AS ENUM ('a')"] },
  { kind: "new sequence", relation: "public", object: "zz_new", sql: ["CREATE SEQUENCE public.zz_new"] },
  {
    kind: "new auth column",
    relation: "auth.users",
    object: "zz_new",
    sql: ["ALTER TABLE auth.users ADD COLUMN zz_new text NOT NULL DEFAULT ''"]
  }
]

const ofRelation = (relation: ContractRelation): ReadonlyArray<Mutation> => {
  const table = qualified(relation.name)
  const of = (kind: string, object: string, ...sql: ReadonlyArray<string>): Mutation => ({
    kind,
    relation: relation.name,
    object,
    sql
  })
  const [first, second] = relation.columns
  return [
    of("drop table", relation.name, `DROP TABLE ${table} CASCADE`),
    of("rename table", relation.name, `ALTER TABLE ${table} RENAME TO zz_renamed`),
    ...relation.columns.flatMap((column) => ofColumn(relation, column)),
    of(
      "add required column",
      "zz_required",
      `ALTER TABLE ${table} ADD COLUMN zz_required text NOT NULL DEFAULT 'x'`,
      `ALTER TABLE ${table} ALTER COLUMN zz_required DROP DEFAULT`
    ),
    of(
      "add check",
      "zz_check",
      `ALTER TABLE ${table} ADD CONSTRAINT zz_check CHECK (${ident(first?.name ?? "")} IS NOT NULL) NOT VALID`
    ),
    of(
      "add unique index",
      "zz_unique",
      `CREATE UNIQUE INDEX zz_unique ON ${table} (${ident(first?.name ?? "")}, ${ident(second?.name ?? "")})`
    ),
    ...relation.constraints.flatMap((constraint): ReadonlyArray<Mutation> => {
      const name = ident(constraint.name)
      const replace = (definition: string) =>
        `ALTER TABLE ${table} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${definition} NOT VALID`
      const dropped = of(
        `drop ${words[constraint.kind]}`,
        constraint.name,
        `ALTER TABLE ${table} DROP CONSTRAINT ${name} CASCADE`
      )
      const renamed = of(
        `rename ${words[constraint.kind]}`,
        constraint.name,
        `ALTER TABLE ${table} RENAME CONSTRAINT ${name} TO zz_renamed`
      )
      switch (constraint.kind) {
        case "foreign": {
          const [column = ""] = constraint.columns
          const elsewhere = relation.name === "campaigns" ? "posts" : "campaigns"
          const another = constraint.definition.includes("ON DELETE CASCADE") ? "ON DELETE SET NULL" : "ON DELETE CASCADE"
          return [
            dropped,
            renamed,
            of(
              "point foreign key elsewhere",
              constraint.name,
              replace(`FOREIGN KEY (${ident(column)}) REFERENCES public.${elsewhere} (id)`)
            ),
            of(
              "change foreign key's action",
              constraint.name,
              replace(constraint.definition.replace(/ ON DELETE .*$/, "").concat(` ${another}`))
            ),
            of("leave foreign key unvalidated", constraint.name, replace(constraint.definition))
          ]
        }
        case "check": {
          const [column = ""] = constraint.columns
          const closed = relation.columns.find(({ name }) => name === column)?.values !== undefined &&
            constraint.definition.includes("ANY")
          return [
            dropped,
            of("loosen check", constraint.name, replace(`CHECK (${ident(column)} IS NULL OR true)`)),
            ...(closed
              ? [
                of(
                  "add unknown value",
                  constraint.name,
                  replace(constraint.definition.replace("ARRAY[", "ARRAY['zz_unknown'::text, "))
                ),
                of(
                  "take a value away",
                  constraint.name,
                  replace(constraint.definition.replace(/ARRAY\['[^']*'::text, /, "ARRAY["))
                )
              ]
              : [])
          ]
        }
        default:
          return [
            dropped,
            renamed,
            ...(constraint.kind === "unique"
              ? [of(
                "change key",
                constraint.name,
                `ALTER TABLE ${table} DROP CONSTRAINT ${name}`,
                `ALTER TABLE ${table} ADD CONSTRAINT ${name} UNIQUE (${
                  [...constraint.columns.map(ident), "ctid_copy"].join(", ")
                })`
                  .replace("ctid_copy", ident(relation.columns.find((one) => !constraint.columns.includes(one.name))?.name ?? ""))
              )]
              : [])
          ]
      }
    }),
    ...relation.indexes.flatMap(({ definition, name }) => [
      of("drop index", name, `DROP INDEX public.${name}`),
      of(
        "change index",
        name,
        `DROP INDEX public.${name}`,
        `CREATE INDEX ${name} ON ${table} (${ident(first?.name ?? "")}) WHERE ${ident(first?.name ?? "")} IS NULL`
      ),
      of(
        "leave index invalid",
        name,
        `UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'public.${name}'::regclass -- ${definition.length}`
      )
    ]),
    ...relation.policies.flatMap((policy) => [
      of("drop policy", policy.name, `DROP POLICY ${policy.name} ON ${table}`),
      of("widen policy", policy.name, `ALTER POLICY ${policy.name} ON ${table} USING (true)`),
      of("give policy to everybody", policy.name, `ALTER POLICY ${policy.name} ON ${table} TO PUBLIC`),
      of(
        "change policy's command",
        policy.name,
        `DROP POLICY ${policy.name} ON ${table}`,
        createPolicy(relation.name, { ...policy, command: "ALL" })
      )
    ]),
    of("add policy", "zz_open", `CREATE POLICY zz_open ON ${table} FOR SELECT TO anon USING (true)`),
    ...(relation.row_security
      ? [of("disable row security", relation.name, `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`)]
      : []),
    of("force row security", relation.name, `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`),
    ...relation.grants.map(({ grantee }) => of("revoke grant", grantee, `REVOKE ALL ON ${table} FROM ${grantee}`)),
    of("grant reading", "anon", `GRANT SELECT ON ${table} TO anon`),
    of("grant writing", "authenticated", `GRANT INSERT, UPDATE ON ${table} TO authenticated`),
    of("grant a column", "anon", `GRANT SELECT (${ident(first?.name ?? "")}) ON ${table} TO anon`),
    of("grant to everybody", "PUBLIC", `GRANT SELECT ON ${table} TO PUBLIC`)
  ]
}

const ofColumn = (relation: ContractRelation, column: ContractColumn): ReadonlyArray<Mutation> => {
  const table = qualified(relation.name)
  const name = ident(column.name)
  const of = (kind: string, ...sql: ReadonlyArray<string>): Mutation => ({
    kind,
    relation: relation.name,
    object: column.name,
    sql
  })
  const alter = (action: string) => `ALTER TABLE ${table} ALTER COLUMN ${name} ${action}`
  const key = relation.constraints.some(({ columns, kind }) => kind === "primary" && columns.includes(column.name))
  return [
    of("drop column", `ALTER TABLE ${table} DROP COLUMN ${name} CASCADE`),
    of("rename column", `ALTER TABLE ${table} RENAME COLUMN ${name} TO zz_renamed`),
    ...(otherTypes[column.type] ?? []).map((type) =>
      of(
        "change type",
        `ALTER TABLE ${table} ALTER COLUMN ${name} DROP DEFAULT, ALTER COLUMN ${name} TYPE ${type} USING ${name}::${type}${
          column.default === null ? "" : `, ALTER COLUMN ${name} SET DEFAULT ${column.default}`
        }`
      )
    ),
    ...(key
      ? []
      : [
        column.not_null
          ? of("allow null", alter("DROP NOT NULL"))
          : of("forbid null", `TRUNCATE ${table} CASCADE`, alter("SET NOT NULL"))
      ]),
    ...(column.default_relied_on && column.default !== null ? [of("drop default", alter("DROP DEFAULT"))] : []),
    ...(column.default_relied_on && /^(now\(\)|0|1|true|false|'[a-z]+'::text)$/.test(column.default ?? "")
      ? [of("change default", alter(`SET DEFAULT ${otherDefault(column.default ?? "")}`))]
      : [])
  ]
}

/** Cast by text where there is no cast: PostgreSQL refuses some, and the mutation is then not made. */
const otherTypes: Readonly<Record<string, ReadonlyArray<string>>> = {
  uuid: ["text"],
  text: ["varchar(300)", "varchar"],
  bigint: ["integer", "numeric"],
  integer: ["bigint", "smallint"],
  boolean: ["text", "integer"],
  "double precision": ["real", "numeric"],
  "timestamp with time zone": ["timestamp", "text"],
  jsonb: ["json", "text"],
  date: ["timestamptz", "text"],
  "numeric(14,2)": ["numeric(18,4)", "double precision"],
  "text[]": ["varchar(200)[]"]
}

const otherDefault = (expression: string) =>
  ({ "now()": "clock_timestamp()", "0": "1", "1": "0", "true": "false", "false": "true" })[expression] ?? "'zz'"

const words = {
  primary: "primary key",
  unique: "unique key",
  foreign: "foreign key",
  check: "check",
  exclusion: "exclusion"
} as const

const access = "has_profile_access(uuid)"
const sync = "sync_auth_user()"
const routine = (kind: string, object: string, ...sql: ReadonlyArray<string>): Mutation => ({
  kind,
  relation: object,
  object,
  sql
})

const ofRoutines: ReadonlyArray<Mutation> = [
  routine("drop function", access, `DROP FUNCTION public.${access} CASCADE`),
  routine("drop function", sync, `DROP FUNCTION public.${sync} CASCADE`),
  routine(
    "change function",
    access,
    `CREATE OR REPLACE FUNCTION public.has_profile_access(profile uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = '' AS 'SELECT true'`
  ),
  routine(
    "change function",
    sync,
    `CREATE OR REPLACE FUNCTION public.sync_auth_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS 'BEGIN RETURN NEW; END'`
  ),
  ...[access, sync].flatMap((name) => [
    routine("unfix search_path", name, `ALTER FUNCTION public.${name} RESET search_path`),
    routine("grant function", name, `GRANT EXECUTE ON FUNCTION public.${name} TO anon`)
  ]),
  routine("change function's rights", access, `ALTER FUNCTION public.${access} SECURITY DEFINER`),
  routine("change function's rights", sync, `ALTER FUNCTION public.${sync} SECURITY INVOKER`),
  routine("revoke function", access, `REVOKE EXECUTE ON FUNCTION public.${access} FROM authenticated`)
]

const ofAuth = (contract: Contract): ReadonlyArray<Mutation> => [
  ...contract.auth.relations.flatMap((relation) => {
    const table = qualified(relation.name)
    return [
      ...relation.columns.map((column): Mutation => ({
        kind: "auth: drop column",
        relation: relation.name,
        object: column.name,
        sql: [`ALTER TABLE ${table} DROP COLUMN ${ident(column.name)} CASCADE`]
      })),
      ...relation.triggers.flatMap(({ name }): ReadonlyArray<Mutation> => [
        { kind: "drop trigger", relation: relation.name, object: name, sql: [`DROP TRIGGER ${name} ON ${table}`] },
        { kind: "disable trigger", relation: relation.name, object: name, sql: [`ALTER TABLE ${table} DISABLE TRIGGER ${name}`] }
      ])
    ]
  }),
  ...contract.auth.routines.map(({ name }): Mutation => ({
    kind: "auth: drop function",
    relation: name,
    object: name,
    sql: [`DROP FUNCTION ${name} CASCADE`]
  }))
]
