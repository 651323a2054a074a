import { Schema } from "effect"

/** A time zone of the IANA database, as this process knows it; an offset such as +02:00 is none. */
export const TimeZone = Schema.String.check(
  Schema.isMaxLength(64),
  Schema.makeFilter((given: string) =>
    (/^[A-Za-z]/.test(given) && exists(() => new Intl.DateTimeFormat("en", { timeZone: given }))) ||
    "Expected an IANA time zone such as Europe/Berlin"
  )
)

/** A language tag (BCP 47). */
export const Language = Schema.String.check(
  Schema.isBetweenLength(2, 35),
  Schema.makeFilter((given: string) =>
    exists(() => Intl.getCanonicalLocales(given)) || "Expected a language tag such as en or pt-BR"
  )
)

/** The tag as it is written: `pt-br` is `pt-BR`. */
export const canonicalLanguage = (language: string): string => Intl.getCanonicalLocales(language)[0] ?? language

/** `Intl` throws at what it does not know. */
const exists = (look: () => unknown): boolean => {
  try {
    look()
    return true
  } catch {
    return false
  }
}
