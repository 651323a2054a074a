import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { splitStatements } from "../../src/database/SqlScript.ts"

const cases: ReadonlyArray<readonly [what: string, script: string, statements: ReadonlyArray<string>]> = [
  ["nothing at all", "", []],
  ["only comments and semicolons", "-- a; b\n;; /* c; */ ;", []],
  ["two statements, the last without its semicolon", "SELECT 1;\nSELECT 2", ["SELECT 1", "SELECT 2"]],
  ["a comment before a statement", "-- why\nSELECT 1;", ["-- why\nSELECT 1"]],
  ["semicolons in strings", "SELECT 'a;''b;'; SELECT 2", ["SELECT 'a;''b;'", "SELECT 2"]],
  ["a backslash in a plain string", String.raw`SELECT 'a\'; SELECT 2`, [String.raw`SELECT 'a\'`, "SELECT 2"]],
  ["a backslash in an escape string", String.raw`SELECT E'a\';''b;'; SELECT 2`, [String.raw`SELECT E'a\';''b;'`, "SELECT 2"]],
  ["an escape string over two lines", `SELECT E'a' -- more\n  'b\\';c'; SELECT 2`, [
    `SELECT E'a' -- more\n  'b\\';c'`,
    "SELECT 2"
  ]],
  ["a word that ends in e before a string", String.raw`SELECT date'\'; SELECT 2`, [String.raw`SELECT date'\'`, "SELECT 2"]],
  ["quoted identifiers", `SELECT "a;""b;'" FROM t; SELECT 2`, [`SELECT "a;""b;'" FROM t`, "SELECT 2"]],
  ["dollar quotes, one in another", "DO $a$ x; $$ y; $$ z; $a$; SELECT 2", ["DO $a$ x; $$ y; $$ z; $a$", "SELECT 2"]],
  ["a parameter is no dollar quote", "SELECT $1; SELECT $2", ["SELECT $1", "SELECT $2"]],
  ["a dollar inside a word is no quote", "SELECT a$b$; SELECT c$b$", ["SELECT a$b$", "SELECT c$b$"]],
  ["a dollar quote right after a number", "SELECT 1$$;$$; SELECT 2", ["SELECT 1$$;$$", "SELECT 2"]],
  ["nested block comments", "SELECT /* a; /* b; */ c; */ 1; SELECT 2", ["SELECT /* a; /* b; */ c; */ 1", "SELECT 2"]],
  ["a comment after an operator", "SELECT 1 +--;\n 2; SELECT 2", ["SELECT 1 +--;\n 2", "SELECT 2"]],
  ["a comment mark in a string", "SELECT '--'; SELECT '/*'; SELECT 2", ["SELECT '--'", "SELECT '/*'", "SELECT 2"]],
  [
    "a rule of several commands",
    "CREATE RULE r AS ON UPDATE TO t DO (DELETE FROM a; DELETE FROM b); SELECT 2",
    ["CREATE RULE r AS ON UPDATE TO t DO (DELETE FROM a; DELETE FROM b)", "SELECT 2"]
  ],
  [
    "an SQL-standard function body",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3",
    ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END", "SELECT 3"]
  ],
  ["a transaction is not a body", "BEGIN; SELECT 1; END; SELECT 2", ["BEGIN", "SELECT 1", "END", "SELECT 2"]],
  ["a byte order mark", "\uFEFFSELECT 1;", ["SELECT 1"]],
  ["an unclosed string", "SELECT 'a; SELECT 2", ["SELECT 'a; SELECT 2"]],
  ["an unclosed comment", "SELECT 1; /* a; SELECT 2", ["SELECT 1"]]
]

describe("splitStatements", () => {
  it.each(cases)("%s", (_, script, statements) => assert.deepStrictEqual(splitStatements(script), statements))

  const pieces = [
    "SELECT 1",
    "a",
    "é",
    "1",
    " ",
    "\n",
    "+",
    "$1",
    "'x;'",
    "E'\\';'",
    "\"y;\"",
    "$$;$$",
    "$t$;$$;$t$",
    "/* ; /* ; */ */",
    "(a; b)",
    "-- ;\n"
  ]
  const Statement = Schema.Array(Schema.Literals(pieces)).check(Schema.isMaxLength(6))
  const join = (parts: ReadonlyArray<string>) => `SELECT ${parts.join(" ")}`.trim()

  it.prop("returns the statements that were joined", [Schema.Array(Statement)], ([statements]) => {
    const expected = statements.map(join)
    // A line comment at a statement's end needs its line break before the semicolon.
    assert.deepStrictEqual(splitStatements(expected.map((statement) => `${statement}\n;`).join("\n")), expected)
  })

  it.prop("invents nothing and keeps the order, whatever it is given", [Schema.String], ([text]) => {
    const bare = (value: string) => value.replaceAll(/[\s;\uFEFF]/g, "")
    const kept = splitStatements(text).join(";")
    assert.isTrue(isSubsequence(bare(kept), bare(text)))
  })

  it.prop("splits its own output no further", [
    Schema.Array(Schema.Literals([...pieces, ";", "'", "\"", "$$", "/*", "BEGIN ATOMIC", "END"]))
  ], ([
    parts
  ]) => {
    for (const statement of splitStatements(parts.join(""))) assert.deepStrictEqual(splitStatements(statement), [statement])
  })
})

const isSubsequence = (part: string, whole: string) => {
  let at = 0
  for (const char of part) {
    at = whole.indexOf(char, at)
    if (at < 0) return false
    at += char.length
  }
  return true
}
