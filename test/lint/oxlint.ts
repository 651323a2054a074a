import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

export const projectRoot = fileURLToPath(new URL("../../", import.meta.url))

export interface Report {
  /** As in the configuration: `max-lines`, `import/no-cycle`. */
  readonly rule: string
  readonly file: string
  readonly message: string
}

/** What oxlint reports of a folder that has its configuration. */
export const lint = (folder: string) =>
  new Promise<ReadonlyArray<Report>>((resolve, reject) => {
    const command = [`${projectRoot}node_modules/oxlint/bin/oxlint`, "--format", "json"]
    execFile(process.execPath, command, { cwd: folder, maxBuffer: 64 * 2 ** 20 }, (_, stdout, stderr) => {
      try {
        const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: ReadonlyArray<Diagnostic> }
        resolve(diagnostics.map(({ code, filename, message }) => ({
          rule: code.replace(/^eslint\((.*)\)$/, "$1").replace(/^([\w-]+)\((.*)\)$/, "$1/$2"),
          file: filename,
          message
        })))
      } catch {
        reject(new Error(`oxlint did not run: ${stdout}${stderr}`))
      }
    })
  })

interface Diagnostic {
  readonly code: string
  readonly filename: string
  readonly message: string
}
