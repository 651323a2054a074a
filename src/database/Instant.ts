import { Instant } from "./Column.ts"

/** The instant of so many milliseconds since 1970, as rows and answers write it. */
export const instantOf = (millis: number): Instant => Instant.make(new Date(millis).toISOString(), { disableChecks: true })

/** Milliseconds since 1970. */
export const millisOf = (instant: Instant): number => Date.parse(instant)
