import type { Schema } from "effect"
import { mention } from "../decodo/CaptionText.ts"

/** Instagram accounts, by name (lower-case) and by id. */
export interface People {
  readonly usernames: ReadonlySet<string>
  readonly ids: ReadonlySet<string>
}

/** Tells accounts that are not to be kept. */
export interface Gone {
  readonly username: (name: string) => boolean
  readonly id: (id: string) => boolean
}

/** Everybody whom a vendor's JSON, or a row made of it, names. */
export const peopleIn = (value: Schema.Json): People => {
  const usernames = new Set<string>()
  const ids = new Set<string>()
  walk(value, {
    username: (name) => {
      usernames.add(name)
      return false
    },
    id: (id) => {
      ids.add(id)
      return false
    }
  }, "")
  return { usernames, ids }
}

/**
 * The JSON without those who are gone: objects that are one of them, or a part of one's (a tag, a comment, a post they own), are left out,
 * and mentions in texts become `[removed]`. The value itself where none is in it; undefined where all of it is one's own.
 */
export const withoutPeople = (value: Schema.Json, gone: Gone): Schema.Json | undefined => {
  const left = walk(value, gone, "")
  return left === removed ? undefined : left
}

const removed = Symbol("removed")

const walk = (value: Schema.Json, gone: Gone, key: string): Schema.Json | typeof removed => {
  if (typeof value === "string") return nameLists.test(key) && isName(value, gone) ? removed : textWithout(value, gone)
  if (value === null || typeof value !== "object") return value
  if (isArray(value)) {
    const left = value.map((item) => walk(item, gone, key))
    return left.every((item, at) => item === value[at]) ? value : left.filter((item) => item !== removed)
  }
  const entries = Object.entries(value)
  if (entries.some(([name, member]) => names.test(name) ? isName(member, gone) : ids.test(name) && isId(member, gone))) {
    return removed
  }
  const left = entries.map(([name, member]) => [name, walk(member, gone, name)] as const)
  if (left.every(([, member], at) => member === entries[at]?.[1])) return value
  return left.some(([name, member]) => member === removed && carriers.has(name))
    ? removed
    : Object.fromEntries(left.flatMap(([name, member]) => member === removed ? [] : [[name, member]]))
}

const isArray = (value: Schema.Json): value is Schema.JsonArray => Array.isArray(value)

const isName = (value: Schema.Json, gone: Gone): boolean => {
  const name = typeof value === "string" ? value.toLowerCase() : ""
  return /^[a-z0-9._]{1,30}$/.test(name) && gone.username(name)
}

const isId = (value: Schema.Json, gone: Gone): boolean => {
  const id = typeof value === "string" || typeof value === "number" ? String(value) : ""
  return /^\d{1,20}$/.test(id) && gone.id(id)
}

const textWithout = (text: string, gone: Gone): string =>
  text.includes("@") || text.includes("instagram.com/")
    ? text
      .replace(mention, (found) => isName(found.slice(1), gone) ? "[removed]" : found)
      .replace(address, (found, before: string, name: string) => isName(name, gone) ? `${before}[removed]` : found)
    : text

const names = /(?:^|_)user_?name$/i
/** Lists of names: those of a post's mentions, and of who paid for it. */
const nameLists = /(?:^|_)(?:usernames|mentions|sponsors)$/
const ids = /^(?:id|pk|pk_id|owner_id|(?:\w+_)?user_id)$/
/** Members without which what holds them says nothing of anybody else. */
const carriers = new Set(["node", "user", "owner", "sponsor", "payload", "raw_data", "data"])
const address = /(instagram\.com\/)([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)/gi
