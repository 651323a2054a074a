import { writeFileSync } from "node:fs"
import { configurationPage } from "./docs/configurationPage.ts"

/** `npm run docs:configuration`: writes docs/configuration.md from the declarations of the settings. Run it after changing them. */
writeFileSync(new URL("../docs/configuration.md", import.meta.url), configurationPage())
