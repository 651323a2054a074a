import { Cause, Console, Effect, Predicate } from "effect"

/**
 * For a process's outermost effect: what went wrong goes to standard error as the sentence its typed error carries (a defect with its
 * trace), so that an operator reads what to do and standard output stays clean. The failure itself goes on and sets the exit code.
 */
export const reportFailure = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.tapCause(effect, (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.void
      : Console.error(
        cause.reasons.map((reason) => reason._tag === "Fail" ? sentence(reason.error) : Cause.pretty(cause)).join("\n")
      ))

const sentence = (error: unknown): string => {
  const own = messageOf(error)
  if (own !== undefined) return own
  const name = Predicate.hasProperty(error, "_tag") ? String(error._tag) : "The start failed"
  const cause = Predicate.hasProperty(error, "cause") ? messageOf(error.cause) : undefined
  return cause === undefined ? `${name}.` : `${name}: ${cause}`
}

const messageOf = (error: unknown): string | undefined =>
  Predicate.hasProperty(error, "message") && Predicate.isString(error.message) && error.message !== "" ? error.message : undefined
