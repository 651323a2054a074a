import { declarations } from "../../src/settings/Settings.ts"

/** The reference of all settings, as Markdown, out of the declarations that the server decodes its environment by. */
export const configurationPage = (): string => {
  const rows = Object.entries(declarations).map(([name, { description, fallback }]) => [
    `\`${name}\``,
    fallback === undefined ? "**required**" : fallback === "" ? "" : `\`${fallback}\``,
    description.replaceAll("|", "\\|").replaceAll(/</g, "&lt;")
  ])
  const head = ["setting", "default", "meaning"]
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  return [
    "# Configuration",
    "",
    "Every setting of the server, read once at the start from the environment. One that is missing or wrong stops the start; all of them are",
    "named at once, never with a value. Generated from `src/settings/Settings.ts` by `npm run docs:configuration`.",
    "",
    "Durations are written as `10 seconds`, `5 minutes`, `24 hours`, `30 days`; flags as `true` or `false`; lists with commas. An empty text counts",
    "as unset. Where no default stands, a setting may be left out, and what it is for is then off.",
    "",
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map(line),
    ""
  ].join("\n")
}
