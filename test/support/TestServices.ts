import { Effect, Layer, Redacted } from "effect"
import * as App from "../../src/app.ts"
import { readSettings } from "../../src/settings/Settings.ts"
import { TestDatabase } from "./TestDatabase.ts"

/** The application's doors as the root wires them, on a database of their own and without HTTP; nothing else is there to be reached. */
export const testServices = Layer.unwrap(Effect.gen(function*() {
  const database = yield* TestDatabase
  const settings = yield* Effect.fromResult(readSettings({
    DATABASE_URL: Redacted.value(database.url),
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_ANON_KEY: "none",
    SMARTPROXY_USERNAME: "none",
    SMARTPROXY_PASSWORD: "none",
    DECODO_BASE_URL: "http://127.0.0.1:1"
  }))
  return App.services(settings)
})).pipe(Layer.provideMerge(TestDatabase.layer))
