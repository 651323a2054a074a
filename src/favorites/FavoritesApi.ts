import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { Idempotency } from "../idempotency/IdempotencyApi.ts"
import { AccessRequired, InvalidUsername, ProfileNotFound } from "../profiles/ProfileErrors.ts"
import { FavoriteChange, SavedProfile, Tag } from "./SavedProfile.ts"

const params = { username: Schema.String }
const databaseErrors = [DatabaseUnavailable, RowMismatch, RowRefused] as const

/** Profiles that the caller has saved. */
export class FavoritesApi extends HttpApiGroup.make("favorites")
  .add(
    HttpApiEndpoint.get("list", "/me/favorites", {
      query: { ...listQuery, tag: Schema.optionalKey(Tag) },
      success: Listing(SavedProfile).annotate({ identifier: "FavoriteList" }),
      error: databaseErrors
    })
      .annotate(Touches, { reads: ["user_favorites", "profiles", "user_profile_access"], writes: [] })
      .annotate(OpenApi.Summary, "Saved profiles, latest saved first, all or those with a tag"),
    HttpApiEndpoint.put("save", "/me/favorites/:username", {
      params,
      payload: [FavoriteChange, Schema.Null],
      success: SavedProfile,
      error: [InvalidUsername, ProfileNotFound, AccessRequired, ...databaseErrors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["profiles", "user_profile_access", "user_favorites"], writes: ["user_favorites"] })
      .annotate(OpenApi.Summary, "Save a profile, or change its notes and tags")
      .annotate(
        OpenApi.Description,
        "Saving needs a stored profile and open access to it. What is saved stays when the access ends, and can be changed then too; "
          + "it shows the public summary only. Absent members stay as they are, null clears them; no body changes nothing."
      ),
    HttpApiEndpoint.delete("remove", "/me/favorites/:username", {
      params,
      success: HttpApiSchema.NoContent,
      error: [InvalidUsername, ...databaseErrors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["profiles"], writes: ["user_favorites"] })
      .annotate(OpenApi.Summary, "Forget a saved profile; the same answer where it was not saved")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Profiles that the caller has saved, with notes and tags.")
{}
