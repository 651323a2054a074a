import { Effect, FileSystem, Option, Path, Predicate, Schema } from "effect"
import { json } from "./Answer.ts"
import type { Target } from "./Target.ts"

/** One recorded profile. */
export interface Recording {
  readonly file: string
  readonly username: string
  /** The profile answer's `content`: the file itself where it is `data.user`, else its user, whole, in that envelope. */
  readonly profile: Uint8Array
  /** The user-posts answer's `content`, of the recorded posts; `null` where the recording lists none. */
  readonly posts: Uint8Array | null
}

export interface Recordings {
  /** The next recording of this username: its files in name order, the last one repeated. Each target takes its own turns. */
  readonly next: (username: string, target: Target) => Recording | null
  /** The `n`th file in name order, from 1: what the username `rec.<n>` asks for. */
  readonly nth: (n: number) => Recording | null
  /** Starts every username's files from the first one again. */
  readonly reset: () => void
}

/** The directory of recordings cannot be read. */
export class RecordingsUnreadable extends Schema.TaggedError<RecordingsUnreadable>()("RecordingsUnreadable", {
  directory: Schema.String,
  cause: Schema.Defect()
}) {}

/**
 * Reads every `*.json` of a directory that holds an Instagram profile in one of its known envelopes. Other files are left out,
 * with a warning that names them.
 */
export const loadRecordings = Effect.fn("Recordings.load")(function*(directory: Option.Option<string>) {
  if (Option.isNone(directory)) return replay([])
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const unreadable = (cause: unknown) => new RecordingsUnreadable({ directory: directory.value, cause })
  const names = yield* Effect.mapError(fs.readDirectory(directory.value), unreadable)
  const recordings: Array<Recording> = []
  for (const file of names.filter((name) => name.endsWith(".json")).sort()) {
    const bytes = yield* Effect.mapError(fs.readFile(path.join(directory.value, file)), unreadable)
    const recording = Option.flatMap(parse(bytes), (value) => recordingOf(file, bytes, value))
    if (Option.isSome(recording)) recordings.push(recording.value)
    else yield* Effect.logWarning(`Not a recorded Instagram profile, left out: ${file}`)
  }
  return replay(recordings)
})

const replay = (recordings: ReadonlyArray<Recording>): Recordings => {
  const byUsername = Map.groupBy(recordings, ({ username }) => username)
  const turns = new Map<string, number>()
  return {
    next: (username, target) => {
      const own = byUsername.get(username)
      if (own === undefined) return null
      const turn = turns.get(`${target} ${username}`) ?? 0
      turns.set(`${target} ${username}`, turn + 1)
      return own[Math.min(turn, own.length - 1)] ?? null
    },
    nth: (n) => recordings[n - 1] ?? null,
    reset: () => turns.clear()
  }
}

const parse = Option.liftThrowable((bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes)))

const recordingOf = (file: string, bytes: Uint8Array, value: unknown): Option.Option<Recording> => {
  const user = envelopes.map((keys) => keys.reduce(property, value)).find(isUser)
  if (user === undefined) return Option.none()
  const posts = property(user, "edge_owner_to_timeline_media")
  return Option.some({
    file,
    username: user.username.toLowerCase(),
    profile: property(property(value, "data"), "user") === user ? bytes : json({ data: { user }, status: "ok" }),
    posts: posts === undefined ? null : json({ data: { user: { edge_owner_to_timeline_media: posts } }, status: "ok" })
  })
}

/** Where a profile has been found in answers since 2017, the last being the bare user. */
const envelopes = [["data", "user"], ["graphql", "user"], ["entry_data", "ProfilePage", "0", "graphql", "user"], ["user"], [
  "data"
], []]

const property = (value: unknown, key: string): unknown => Predicate.hasProperty(value, key) ? value[key] : undefined

const isUser = (value: unknown): value is { readonly username: string } =>
  Predicate.hasProperty(value, "username") && Predicate.isString(value.username)
