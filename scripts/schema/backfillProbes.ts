import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id, sampleInsert } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { Post } from "../../src/posts/Post.ts"
import { PostRepo } from "../../src/posts/PostRepo.ts"
import { BackfillRepo } from "../../src/profiles/BackfillRepo.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { ProfileRepo } from "../../src/profiles/ProfileRepo.ts"
import { Username } from "../../src/profiles/Username.ts"
import { VendorAnswerId } from "../../src/profiles/VendorAnswer.ts"
import { VendorAnswerRepo } from "../../src/profiles/VendorAnswerRepo.ts"

const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const profile = ProfileId.make(id)
const account = { username: Username.make("probe"), instagram_user_id: "1" }
const picture = { id: profile, profile_pic_url: null, profile_pic_expires_at: now }
const backfills = Effect.provide(BackfillRepo.layer)
const answers = Effect.provide(VendorAnswerRepo.layer)

/** One call of every repo method of the backfills. */
export const backfillProbes: ReadonlyArray<Probe> = [
  { method: "BackfillRepo.counts", run: backfills(BackfillRepo.use((repo) => repo.counts(now))) },
  { method: "BackfillRepo.countAnswers", run: backfills(BackfillRepo.use((repo) => repo.countAnswers(id))) },
  { method: "BackfillRepo.countProfiles", run: backfills(BackfillRepo.use((repo) => repo.countProfiles(id))) },
  { method: "BackfillRepo.findAccount", run: backfills(BackfillRepo.use((repo) => repo.findAccount(account))) },
  {
    method: "BackfillRepo.withoutPosts",
    run: backfills(BackfillRepo.use((repo) => repo.withoutPosts({ after: id, limit: 1, before: now })))
  },
  { method: "BackfillRepo.pictures", run: backfills(BackfillRepo.use((repo) => repo.pictures(id, 1))) },
  { method: "VendorAnswerRepo.storedAfter", run: answers(VendorAnswerRepo.use((repo) => repo.storedAfter(id, 1))) },
  { method: "VendorAnswerRepo.find", run: answers(VendorAnswerRepo.use((repo) => repo.find(VendorAnswerId.make(id)))) },
  {
    method: "ProfileRepo.setPictureExpiries",
    run: Effect.provide(ProfileRepo.layer)(ProfileRepo.use((repo) => repo.setPictureExpiries([picture])))
  },
  {
    method: "PostRepo.refill",
    run: Effect.provide(PostRepo.layer)(
      PostRepo.use((repo) => repo.refill(profile, [{ ...sampleInsert(Post), relation: "owner", is_pinned: false }]))
    )
  }
]
