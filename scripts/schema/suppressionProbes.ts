import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id, sampleInsert } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { creatorRule, creatorTables, namedTables, sayingTables } from "../../src/suppressions/CreatorData.ts"
import { ErasureRepo } from "../../src/suppressions/ErasureRepo.ts"
import { SaidRepo } from "../../src/suppressions/SaidRepo.ts"
import { Suppression } from "../../src/suppressions/Suppression.ts"
import { SuppressionRepo } from "../../src/suppressions/SuppressionRepo.ts"

const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
const profile = ProfileId.make(id)
const creator = { usernames: ["probe"], ids: ["1"] }
const suppressions = Effect.provide(SuppressionRepo.layer)
const erasures = Effect.provide(ErasureRepo.layer)
const said = Effect.provide(SaidRepo.layer)

/** One call of every repo method of suppressions and erasures, of each table where they are of any. */
export const suppressionProbes: ReadonlyArray<Probe> = [
  { method: "SuppressionRepo.hold", run: suppressions(SuppressionRepo.use((repo) => repo.hold)) },
  { method: "SuppressionRepo.holdAlone", run: suppressions(SuppressionRepo.use((repo) => repo.holdAlone)) },
  { method: "SuppressionRepo.state", run: suppressions(SuppressionRepo.use((repo) => repo.state(["probe"]))) },
  { method: "SuppressionRepo.find", run: suppressions(SuppressionRepo.use((repo) => repo.find(["probe"]))) },
  {
    method: "SuppressionRepo.insert",
    run: suppressions(SuppressionRepo.use((repo) => repo.insert([sampleInsert(Suppression)])))
  },
  { method: "SuppressionRepo.delete", run: suppressions(SuppressionRepo.use((repo) => repo.delete(id))) },
  ...[undefined, ["probe"]].map((hashes): Probe => ({
    method: "SuppressionRepo.list",
    run: suppressions(SuppressionRepo.use((repo) => repo.list({ hashes, after: `0 ${id}`, limit: 1 })))
  })),
  { method: "SuppressionRepo.findErasure", run: suppressions(SuppressionRepo.use((repo) => repo.findErasure(id))) },
  { method: "SuppressionRepo.unswept", run: suppressions(SuppressionRepo.use((repo) => repo.unswept)) },
  { method: "SuppressionRepo.markSwept", run: suppressions(SuppressionRepo.use((repo) => repo.markSwept(now, now))) },
  { method: "ErasureRepo.findProfiles", run: erasures(ErasureRepo.use((repo) => repo.findProfiles(creator))) },
  { method: "ErasureRepo.findNaming", run: erasures(ErasureRepo.use((repo) => repo.findNaming(creator))) },
  { method: "ErasureRepo.endFetches", run: erasures(ErasureRepo.use((repo) => repo.endFetches(creator, now))) },
  { method: "ErasureRepo.deletePosts", run: erasures(ErasureRepo.use((repo) => repo.deletePosts(creator, [profile]))) },
  ...creatorTables.filter((table) => creatorRule(table).on_erasure === "with_profile").map((table): Probe => ({
    method: "ErasureRepo.count",
    run: erasures(ErasureRepo.use((repo) => repo.count(table, [profile])))
  })),
  { method: "ErasureRepo.deleteProfiles", run: erasures(ErasureRepo.use((repo) => repo.deleteProfiles([profile]))) },
  ...namedTables.flatMap(({ table }): ReadonlyArray<Probe> => [
    ...(creatorRule(table).on_erasure === "deleted"
      ? [{
        method: "ErasureRepo.deleteNamed",
        run: erasures(ErasureRepo.use((repo) => repo.deleteNamed(table, creator)))
      }]
      : []),
    ...(table === "vendor_absences" ? [] : [{
      method: "SaidRepo.names",
      run: said(SaidRepo.use((repo) => repo.names(table, id, 1)))
    }])
  ]),
  ...(["post_answers", "vendor_absences", "vendor_tasks"] as const).map((table): Probe => ({
    method: "ErasureRepo.deleteOfPosts",
    run: erasures(ErasureRepo.use((repo) => repo.deleteOfPosts(table, ["probe"])))
  })),
  { method: "ErasureRepo.renameItems", run: erasures(ErasureRepo.use((repo) => repo.renameItems(creator, now))) },
  ...(["credit_entries", "credit_reservations"] as const).map((table): Probe => ({
    method: "ErasureRepo.blankSubjects",
    run: erasures(ErasureRepo.use((repo) => repo.blankSubjects(table, creator, ["probe"])))
  })),
  {
    method: "ErasureRepo.deleteDeliveries",
    run: erasures(ErasureRepo.use((repo) => repo.deleteDeliveries(creator, [profile], ["probe"])))
  },
  { method: "ErasureRepo.renew", run: erasures(ErasureRepo.use((repo) => repo.renew([profile]))) },
  { method: "ErasureRepo.announce", run: erasures(ErasureRepo.use((repo) => repo.announce(["probe"]))) },
  ...sayingTables.flatMap(({ table }): ReadonlyArray<Probe> => [
    { method: "SaidRepo.list", run: said(SaidRepo.use((repo) => repo.list(table, id, 1))) },
    { method: "SaidRepo.lock", run: said(SaidRepo.use((repo) => repo.lock(table, id))) },
    { method: "SaidRepo.replace", run: said(SaidRepo.use((repo) => repo.replace(table, id, {}))) },
    { method: "SaidRepo.delete", run: said(SaidRepo.use((repo) => repo.delete(table, id))) },
    { method: "SaidRepo.shownBy", run: said(SaidRepo.use((repo) => repo.shownBy(table, id))) }
  ])
]
