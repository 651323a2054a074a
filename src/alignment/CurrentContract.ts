import { Schema } from "effect"
import committedCatalog from "./catalog.json" with { type: "json" }
import { Catalog } from "./Catalog.ts"
import { type Contract, contractOf } from "./Contract.ts"
import { models } from "./Models.ts"
import type { StatementUse } from "./StatementUse.ts"
import committedUses from "./uses.json" with { type: "json" }

/**
 * What this version of the service relies on: the row models, and what the migrations add up to (`catalog.json`). Both files are made by
 * `npm run schema:check -- --write`; a test fails when they are not what the migrations and repos say.
 */
export const currentContract: Contract = contractOf(models, Schema.decodeUnknownSync(Catalog)(committedCatalog))

/** What each repo method names in its SQL. */
export const currentMethods: Readonly<Record<string, StatementUse>> = committedUses
