import { Clock, Duration, Effect } from "effect"

/** The real clock, which a test may set forward: a part under test sees another day, and its timers run as usual. */
export class MovableClock implements Clock.Clock {
  readonly #real = Clock.Clock.defaultValue()
  #ahead = 0

  advance(duration: Duration.Input): void {
    this.#ahead += Duration.toMillis(Duration.fromInputUnsafe(duration))
  }

  currentTimeMillisUnsafe = () => this.#real.currentTimeMillisUnsafe() + this.#ahead
  currentTimeMillis = Effect.sync(this.currentTimeMillisUnsafe)
  currentTimeNanosUnsafe = () => this.#real.currentTimeNanosUnsafe() + BigInt(this.#ahead) * 1_000_000n
  currentTimeNanos = Effect.sync(this.currentTimeNanosUnsafe)
  monotonicTimeNanosUnsafe = () => this.#real.monotonicTimeNanosUnsafe()
  monotonicTimeNanos = this.#real.monotonicTimeNanos
  sleep = (duration: Duration.Duration) => this.#real.sleep(duration)
}
