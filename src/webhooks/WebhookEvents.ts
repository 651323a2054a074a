import { Schema } from "effect"
import { Code, Severity } from "../alignment/Finding.ts"
import { CampaignPost } from "../campaigns/Campaign.ts"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { eventTypes, ping } from "./EventTypes.ts"
import { WebhookId } from "./Webhook.ts"

const address = Schema.String.annotate({ description: "Where it is read, with a token of yours" })

/** What each event says in `data`. Pointers and what happened, never figures: those are read with the access one has by then. */
export const eventData = {
  "profile.refreshed": Schema.Struct({
    profile_id: ProfileId,
    username: Schema.String,
    data_version: Schema.Int.annotate({ description: "Grows with every change of what is stored" }),
    refreshed_at: Column.Instant,
    href: address
  }).annotate({ description: "A profile that you hold open access to was fetched and stored anew, whoever asked for it." }),
  "job.finished": Schema.Struct({
    job_id: Schema.String,
    type: Schema.String.annotate({ description: "The job's type, such as profile_lookup" }),
    status: Schema.Literals(["succeeded", "failed", "cancelled"]),
    finished_at: Column.Instant,
    href: address,
    result_href: Schema.NullOr(Schema.String),
    problem: Schema.NullOr(Schema.String).annotate({ description: "Type of the problem it ended with" })
  }).annotate({ description: "A job of yours has ended." }),
  "access.expiring": Schema.Struct({
    profile_id: ProfileId,
    username: Schema.String,
    access_expires_at: Column.Instant,
    href: address
  }).annotate({ description: "Your access to a profile ends within three days; told once for each end." }),
  "campaign.post_added": Schema.Struct({
    campaign_id: CampaignPost.fields.campaign_id,
    post_id: CampaignPost.fields.post_id,
    shortcode: Schema.String,
    added_at: Column.Instant,
    href: address
  }).annotate({ description: "A post was attached to a campaign of yours." }),
  "schema.drift": Schema.Struct({
    status: Schema.Literals(["aligned", "drifted"]),
    state: Schema.String.annotate({ description: "Names the set of findings: the same set has the same state" }),
    total: Schema.Int.annotate({ description: "How many findings there are" }),
    findings: Schema.Array(Schema.Struct({
      fingerprint: Schema.String,
      code: Code,
      severity: Severity,
      relation: Schema.String,
      object: Schema.String
    })).annotate({ description: "The first 100, worst first" })
  }).annotate({
    description: "The database differs from what the service relies on, differs in another way, or no longer. For administrators."
  }),
  [ping]: Schema.Struct({ webhook_id: WebhookId }).annotate({ description: "You asked for a test." })
} as const

export type AnyEvent = keyof typeof eventData
export type EventData<T extends AnyEvent> = (typeof eventData)[T]["Type"]

/** The body of a delivery, as Standard Webhooks lays it out. */
export const bodyOf = <T extends AnyEvent>(type: T) =>
  Schema.Struct({
    type: Schema.Literal(type),
    timestamp: Column.Instant.annotate({ description: "When it happened" }),
    data: eventData[type]
  })

/** `webhooks` of OpenAPI 3.1: each event as the request that an endpoint receives. */
export const openApiWebhooks = () =>
  Object.fromEntries(([...eventTypes, ping] as const).map((type) => [type, {
    post: {
      operationId: `webhook.${type}`,
      summary: type,
      description: `${String(Schema.resolveAnnotations(eventData[type])?.["description"])} Signed after Standard Webhooks.`,
      parameters: ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => ({
        name,
        in: "header",
        required: true,
        schema: { type: "string" }
      })),
      requestBody: { required: true, content: { "application/json": { schema: jsonSchemaOf(type) } } },
      responses: {
        "2XX": { description: "Accepted. Anything else is tried again." },
        "410": { description: "Switches the webhook off." }
      }
    }
  }]))

const jsonSchemaOf = (type: AnyEvent) => Schema.toJsonSchemaDocument(bodyOf(type)).schema
