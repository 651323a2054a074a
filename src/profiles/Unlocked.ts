import type { StoredProfile } from "./ProfileView.ts"

declare const window: unique symbol

/**
 * A stored profile that the caller holds an open window on. `Profiles.unlocked` alone makes one: what shows more of a profile than its
 * summary asks for this type, so that a forgotten check of access does not compile.
 */
export type Unlocked = StoredProfile & { readonly [window]: true }
