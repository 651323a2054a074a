import { Effect } from "effect"
import { type Kind, kinds } from "./Traffic.ts"
import type { World } from "./World.ts"

/** Something that goes wrong, and is put right. */
export interface Fault {
  readonly name: string
  /** What may be answered with a typed 503 while it lasts; of everything else it must not be noticed. */
  readonly troubles: ReadonlyArray<Kind>
  readonly begin: Effect.Effect<void>
  /** Seconds. */
  readonly lasts: number
  /** A process of ours is killed: what it was paying for at that moment arrives nowhere. */
  readonly kills?: true
  /** Back when the repaired part is there again. */
  readonly end: Effect.Effect<void>
}

const everything: ReadonlyArray<Kind> = kinds
const lookups: ReadonlyArray<Kind> = ["new"]

/** Each fault of each part, on the world's first server and first worker. */
export const faultsOf = (world: World): ReadonlyArray<Fault> => {
  const { auth, line, postgres, redis, servers: [server], vendor, workers: [worker] } = world
  if (server === undefined || worker === undefined) return []
  const now = (act: () => void) => Effect.sync(act)
  const wait = (act: () => Promise<unknown>) => Effect.promise(async () => void await act())
  const well = now(() => vendor.setMood("well"))
  return [
    { name: "none", troubles: [], begin: Effect.void, lasts: 4, end: Effect.void },
    { name: "PostgreSQL stopped", troubles: everything, begin: postgres.stop, lasts: 6, end: postgres.start },
    { name: "PostgreSQL killed", troubles: everything, begin: postgres.kill, lasts: 4, end: Effect.void },
    { name: "PostgreSQL cut off", troubles: everything, begin: now(line.cut), lasts: 5, end: now(line.open) },
    { name: "PostgreSQL silent", troubles: everything, begin: now(line.silence), lasts: 20, end: now(line.open) },
    { name: "Redis killed", troubles: [], begin: redis.kill, lasts: 5, end: redis.restart },
    { name: "Redis frozen", troubles: [], begin: redis.freeze, lasts: 6, end: redis.thaw },
    {
      name: "PostgreSQL and Redis killed",
      troubles: everything,
      begin: Effect.andThen(redis.kill, postgres.kill),
      lasts: 4,
      end: redis.restart
    },
    { name: "vendor slow", troubles: lookups, begin: now(() => vendor.setMood("slow")), lasts: 8, end: well },
    { name: "vendor failing", troubles: lookups, begin: now(() => vendor.setMood("failing")), lasts: 8, end: well },
    { name: "vendor unreachable", troubles: lookups, begin: now(() => vendor.setMood("unreachable")), lasts: 8, end: well },
    { name: "vendor hanging", troubles: lookups, begin: now(() => vendor.setMood("hanging")), lasts: 10, end: well },
    { name: "vendor malformed", troubles: lookups, begin: now(() => vendor.setMood("malformed")), lasts: 8, end: well },
    { name: "auth away", troubles: ["sign-in"], begin: auth.stop, lasts: 6, end: auth.start },
    {
      name: "auth away, server started",
      troubles: everything,
      kills: true,
      begin: Effect.andThen(auth.stop, wait(() => server.kill().then(() => server.start()))),
      lasts: 4,
      end: auth.start
    },
    {
      name: "log disk full",
      troubles: everything,
      begin: wait(() => server.terminate().then(() => server.start("/dev/full"))),
      lasts: 5,
      end: wait(() => server.terminate().then(() => server.start()))
    },
    {
      name: "clocks stepped",
      troubles: [],
      begin: now(() => {
        server.stepClock(600_000)
        worker.stepClock(-600_000)
      }),
      lasts: 8,
      end: now(() => {
        server.stepClock(0)
        worker.stepClock(0)
      })
    },
    {
      name: "server SIGTERM",
      troubles: everything,
      begin: wait(() => server.terminate()),
      lasts: 1,
      end: wait(() => server.start())
    },
    {
      name: "server SIGKILL",
      troubles: everything,
      kills: true,
      begin: wait(() => server.kill()),
      lasts: 2,
      end: wait(() => server.start())
    },
    { name: "worker SIGTERM", troubles: [], begin: wait(() => worker.terminate()), lasts: 2, end: wait(() => worker.start()) },
    {
      name: "worker SIGKILL",
      troubles: [],
      kills: true,
      begin: wait(() => worker.kill()),
      lasts: 2,
      end: wait(() => worker.start())
    }
  ]
}
