import { enableCompileCache } from "node:module"
import { join } from "node:path"

// Before anything else is loaded: taking off the types and compiling would be half of each start, and is done once for each version of a file.
enableCompileCache(join(import.meta.dirname, "../node_modules/.cache/compiled"))
const { serve } = await import("./Serve.ts")
serve(process.env)
