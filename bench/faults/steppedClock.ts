/**
 * Loaded before a process of the product (`node --import`): its wall clock is what the parent says it is, by a message of milliseconds that
 * are added to the machine's. All that JavaScript reads of the wall clock is `Date`; timers go by the monotonic clock, as when a machine's
 * clock is set.
 */
const realNow = Date.now.bind(Date)
let offset = 0
const now = () => realNow() + offset

globalThis.Date = new Proxy(Date, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget)
})
Date.now = now

process.on("message", (message) => {
  if (typeof message === "number") offset = message
})
// Nobody is left to end it.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))
process.channel?.unref()
