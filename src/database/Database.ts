import { PgClient, PgTypes } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, Redacted, Result } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { watchedSocket } from "./WatchedSocket.ts"

export interface DatabaseOptions {
  readonly url: Redacted.Redacted
  /** Connections for transactions and writes. */
  readonly maxConnections: number
  /** Connections for single-statement reads; many reads share each of them. */
  readonly readConnections: number
  readonly statementTimeout: Duration.Duration
  /** Off behind a transaction pooler, which cannot keep named statements. */
  readonly prepare: boolean
}

/**
 * Single-statement reads, pipelined over few connections: about a third less CPU a read. Never for transactions or slow
 * statements, which would block the reads that follow them on the same connection.
 */
export class ReadSql extends Context.Service<ReadSql, SqlClient.SqlClient>()("analytics-following/database/ReadSql") {}

/** The two clients of the service: `SqlClient` for transactions and writes, `ReadSql` for reads. Connects on first use. */
export const layer = (options: DatabaseOptions): Layer.Layer<SqlClient.SqlClient | ReadSql, SqlError> =>
  Layer.merge(
    writeLayer(options),
    Layer.effect(
      ReadSql,
      Effect.map(
        Layer.build(PgClient.layer({ ...poolOf(options), multiplex: options.prepare, maxConnections: options.readConnections })),
        (context) => Context.get(context, SqlClient.SqlClient)
      )
    )
  )

/** `SqlClient` alone, for scripts and tests. */
export const writeLayer = (options: DatabaseOptions): Layer.Layer<SqlClient.SqlClient | PgClient.PgClient, SqlError> =>
  PgClient.layer({ ...poolOf(options), maxConnections: options.maxConnections })

/** The options of a small pool on a local database, for scripts and tests. */
export const localOptions = (url: string, maxConnections = 4): DatabaseOptions => ({
  url: Redacted.make(url),
  maxConnections,
  readConnections: 2,
  statementTimeout: Duration.seconds(30),
  prepare: true
})

export const poolOf = (options: DatabaseOptions): PgClient.PgPoolConfig => ({
  url: options.url,
  applicationName: "analytics-following",
  prepare: options.prepare,
  types,
  connectTimeout: Duration.seconds(5),
  stream: watchedStream(options),
  // A transaction pooler refuses most of them: there the limit is the role's own (ALTER ROLE … SET statement_timeout).
  startupParameters: options.prepare
    ? { timezone: "UTC", statement_timeout: String(Duration.toMillis(options.statementTimeout)) }
    : {},
  spanAttributes: {}
})

/**
 * The server answers a statement within its time-out, or is not there. Undefined where statements may take what they take, and where the
 * address names no host (a socket's path): then the driver connects by itself.
 */
const watchedStream = ({ statementTimeout, url }: DatabaseOptions) => {
  if (Duration.isZero(statementTimeout)) return undefined
  const { hostname, port, searchParams } = new URL(Redacted.value(url))
  if (hostname === "" || hostname.includes("%") || searchParams.has("host")) return undefined
  const host = hostname.replace(/^\[|\]$/g, "")
  const silence = Duration.toMillis(statementTimeout) + answerOnItsWay
  return () => watchedSocket({ host, port: Number(port || searchParams.get("port") || 5432), silence })
}

/** Milliseconds. */
const answerOnItsWay = 2000

/** Rows as the schemas want them: exact integers as numbers, instants as ISO text. */
const types = PgTypes.makeRegistry()

types.register<number | bigint>(PgTypes.OID.int8, {
  encode: (value) => PgTypes.encode(BigInt(value), PgTypes.OID.int8),
  decode: (bytes) => Result.succeed(int64(bytes, 0)),
  read: (bytes, offset) => Result.succeed(int64(bytes, offset))
}, { arrayOid: PgTypes.OID.int8Array })

types.register<Date | string>(PgTypes.OID.timestamptz, {
  encode: (value) => PgTypes.encode(typeof value === "string" ? new Date(value) : value, PgTypes.OID.timestamptz),
  decode: (bytes) => Result.succeed(instant(bytes, 0)),
  read: (bytes, offset) => Result.succeed(instant(bytes, offset))
}, { arrayOid: PgTypes.OID.timestamptzArray })

/** Big-endian int64: a number where it is exact, else a BigInt, which no row schema accepts. */
const int64 = (bytes: Uint8Array, offset: number): number | bigint => {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 8)
  const high = view.getInt32(0)
  return high >= -0x200000 && high < 0x200000 ? high * 4294967296 + view.getUint32(4) : view.getBigInt64(0)
}

const epoch2000 = 946_684_800_000

/** PostgreSQL counts microseconds from 2000-01-01; `infinity` (beyond a double's exact range) is no instant and stays a word. */
const instant = (bytes: Uint8Array, offset: number): string => {
  const micros = int64(bytes, offset)
  if (typeof micros === "bigint") return micros > 0 ? "infinity" : "-infinity"
  return new Date(Math.floor(micros / 1000) + epoch2000).toISOString()
}
