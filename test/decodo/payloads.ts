import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** Recorded answers live beside the project, never in it. */
const folder = fileURLToPath(new URL("../../../shared/payloads/", import.meta.url))

export const recorded = existsSync(folder)

export const whereRecorded = recorded ? "" : " (skipped: the recorded payloads are not beside the project in ../shared/payloads)"

export const recordedText = (path: string): string => readFileSync(folder + path, "utf8")

export const recordedFiles = (kind: "profile" | "timeline" | "post"): ReadonlyArray<readonly [string, unknown]> =>
  recorded ? readdirSync(folder + kind).map((name) => [name, JSON.parse(recordedText(`${kind}/${name}`))] as const) : []
