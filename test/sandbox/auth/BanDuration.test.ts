import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bannedUntil } from "../../../src/sandbox/auth/BanDuration.ts"

describe("bannedUntil", () => {
  it.effect.each(
    [
      ["none", null],
      ["24h", "1970-01-02T00:00:00.000Z"],
      ["1h30m", "1970-01-01T01:30:00.000Z"],
      ["1.5s", "1970-01-01T00:00:01.500Z"],
      ["876000h", "2069-12-07T00:00:00.000Z"]
    ] as const
  )("reads %s", ([duration, expected]) => Effect.map(bannedUntil(duration, 0), (until) => assert.strictEqual(until, expected)))

  it.effect.each(["", "24", "h", "1d", "-1h", "1h ", "999999999999h"])(
    "refuses %j",
    (duration) => Effect.map(Effect.flip(bannedUntil(duration, 0)), ({ code }) => assert.strictEqual(code, "validation_failed"))
  )
})
