/** Rules of Spectral's OAS and OWASP sets that the document does not follow, each with its reason. Everything else holds. */
export const exceptions: Readonly<Record<string, string>> = {
  "oas3-api-servers": "The document is served by the server that it describes: relative to where it was read.",
  "info-contact": "Who runs a server is not known to the product.",
  "operation-description": "A summary says it where there is nothing to add.",
  "owasp:api2:2023-write-restricted":
    "Signing in, and the vendor's notice, are for callers who have no token; they are limited by address and name.",
  "owasp:api2:2023-read-restricted": "Liveness, readiness, version and the registry of methods are public.",
  "owasp:api2:2023-no-credentials-in-url":
    "The vendor sends no headers of ours: its notice is authenticated by a single-use address.",
  "owasp:api4:2023-array-limit":
    "Answers are bounded by `limit` and by what is stored; a request's arrays have a maximum where a person makes them.",
  "owasp:api4:2023-integer-format": "Counts are JavaScript's safe integers, which neither int32 nor int64 names.",
  "owasp:api4:2023-string-limit":
    "Texts of answers are Instagram's and have its lengths; every text of a request has a bound, which a test of its own holds.",
  "owasp:api4:2023-string-restricted": "Names, notes and captions are free text.",
  "owasp:api4:2023-rate-limit-responses-429":
    "The system's endpoints are never limited; the vendor's notice is answered from memory.",
  "owasp:api5:2023-admin-security-unique":
    "An administrator is one by the database, not by another token: the role is asked for on every call, and tested for every route.",
  "owasp:api8:2023-define-cors-origin": "CORS is a setting of the operator, on every answer or on none.",
  "owasp:api8:2023-define-error-responses-401": "Public operations know no 401.",
  "owasp:api8:2023-define-error-responses-500":
    "Any address may answer 500 with the one problem `internal-error`: docs/problems.md."
}
