import { Context, type Scope } from "effect"

/**
 * What serving itself needs, without the services of our rooms: its type asks for none of them, since the handlers captured theirs when they were
 * built. The context that a server begins with is copied twice for each request, and with a hundred services in it that was a quarter of all garbage.
 */
export const withoutRooms = (context: Context.Context<Scope.Scope>): Context.Context<Scope.Scope> =>
  Context.makeUnsafe(new Map([...context.mapUnsafe].filter(([key]) => !key.startsWith("analytics-following/"))))
