import type { Finding, Preflight, Report, Severity, Step } from "./Finding.ts"
import type { Proof } from "./Prove.ts"
import { planOf } from "./Repair.ts"

export type Paint = (colour: "red" | "yellow" | "green" | "blue" | "dim" | "bold", text: string) => string

/** For a terminal. */
export const colours: Paint = (colour, text) => `\u001B[${codes[colour]}m${text}\u001B[0m`

/** For a file or a pipe. */
export const plain: Paint = (_, text) => text

/** The report for people: what differs, whom it concerns and what mends it, worst first, with a summary at the end. */
export const reportText = (report: Report, paint: Paint): string =>
  [
    ...report.findings.filter(({ follows_from }) => follows_from === null).flatMap((finding) =>
      findingText(finding, report.findings, paint)
    ),
    ...report.notices.map((notice) => `${paint("dim", "notice")} ${notice}`),
    ...(report.notices.length > 0 ? [""] : []),
    summary(report, paint)
  ].join("\n")

/** A script for psql: each step with its lock and its way back, in the order in which they can run, each count before what it counts for. */
export const reportSql = (findings: ReadonlyArray<Finding>): string => {
  const decisions = findings.flatMap(({ object, relation, repair }) =>
    repair.decision === null ? [] : [`-- DECIDE (${relation}.${object}): ${repair.decision}`]
  )
  const steps = planOf(findings)
  if (decisions.length === 0 && steps.length === 0) return "-- Nothing to do: the database is aligned."
  const preflights = (step: Step) =>
    findings.flatMap(({ repair }) => repair.preflight !== null && repair.steps[0]?.sql === step.sql ? [repair.preflight] : [])
  return [
    "-- Run with: psql --set ON_ERROR_STOP=1 --file FILE. The way back of each step stands under it.",
    ...decisions,
    "",
    "SET lock_timeout = '5s';",
    "SET statement_timeout = 0;",
    ...steps.flatMap((step) => [...preflights(step).map(preflightText), stepText(step)])
  ].join("\n")
}

export const proofText = (proof: Proof, paint: Paint): string => {
  const failed = (trials: Proof["schemas"]) => trials.filter(({ failure }) => failure !== null)
  const ran = (what: string, trials: Proof["schemas"]) => [
    `  ${trials.length - failed(trials).length} of ${trials.length} ${what} ran`,
    ...failed(trials).map(({ failure, name }) => `    ${paint("red", name)} ${failure}`)
  ]
  return [
    proof.proved ? paint("green", "Proved on a copy without rows.") : paint("red", "Not proved."),
    ...proof.copy_differs.map((difference) => `  ${paint("yellow", "the copy differs")} ${difference}`),
    `  ${
      proof.rounds.length === 0 ? "nothing to repair" : `findings before each round of repair: ${proof.rounds.join(", ")}`
    }; left: ${proof.left.length}`,
    ...proof.left.map(({ code, object, relation }) => `    ${code} ${relation} ${object}`),
    ...(proof.failed_step === null
      ? []
      : [`  ${paint("red", "failed")} ${proof.failed_step.reason}`, indent(proof.failed_step.sql, 4)]),
    ...ran("row schemas", proof.schemas),
    ...ran("calls of repo methods", proof.statements)
  ].join("\n")
}

const codes = { red: 31, yellow: 33, green: 32, blue: 34, dim: 2, bold: 1 } as const

const shade: Readonly<Record<Severity, Parameters<Paint>[0]>> = {
  breaks_reads: "red",
  breaks_writes: "red",
  breaks_security: "red",
  breaks_integrity: "yellow",
  slow: "blue",
  harmless: "dim"
}

const findingText = (finding: Finding, all: ReadonlyArray<Finding>, paint: Paint): ReadonlyArray<string> => {
  const { code, expected, fingerprint, found, object, relation, repair, severity, touches } = finding
  const place = relation === object ? relation : `${relation} ${object}`
  const following = all.filter(({ follows_from }) => follows_from === fingerprint)
  const line = (label: string, text: string | null) =>
    text === null || text === "" ? [] : [`  ${paint("dim", label.padEnd(9))}${text}`]
  return [
    `${paint(shade[severity], severity.replace("_", " "))} ${paint("bold", place)} ${paint("dim", `${code} ${fingerprint}`)}`,
    ...line("expected", short(expected, found)),
    ...line("found", short(found, expected)),
    ...line("routes", touches.routes.join(", ")),
    ...line("methods", touches.methods.join(", ")),
    ...line("with it", following.map((one) => `${one.code} ${one.object}`).join(", ")),
    ...line("decide", repair.decision),
    ...line("note", repair.note),
    ...line("mend", repair.steps.length === 0 ? null : stepsText(repair.steps)),
    ""
  ]
}

const stepsText = (steps: ReadonlyArray<Step>): string =>
  steps.map(({ lock, rewrites_table, sql }) =>
    `${indent(sql, 11).trimStart()};  -- ${lock === "none" ? "no table lock" : lock}${
      rewrites_table ? ", rewrites the table" : ""
    }`
  ).join("\n           ")

const summary = (report: Report, paint: Paint): string => {
  const checked = `${report.duration_ms} ms, PostgreSQL ${Math.floor((report.server_version ?? 0) / 10_000)}`
  if (report.findings.length === 0) {
    return `${paint("green", "Aligned")}: the database is what the service relies on (${checked}).`
  }
  const counted = Object.keys(shade).flatMap((severity) => {
    const count = report.findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity.replace("_", " ")}`]
  })
  const routes = new Set(
    report.findings.flatMap(({ severity, touches }) =>
      severity === "breaks_reads" || severity === "breaks_writes" ? touches.routes : []
    )
  )
  const decisions = report.findings.filter(({ repair }) => repair.decision !== null).length
  return `${paint("red", "Drifted")}: ${plural(report.findings.length, "finding")} (${counted.join(", ")}); ${
    plural(routes.size, "route")
  } stopped, ${plural(decisions, "decision")} for a person (${checked}).`
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`

const stepText = ({ in_transaction, lock, rewrites_table, sql, undo }: Step): string =>
  [
    "",
    `-- Lock: ${lock}${rewrites_table ? "; REWRITES THE TABLE" : ""}${in_transaction ? "" : "; outside a transaction"}`,
    in_transaction && sql.includes(";\n") ? `BEGIN;\n${sql};\nCOMMIT;` : `${sql};`,
    ...(undo === null ? [] : [`-- Back: ${undo.replaceAll("\n", "\n--       ")};`])
  ].join("\n")

const preflightText = ({ question, sql }: Preflight): string => `\n-- ${question} (none, or mend them first):\n${sql};`

const indent = (text: string, width: number) => text.split("\n").map((line) => " ".repeat(width) + line).join("\n")

/** Long definitions from shortly before the place where they part. */
const short = (text: string, other: string) => {
  let same = 0
  while (same < text.length && text[same] === other[same]) same++
  const start = text.length <= 300 || same < 120 ? 0 : same - 40
  const cut = text.slice(start, start + 300)
  return `${start === 0 ? "" : "… "}${cut}${start + 300 < text.length ? " …" : ""}`
}
