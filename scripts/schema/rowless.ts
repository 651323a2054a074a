import { Effect } from "effect"

/** For a method that dies where the row it relies on is not there, as a made-up one is not: its statement has run by then. */
export const rowless = Effect.catchDefect(() => Effect.void)
