import { Effect } from "effect"
import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"

/** A process told apart from a later one with the same id by the moment it started. `started` is opaque, comparable for equality. */
export interface ProcessInfo {
  readonly started: string
  readonly command: string
}

/** Looks at a running process of this machine; `undefined` where there is none with that id. */
export const processInfo = (pid: number): Effect.Effect<ProcessInfo | undefined> =>
  Effect.promise(() => process.platform === "linux" ? fromProc(pid) : fromPs(pid))

const fromProc = async (pid: number) => {
  try {
    const [stat, command] = await Promise.all([readFile(`/proc/${pid}/stat`, "utf8"), readFile(`/proc/${pid}/cmdline`, "utf8")])
    // Fields are counted after the command's closing parenthesis, because a command may hold spaces (proc(5): state is 3, starttime 22).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const [state, started] = [fields[0], fields[19]]
    return state === "Z" || started === undefined ? undefined : { started, command: command.split("\0").join(" ") }
  } catch {
    return undefined
  }
}

const fromPs = (pid: number) =>
  new Promise<ProcessInfo | undefined>((resolve) => {
    execFile("ps", ["-o", "lstart=,command=", "-p", String(pid)], { env: { ...process.env, LC_ALL: "C" } }, (error, stdout) => {
      // lstart has a fixed width: "Thu Jan  1 00:00:00 1970".
      resolve(
        error === null && stdout.length > 24 ? { started: stdout.slice(0, 24), command: stdout.slice(24).trim() } : undefined
      )
    })
  })
