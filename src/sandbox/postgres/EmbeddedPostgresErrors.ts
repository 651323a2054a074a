import { Schema } from "effect"

/** There is no PostgreSQL to run: the platform's package is not installed, or there is none for this platform. */
export class PostgresBinariesMissing extends Schema.TaggedError<PostgresBinariesMissing>()("PostgresBinariesMissing", {
  platform: Schema.String,
  package_name: Schema.NullOr(Schema.String)
}) {
  override get message() {
    return this.package_name === null
      ? `No embedded PostgreSQL exists for ${this.platform}. Use a PostgreSQL server of your own (15 or newer).`
      : `The embedded PostgreSQL for ${this.platform} is not installed. It is the optional package ${this.package_name}: install it ` +
        `(npm install --no-save ${this.package_name}), or use a PostgreSQL server of your own (15 or newer).`
  }
}

/** We run as root, which PostgreSQL refuses, and found no other user to run it as, or none that reaches its files. */
export class PostgresUserUnusable extends Schema.TaggedError<PostgresUserUnusable>()("PostgresUserUnusable", {
  message: Schema.String
}) {}

/** Another process of ours runs a server on the same data directory. */
export class PostgresAlreadyRunning extends Schema.TaggedError<PostgresAlreadyRunning>()("PostgresAlreadyRunning", {
  data_dir: Schema.String,
  pid: Schema.Int
}) {
  override get message() {
    return `The database in ${this.data_dir} is in use by process ${this.pid}. Stop that process, or choose another data directory.`
  }
}

/** The server did not come up. `log` holds the last lines it wrote. */
export class PostgresStartFailed extends Schema.TaggedError<PostgresStartFailed>()("PostgresStartFailed", {
  step: Schema.String,
  log: Schema.Array(Schema.String)
}) {
  override get message() {
    return [`PostgreSQL did not start (${this.step}).`, ...this.log].join("\n  ")
  }
}
