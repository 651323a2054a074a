import { Schema } from "effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** An answer of Supabase Auth that is not a success. `code` is one of its error codes, `reasons` belongs to weak passwords. */
export class AuthApiError extends Schema.TaggedError<AuthApiError>()("AuthApiError", {
  status: Schema.Int,
  code: Schema.String,
  message: Schema.String,
  reasons: Schema.optionalKey(Schema.Array(Schema.String))
}) {}

export const refuse = (status: number, code: string, message: string) => new AuthApiError({ status, code, message })

export const weakPassword = (message: string, reasons: ReadonlyArray<string>) =>
  new AuthApiError({ status: 422, code: "weak_password", message, reasons })

/** `code` changed its meaning with the API version of 2024-01-01, which supabase-js asks for; without that header it is the status. */
export const errorResponse = (error: AuthApiError, headers: Readonly<Record<string, string | undefined>>) => {
  const modern = (headers[versionHeader] ?? "") >= "2024-01-01"
  const weak = error.reasons === undefined ? {} : { weak_password: { reasons: error.reasons } }
  return modern
    ? HttpServerResponse.jsonUnsafe({ code: error.code, message: error.message, ...weak }, {
      status: error.status,
      headers: { [versionHeader]: "2024-01-01" }
    })
    : HttpServerResponse.jsonUnsafe({ code: error.status, error_code: error.code, msg: error.message, ...weak }, {
      status: error.status
    })
}

const versionHeader = "x-supabase-api-version"
