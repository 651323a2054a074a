import { Layer } from "effect"
import { JobAdmin } from "./JobAdmin.ts"
import { Jobs } from "./Jobs.ts"

/** The doors of this room: users' own jobs, and those of everybody for administrators. */
export const layer = (options: Parameters<typeof Jobs.layer>[0]) => JobAdmin.layer.pipe(Layer.provideMerge(Jobs.layer(options)))
