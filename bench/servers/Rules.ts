import { createRemoteJWKSet } from "jose/jwks/remote"
import { jwtVerify } from "jose/jwt/verify"
import type { Pool } from "pg"
import { TtlMap } from "../../src/cache/TtlMap.ts"

/** A value that is here already or on its way: a promise for what is known costs as much as the rest of a hot request. */
export type Soon<A> = A | Promise<A>

/**
 * What every peer holds to, as our server does: the ES256 token is verified and remembered for at most a minute; the 30-day window is
 * read from PostgreSQL and remembered for at most two seconds.
 */
export const makeRules = (pool: Pool, authUrl: string) => {
  const keys = createRemoteJWKSet(new URL(`${authUrl}/auth/v1/.well-known/jwks.json`))
  const users = new TtlMap<string>(10_000)
  const windows = new TtlMap<string>(200_000)

  const verify = async (token: string): Promise<string | undefined> => {
    const claims = await jwtVerify(token, keys, {
      issuer: `${authUrl}/auth/v1`,
      audience: "authenticated",
      algorithms: ["ES256"],
      requiredClaims: ["sub", "exp"]
    }).then(({ payload }) => payload, () => undefined)
    if (claims?.sub === undefined || claims.exp === undefined) return undefined
    const now = Date.now()
    users.set(token, claims.sub, now, Math.min(now + 60_000, claims.exp * 1000))
    return claims.sub
  }

  const readWindow = async (user: string, username: string): Promise<string | undefined> => {
    const { rows } = await pool.query<{ readonly expires_at: string }>({
      name: "window",
      text: `
        SELECT access.expires_at FROM user_profile_access AS access JOIN profiles ON profiles.id = access.profile_id
        WHERE access.user_id = $1 AND profiles.username = $2 AND access.expires_at > now()`,
      values: [user, username]
    })
    const end = rows[0]?.expires_at
    const now = Date.now()
    if (end !== undefined) windows.set(user + username, end, now, Math.min(now + 2000, Date.parse(end)))
    return end
  }

  return {
    /** The user a token belongs to; undefined where it is refused. */
    user: (authorization: string | undefined): Soon<string | undefined> => {
      if (authorization === undefined || !authorization.startsWith("Bearer ")) return undefined
      const token = authorization.slice(7)
      return users.get(token, Date.now()) ?? verify(token)
    },
    /** When the open window ends; undefined where none is open. */
    window: (user: string, username: string): Soon<string | undefined> =>
      windows.get(user + username, Date.now()) ?? readWindow(user, username)
  }
}
