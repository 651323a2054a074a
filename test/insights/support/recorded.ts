import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const folder = fileURLToPath(new URL("../../../../shared/payloads", import.meta.url))

/** The recorded payloads of a kind, where they are beside the project; says so where not. */
const recorded = (kind: "profile" | "post"): ReadonlyArray<{ readonly file: string; readonly content: unknown }> => {
  if (!existsSync(`${folder}/${kind}`)) {
    console.warn(`Not checked: the recorded payloads are not beside the project in ../shared/payloads/${kind}`)
    return []
  }
  return readdirSync(`${folder}/${kind}`).map((file) => ({
    file,
    content: JSON.parse(readFileSync(`${folder}/${kind}/${file}`, "utf8"))
  }))
}

export const recordedUsers = () => recorded("profile")
export const recordedPosts = () => recorded("post")
