import type { Written } from "./Answer.ts"
import type { Target } from "./Target.ts"

/** What a client asks for. */
export interface Call {
  readonly target: Target
  readonly query: string
  readonly callback_url?: string
}

/** One call under the vendor's id, times in milliseconds since 1970. */
export interface Task {
  readonly id: string
  readonly call: Call
  readonly createdAt: number
  updatedAt: number
  status: "pending" | "done" | "faulted"
  readonly answer: Written
  /** How many more times to say that it is not ready, after the work is done. */
  polls: number
  /** Whether it is said with a 503. */
  readonly failing: boolean
}

/** Tasks that can be asked for again: for 24 hours, and the last 20,000. */
export class Tasks {
  private readonly tasks = new Map<string, Task>()
  private lastId = 0n

  /** A 19-digit id that begins with the time, as the vendor's do, and is never given twice. */
  nextId(now: number): string {
    const fromTime = BigInt(Math.max(now, earliest)) << 22n
    this.lastId = fromTime > this.lastId ? fromTime : this.lastId + 1n
    return String(this.lastId)
  }

  keep(task: Task): void {
    this.tasks.set(task.id, task)
    for (const [id, { createdAt }] of this.tasks) {
      if (this.tasks.size <= 20_000 && createdAt > task.createdAt - 86_400_000) break
      this.tasks.delete(id)
    }
  }

  /** The task, having been asked for once more; `null` where there is none or it has expired. */
  poll(id: string, now: number): Task | null {
    const task = this.tasks.get(id)
    if (task === undefined || task.createdAt <= now - 86_400_000) return null
    if (task.status === "pending" || task.polls === 0) return task
    task.polls -= 1
    return { ...task, status: "pending" }
  }

  clear(): void {
    this.tasks.clear()
  }
}

/** 2001-09-09: earlier milliseconds would make ids of fewer digits. */
const earliest = 1_000_000_000_000
