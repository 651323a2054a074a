import { Cause, Predicate } from "effect"

/** What may leave the process of something that went wrong: what kind of thing it was and where, never what it said. */
export interface Fault {
  /** A tag or the name of a class. */
  readonly name: string
  /** Innermost first. */
  readonly frames: ReadonlyArray<Frame>
}

export interface Frame {
  readonly function: string
  /** Within the project, or the package's name and below. */
  readonly file: string
  readonly line: number
  /** Whether it is our own code. */
  readonly own: boolean
}

/** The first failure or defect of a cause; undefined for mere interruption. */
export const faultOf = (cause: Cause.Cause<unknown>): Fault | undefined => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Fail") return { name: nameOf(reason.error), frames: framesOf(reason.error) }
    if (reason._tag === "Die") return { name: nameOf(reason.defect), frames: framesOf(reason.defect) }
  }
  return undefined
}

const nameOf = (thrown: unknown): string => {
  for (const key of ["_tag", "name"]) {
    // A class may compute its name: what does not look like one is left out.
    if (Predicate.hasProperty(thrown, key) && Predicate.isString(thrown[key]) && /^[\w.]{1,80}$/.test(thrown[key])) {
      return thrown[key]
    }
  }
  return typeof thrown
}

const mostFrames = 20

const framesOf = (thrown: unknown): ReadonlyArray<Frame> => {
  const stack = Predicate.hasProperty(thrown, "stack") && Predicate.isString(thrown.stack) ? thrown.stack : ""
  return [
    ...stack.matchAll(/^ +at (?:(?:async )?(\S[^(\n]{0,120}?) \()?(?:file:\/\/)?(\/[^():\n]+|node:[^():\n]+):(\d+):\d+\)?$/gm)
  ]
    .slice(0, mostFrames)
    .map(([, name = "", path = "", line]) => ({ function: name, ...placeOf(path), line: Number(line) }))
}

const placeOf = (path: string) => {
  const within = path.split("/node_modules/")
  if (within.length > 1) return { file: within.at(-1) ?? path, own: false }
  const own = /\/((?:src|scripts|test)\/.+)$/.exec(path)?.[1]
  return { file: own ?? path.split("/").at(-1) ?? path, own: own !== undefined }
}
