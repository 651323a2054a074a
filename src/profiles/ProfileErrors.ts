import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** The text is not an Instagram username, nor a profile address. */
export class InvalidUsername extends HttpApiError.Problem<InvalidUsername>()("InvalidUsername", {
  type: "/problems/invalid-username",
  status: 400,
  title: "This is not an Instagram username"
}, problemFields) {
  static readonly problem = new InvalidUsername({
    detail: "Send 1–30 letters, digits, dots or underscores; a leading @ and a pasted profile address are understood."
  })
}

/** Instagram has no such account, or this product does not know it (routes that read stored data only). */
export class ProfileNotFound extends HttpApiError.Problem<ProfileNotFound>()("ProfileNotFound", {
  type: "/problems/profile-not-found",
  status: 404,
  title: "No such profile"
}, { username: Schema.String, ...problemFields }) {
  static readonly unknown = (username: string) =>
    new ProfileNotFound({ username, detail: "Nothing is stored of this name. GET /profile/{username} looks it up." })
}

/** The profile is stored, but the caller holds no open window on it. */
export class AccessRequired extends HttpApiError.Problem<AccessRequired>()("AccessRequired", {
  type: "/problems/access-required",
  status: 403,
  title: "Unlock this profile first"
}, { username: Schema.String, unlock: Schema.String, ...problemFields }) {
  static readonly locked = (username: string) =>
    new AccessRequired({
      username,
      unlock: `/profile/${username}`,
      detail: "Your 30-day access to this profile has not begun or has ended. GET the address in `unlock` to open it."
    })
}

/** The profile is not stored, and what may be spent on the vendor today is spent: by all users together or by the one who asks. */
export class SpendCeilingReached extends HttpApiError.Problem<SpendCeilingReached>()("SpendCeilingReached", {
  type: "/problems/spend-ceiling-reached",
  status: 503,
  title: "No more profiles can be fetched today"
}, { username: Schema.String, retry_after: Schema.Int, ...problemFields }) {}

/** The vendor could not deliver and nothing is stored. Nothing was charged. `reason` names the class of failure. */
export class ProfileTemporarilyUnavailable
  extends HttpApiError.Problem<ProfileTemporarilyUnavailable>()("ProfileTemporarilyUnavailable", {
    type: "/problems/profile-temporarily-unavailable",
    status: 503,
    title: "Instagram could not be read at the moment"
  }, { username: Schema.String, reason: Schema.String, retry_after: Schema.Int, ...problemFields })
{}
