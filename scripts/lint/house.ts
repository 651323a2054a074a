import { forbidden } from "./Directions.ts"

/** The rules of this code base that oxlint does not have. */
export default {
  meta: { name: "house" },
  rules: {
    directions: {
      create: ({ filename, report }: Context) => {
        const check = (node: Node) => {
          const because = typeof node.source?.value === "string" ? forbidden(filename, node.source.value) : undefined
          if (because !== undefined) report({ node, message: because })
        }
        return { ImportDeclaration: check, ImportExpression: check, ExportAllDeclaration: check, ExportNamedDeclaration: check }
      }
    },
    "no-barrel": {
      create: ({ filename, report }: Context) => {
        const message = "Import from the file that declares it; nothing is exported twice."
        const check = (node: Node) => {
          if (node.source) report({ node, message })
        }
        return {
          Program: (node: Node) => {
            if (filename.endsWith("/index.ts")) report({ node, message })
          },
          ExportAllDeclaration: check,
          ExportNamedDeclaration: check
        }
      }
    },
    "no-throw": {
      create: ({ report }: Context) => ({
        ThrowStatement: (node: Node) => report({ node, message: "Fail with a typed error, or die with a reason." })
      })
    },
    "no-effect-cast": {
      create: ({ report, sourceCode }: Context) => ({
        TSAsExpression: (node: Node) => {
          if (/^(Effect|Layer|Stream)\./.test(sourceCode.getText(node.typeAnnotation))) {
            report({ node, message: "A cast hides what an effect needs or how it fails." })
          }
        }
      })
    }
  }
}

/** What is used here of ESLint's types, which oxlint does not export. */
interface Node {
  readonly source?: { readonly value?: unknown } | null
  readonly typeAnnotation?: Node
}

interface Context {
  readonly filename: string
  readonly report: (problem: { readonly node: Node; readonly message: string }) => void
  readonly sourceCode: { readonly getText: (node: Node | undefined) => string }
}
