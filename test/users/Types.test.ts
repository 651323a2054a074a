import { assert, describe, it } from "@effect/vitest"
import type { Comments } from "../../src/insights/Comments.ts"
import type { Creators } from "../../src/insights/Creators.ts"
import type { Standing } from "../../src/insights/Standing.ts"
import type { Peers } from "../../src/profiles/Peers.ts"
import type { ProfileHistory } from "../../src/profiles/ProfileHistory.ts"
import type { Profiles } from "../../src/profiles/Profiles.ts"
import type { StoredProfile } from "../../src/profiles/ProfileView.ts"
import type { Unlocked } from "../../src/profiles/Unlocked.ts"
import { personalData, type PersonalTable } from "../../src/users/PersonalData.ts"

/** Compiled, never run: a line that began to compile would leave its `@ts-expect-error` unused, which is an error. */
describe("what must not compile", () => {
  it("a profile that nobody unlocked shows no more than its summary", () => {
    const attempts = (
      stored: StoredProfile,
      profiles: Profiles["Service"],
      history: ProfileHistory["Service"],
      creators: Creators["Service"],
      comments: Comments["Service"],
      standing: Standing["Service"],
      peers: Peers["Service"]
    ) => {
      const page = { after: undefined, limit: 1 }
      return [
        // @ts-expect-error -- not unlocked
        profiles.posts(stored, page),
        // @ts-expect-error -- not unlocked
        profiles.related(stored, page),
        // @ts-expect-error -- not unlocked
        profiles.mentions(stored, page),
        // @ts-expect-error -- not unlocked
        history.snapshots(stored, 1),
        // @ts-expect-error -- not unlocked
        creators.find(stored),
        // @ts-expect-error -- not unlocked
        comments.read(stored),
        // @ts-expect-error -- not unlocked
        standing.authenticity(stored),
        // @ts-expect-error -- not unlocked
        standing.benchmarks(stored),
        // @ts-expect-error -- not unlocked
        peers.mentionedBy(stored, page)
      ]
    }
    // @ts-expect-error -- only `Profiles.unlocked` makes one
    const made = (stored: StoredProfile): Unlocked => ({ ...stored })
    assert.isFunction(attempts)
    assert.isFunction(made)
  })

  it("a table of a user without a rule for its export and deletion", () => {
    const { user_favorites: _, ...rest } = personalData
    // @ts-expect-error -- user_favorites has no rule
    const rules: Readonly<Record<PersonalTable, unknown>> = rest
    // @ts-expect-error -- profiles belong to nobody
    const shared: PersonalTable = "profiles"
    assert.isObject(rules)
    assert.isString(shared)
  })
})
