/** What the measurements use of `pg`, which brings no types. */
declare module "pg" {
  export interface Query {
    /** A named statement is prepared once a connection. */
    readonly name: string
    readonly text: string
    readonly values: ReadonlyArray<unknown>
  }
  export interface Client {
    query<Row = unknown>(query: Query | string): Promise<{ readonly rows: ReadonlyArray<Row> }>
    release(): void
  }
  export class Pool {
    constructor(options: { readonly connectionString: string; readonly max: number })
    query<Row = unknown>(query: Query): Promise<{ readonly rows: ReadonlyArray<Row> }>
    connect(): Promise<Client>
    /** Of connections that nobody uses at the moment. */
    on(event: "error", listener: () => void): this
    end(): Promise<void>
  }
  export const types: {
    readonly builtins: { readonly INT8: number; readonly TIMESTAMPTZ: number }
    setTypeParser(oid: number, parse: (text: string) => unknown): void
  }
}
