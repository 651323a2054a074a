/** Server settings as `-c name=value` arguments: they hold for every start, so an existing cluster follows a change here. */
export const settingArguments = (options: {
  readonly port: number
  readonly durable: boolean
  readonly settings: Readonly<Record<string, string>>
}): ReadonlyArray<string> =>
  Object.entries({
    listen_addresses: "127.0.0.1",
    port: String(options.port),
    // A socket path has room for 107 bytes, less than many a folder's name.
    unix_socket_directories: "",
    max_connections: "100",
    shared_buffers: "64MB",
    // As on Supabase, whose extensions live in a schema of their own.
    search_path: "\"$user\", public, extensions",
    timezone: "UTC",
    log_timezone: "UTC",
    // Row values and statements stay out of the log.
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    ...(options.durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    ...options.settings
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`])
