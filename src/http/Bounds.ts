import type * as OpenApi from "effect/http-api/OpenApi"
import { flag, valueInText } from "./QueryValues.ts"

/**
 * For `OpenApi.Transform`: says of texts where readers and linters look for it what the checks say beside the type, how long a format, an
 * address and a header can be, and of what is text in a query alone which value it holds.
 */
export const withBounds: OpenApi.Transform["Service"] = (document) => bounded(flattened(document) as typeof document)

type Schema = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value)

/** `{ type: "string", allOf: [{ minLength }, { maxLength }] }` is one schema; what two members say differently stays apart. */
const flattened = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(flattened)
  if (!isObject(value)) return value
  const node = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, flattened(inner)]))
  if (node["type"] !== "string") return node
  const { allOf, ...own } = node
  const apart: Array<unknown> = []
  for (const member of Array.isArray(allOf) ? allOf : []) {
    if (isObject(member) && Object.keys(member).every((key) => !(key in own))) Object.assign(own, member)
    else apart.push(member)
  }
  const length = typeof own["format"] === "string" ? lengths[own["format"]] : undefined
  return {
    ...own,
    ...(length !== undefined && own["maxLength"] === undefined ? { maxLength: length } : {}),
    ...(apart.length === 0 ? {} : { allOf: apart })
  }
}

/** Texts of parameters that say no length have the transport's; what a parameter is for is said of it, where readers look, not of its schema. */
const bounded = <D extends Readonly<Record<string, unknown>>>(document: D): D => ({
  ...document,
  paths: mapped(
    document["paths"],
    (item) =>
      mapped(item, (operation) =>
        isObject(operation) && Array.isArray(operation["parameters"])
          ? { ...operation, parameters: operation["parameters"].map(boundedParameter) }
          : operation)
  )
})

const mapped = (object: unknown, to: (value: unknown) => unknown): unknown =>
  isObject(object) ? Object.fromEntries(Object.entries(object).map(([key, value]) => [key, to(value)])) : object

const boundedParameter = (parameter: unknown): unknown => {
  if (!isObject(parameter) || !isObject(parameter["schema"])) return parameter
  const { description = parameter["description"], ...schema } = valueOf(parameter["schema"])
  const open = schema["type"] === "string" && !["allOf", "const", "enum", "format", "maxLength"].some((key) => key in schema)
  return {
    ...parameter,
    ...(description === undefined ? {} : { description }),
    schema: open ? { ...schema, maxLength: parameter["in"] === "path" ? partOfPath : line } : schema
  }
}

/** What the text of a parameter holds, where that is no text. */
const valueOf = (schema: Schema): Schema => {
  const { [valueInText]: value, type: _, enum: literals, ...own } = schema
  if (isObject(value)) return { ...value, ...own }
  return JSON.stringify(literals) === JSON.stringify(flag.literals) ? { type: "boolean", ...own } : schema
}

const lengths: Readonly<Record<string, number>> = { uuid: 36, "date-time": 30, date: 10 }

/** Characters that the router takes of one part of an address. */
const partOfPath = 100
/** Of all headers together the server takes 8 KB, and as much of an address: a header or a part of a query has its share. */
const line = 2048
