/** Runs an embedded server on the folder given as argument, says so, and stays: for tests that end its process the hard way. */
import { Console, Effect, Layer } from "effect"
import { EmbeddedPostgres } from "../../../src/sandbox/postgres/EmbeddedPostgres.ts"

const announce = Layer.effectDiscard(Effect.flatMap(EmbeddedPostgres, ({ port }) => Console.log(`listening ${port}`)))
const dataDir = process.argv[2] ?? ""
Effect.runFork(Layer.launch(announce.pipe(Layer.provide(EmbeddedPostgres.layer({ dataDir, durable: false })))))
