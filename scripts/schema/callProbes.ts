import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import { ApiKeyRepo } from "../../src/apikeys/ApiKeyRepo.ts"
import * as Column from "../../src/database/Column.ts"
import { IdempotencyRepo } from "../../src/idempotency/IdempotencyRepo.ts"
import { UserId } from "../../src/users/UserId.ts"
import { rowless } from "./rowless.ts"

const user = UserId.make(id)
const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const later = Column.Instant.make("2025-01-31T00:00:00.000Z")
const digest = "x".repeat(43)
const record = {
  user_id: user,
  key_digest: digest,
  route: "POST /probe",
  fingerprint: digest,
  answer: null,
  leased_until: later,
  created_at: now,
  expires_at: later
}

const key = { user_id: user, name: "probe", secret_hash: digest, scopes: ["me:read"], expires_at: null } as const

const apiKeys = Effect.provide(ApiKeyRepo.layer)
const idempotency = Effect.provide(IdempotencyRepo.layer)

/** One call of every repo method of what belongs to calls rather than to a domain. */
export const callProbes: ReadonlyArray<Probe> = [
  { method: "IdempotencyRepo.lock", run: idempotency(IdempotencyRepo.use((repo) => repo.lock(user, digest))) },
  { method: "IdempotencyRepo.find", run: idempotency(IdempotencyRepo.use((repo) => repo.find(user, digest, now))) },
  { method: "IdempotencyRepo.put", run: idempotency(IdempotencyRepo.use((repo) => repo.put(record))) },
  { method: "IdempotencyRepo.answer", run: idempotency(IdempotencyRepo.use((repo) => repo.answer(id, later, "probe"))) },
  { method: "IdempotencyRepo.release", run: idempotency(IdempotencyRepo.use((repo) => repo.release(id, later))) },
  { method: "IdempotencyRepo.deleteExpired", run: idempotency(IdempotencyRepo.use((repo) => repo.deleteExpired(now, 1))) },
  { method: "ApiKeyRepo.insert", run: apiKeys(ApiKeyRepo.use((repo) => repo.insert(key, now))) },
  { method: "ApiKeyRepo.list", run: apiKeys(ApiKeyRepo.use((repo) => repo.list(user))) },
  { method: "ApiKeyRepo.lock", run: apiKeys(ApiKeyRepo.use((repo) => repo.lock(user, id))) },
  { method: "ApiKeyRepo.countUsable", run: apiKeys(ApiKeyRepo.use((repo) => repo.countUsable(user, now))) },
  {
    method: "ApiKeyRepo.update",
    run: rowless(
      apiKeys(
        ApiKeyRepo.use((repo) => repo.update(id, { name: "probe", scopes: key.scopes, expires_at: null, revoked_at: null }, now))
      )
    )
  },
  { method: "ApiKeyRepo.findHeld", run: apiKeys(ApiKeyRepo.use((repo) => repo.findHeld(id))) },
  { method: "ApiKeyRepo.touch", run: apiKeys(ApiKeyRepo.use((repo) => repo.touch(id, now, now))) }
]
