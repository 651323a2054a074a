import { get } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { type Ask, ask } from "../faults/Http.ts"
import type { Target } from "./Requests.ts"

export interface SideTraffic {
  readonly counts: { lookups: number; jobs: number; streams: number; left: number; failed: number }
  stop(): Promise<void>
}

/**
 * What no generator of load does, at a gentle pace beside it: names that nobody has asked for, bulk jobs with those who follow their events and
 * leave in the middle, callers who hang up before the answer.
 */
export const sideTraffic = (url: string, targets: ReadonlyArray<Target>): SideTraffic => {
  const counts = { lookups: 0, jobs: 0, streams: 0, left: 0, failed: 0 }
  const prefix = "beside"
  const end = { asked: false }
  let nth = 0
  const token = () => targets[nth++ % targets.length]?.token ?? ""

  const asked = (one: Ask) => ask(url, one).catch(() => undefined)

  const lookups = async () => {
    while (!end.asked) {
      // What takes longer becomes a job.
      const reply = await asked({
        method: "GET",
        path: `/profile/${prefix}.${counts.lookups++}`,
        token: token(),
        headers: { prefer: "wait=10" }
      })
      if (reply?.status !== 200 && reply?.status !== 202) counts.failed++
      await sleep(1000)
    }
  }

  /** Asks and is gone after so long, or with the first bytes. */
  const leave = (path: string, bearer: string, millis: number) =>
    new Promise<void>((resolve) => {
      const request = get(url + path, { agent: false, headers: { authorization: `Bearer ${bearer}` } }, (response) => {
        response.on("error", () => {}).resume()
      })
      request.on("error", () => {}).on("close", () => resolve())
      setTimeout(() => request.destroy(), millis)
    })

  const jobs = async () => {
    while (!end.asked) {
      const bearer = token()
      const usernames = Array.from({ length: 5 }, (_, item) => `${prefix}.job.${counts.jobs}.${item}`)
      const reply = await asked({ method: "POST", path: "/jobs", token: bearer, body: { usernames } })
      counts.jobs++
      if (reply?.status !== 202) counts.failed++
      else {
        const { events_href: events }: { readonly events_href: string } = JSON.parse(reply.text)
        await Promise.all([50, 500, 3000].map((millis) => leave(events, bearer, millis)))
        counts.streams += 3
      }
      await sleep(10_000)
    }
  }

  const leavers = async () => {
    while (!end.asked) {
      await leave(`/profile/${prefix}.left.${counts.left++}`, token(), 5)
      await leave("/me/dashboard", token(), 2)
      await sleep(500)
    }
  }

  const running = Promise.all([lookups(), jobs(), leavers()])
  return {
    counts,
    stop: async () => {
      end.asked = true
      await running
    }
  }
}
