import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"

/** The core of the measured server; everything else (load, PostgreSQL, this process) is on another one, where there are two. */
export const serverCore = 0

/** Moves this process, and so all that it starts, off the server's core. False where that is not possible. */
export const leaveServerCore = (): boolean => {
  if (availableParallelism() < 2) return false
  try {
    execFileSync("taskset", ["-cp", "1", String(process.pid)], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** Microseconds of processor time that a process has used so far, all its threads together. */
export const cpuMicros = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * tickMicros
}

/** Microseconds for which the server's core has been busy so far, whoever used it. */
export const coreMicros = (): number => {
  const line = new RegExp(`^cpu${serverCore} (.*)$`, "m").exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? ""
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(" ").map(Number)
  return (user + nice + system + irq + softirq + steal) * tickMicros
}

/** Resident memory in MB. */
export const residentMegabytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024

/** USER_HZ is 100 on every Linux of today. */
const tickMicros = 10_000
