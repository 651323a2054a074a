import { Effect } from "effect"
import { audit, type Books, paid, settle } from "./Books.ts"
import type { Fault } from "./Faults.ts"
import { type Ended, type Kind, kinds, type Traffic, type Verdict } from "./Traffic.ts"
import { callsAtOnce, type World } from "./World.ts"

/** What one fault did. */
export interface Trial extends Books {
  readonly fault: string
  readonly asked: number
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Seconds from the repair to the last request that was troubled; undefined: it went on. */
  readonly recovery: number | undefined
  /** Requests that ended as none may, told of. */
  readonly faulty: ReadonlyArray<string>
}

/** Puts the fault under load, repairs it, goes on until service is whole, lets all that is under way end, and looks at the books. */
export const tryFault = Effect.fnUntraced(function*(world: World, traffic: Traffic, fault: Fault) {
  const before = yield* paid(world)
  const spoiled = world.vendor.spoiled()
  const paidTwice = world.vendor.paidTwice()
  const first = traffic.ended.length
  const findings = yield* audit(world, traffic.people)
  traffic.start()
  yield* Effect.sleep("1500 millis")
  const beganAt = performance.now()
  yield* fault.begin
  yield* Effect.sleep(fault.lasts * 1000)
  yield* fault.end
  const repairedAt = performance.now()
  const recovery = yield* untilWhole(traffic, first, repairedAt)
  yield* Effect.promise(() => traffic.stop())

  const left = yield* settle(world)
  const books = yield* audit(world, traffic.people)
  const after = yield* paid(world)
  const unkept = after.billed - before.billed - (after.kept - before.kept) - (world.vendor.spoiled() - spoiled)
  const ended = traffic.ended.slice(first)
  const verdicts: Record<Verdict, number> = { good: 0, away: 0, problem: 0, cut: 0, untyped: 0, wrong: 0 }
  for (const { verdict } of ended) verdicts[verdict]++
  const bears = (one: Ended) => one.verdict === "away" && fault.troubles.includes(one.kind) && one.endedAt >= beganAt
  const faulty = ended.filter((one) => !(one.verdict === "good" || one.verdict === "cut" || bears(one)))
  const isNew = (known: ReadonlyArray<string>) => (what: string) => !known.includes(what)
  return {
    fault: fault.name,
    asked: ended.length,
    verdicts,
    recovery,
    faulty: faulty.map(({ endedAt, kind, note, verdict }) =>
      `${((endedAt - beganAt) / 1000).toFixed(1)} s ${kind} ${verdict}: ${note}`
    ),
    lost: [
      ...left,
      ...books.lost.filter(isNew(findings.lost)),
      ...(unkept > (fault.kills === true ? callsAtOnce : 0) ? [`${unkept} answers were paid for and are not kept`] : [])
    ],
    doubled: [
      ...books.doubled.filter(isNew(findings.doubled)),
      ...(fault.kills === true ? [] : world.vendor.paidTwice().filter(isNew(paidTwice)).map((name) => `${name} was paid for`))
    ],
    wrong: books.wrong.filter(isNew(findings.wrong))
  } satisfies Trial
})

/** Seconds after the repair until the last request that was troubled; undefined where that has no end. Real time: it is others' processes. */
const untilWhole = (traffic: Traffic, first: number, repairedAt: number) =>
  Effect.gen(function*() {
    for (;;) {
      const troubled = traffic.ended.slice(first).findLast(({ endedAt, verdict }) => verdict !== "good" && endedAt > repairedAt)
      const since = troubled?.endedAt ?? repairedAt
      const served = new Set<Kind>()
      for (const { endedAt, kind } of traffic.ended.slice(first)) if (endedAt > since) served.add(kind)
      const now = performance.now()
      if (now - since > calmMillis && kinds.every((kind) => kind === "job" || served.has(kind))) {
        return (since - repairedAt) / 1000
      }
      if (now - repairedAt > longestRecovery) return undefined
      yield* Effect.sleep("100 millis")
    }
  })

/** Milliseconds. */
const calmMillis = 3000
const longestRecovery = 100_000

export const columns = ["fault", "requests", "good", "typed 503", "cut", "faulty", "recovery s", "lost", "doubled", "wrong"]

/** A row of the table. */
export const rowOf = ({ asked, doubled, fault, faulty, lost, recovery, verdicts, wrong }: Trial): ReadonlyArray<string> => [
  fault,
  String(asked),
  String(verdicts.good),
  String(verdicts.away),
  String(verdicts.cut),
  String(faulty.length),
  recovery?.toFixed(1) ?? "never",
  ...[lost, doubled, wrong].map(({ length }) => String(length))
]

/** Every sentence about what may not be. */
export const complaints = ({ doubled, fault, faulty, lost, recovery, wrong }: Trial): ReadonlyArray<string> =>
  [
    ...(recovery === undefined ? ["service does not become whole again"] : []),
    ...faulty,
    ...lost.map((what) => `lost: ${what}`),
    ...doubled.map((what) => `doubled: ${what}`),
    ...wrong.map((what) => `wrong: ${what}`)
  ].map((what) => `${fault}: ${what}`)
