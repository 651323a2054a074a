import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id, sampleInsert } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { PostAnswer } from "../../src/posts/PostAnswer.ts"
import { PostAnswerRepo } from "../../src/posts/PostAnswerRepo.ts"
import { Shortcode } from "../../src/posts/Shortcode.ts"
import { Username } from "../../src/profiles/Username.ts"
import { VendorAnswer, VendorAnswerId } from "../../src/profiles/VendorAnswer.ts"
import { VendorAnswerRepo } from "../../src/profiles/VendorAnswerRepo.ts"

const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const username = Username.make("probe")
const shortcode = Shortcode.make("probe")
const answer = VendorAnswerId.make(id)
const postAnswers = Effect.provide(PostAnswerRepo.layer)
const answers = Effect.provide(VendorAnswerRepo.layer)

/** One call of every repo method of paid answers. */
export const answerProbes: ReadonlyArray<Probe> = [
  {
    method: "PostAnswerRepo.insert",
    run: postAnswers(PostAnswerRepo.use((repo) => repo.insert({ ...sampleInsert(PostAnswer), id })))
  },
  { method: "PostAnswerRepo.findLatest", run: postAnswers(PostAnswerRepo.use((repo) => repo.findLatest(shortcode, now))) },
  { method: "PostAnswerRepo.markStored", run: postAnswers(PostAnswerRepo.use((repo) => repo.markStored(id, now))) },
  {
    method: "VendorAnswerRepo.insert",
    run: answers(VendorAnswerRepo.use((repo) => repo.insert({ ...sampleInsert(VendorAnswer), id })))
  },
  { method: "VendorAnswerRepo.hasPending", run: answers(VendorAnswerRepo.use((repo) => repo.hasPending(username, now))) },
  { method: "VendorAnswerRepo.findPending", run: answers(VendorAnswerRepo.use((repo) => repo.findPending(username, now))) },
  { method: "VendorAnswerRepo.findStored", run: answers(VendorAnswerRepo.use((repo) => repo.findStored(username, now))) },
  { method: "VendorAnswerRepo.markStored", run: answers(VendorAnswerRepo.use((repo) => repo.markStored(answer, now))) },
  { method: "VendorAnswerRepo.replace", run: answers(VendorAnswerRepo.use((repo) => repo.replace(answer, {}))) },
  {
    method: "VendorAnswerRepo.markRejected",
    run: answers(VendorAnswerRepo.use((repo) => repo.markRejected(answer, "probe", now)))
  }
]
