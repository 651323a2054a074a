/** What an endpoint may ask for; the database closes the same set. */
export const eventTypes = ["profile.refreshed", "job.finished", "access.expiring", "campaign.post_added", "schema.drift"] as const
export type EventType = typeof eventTypes[number]

/** Sent when it is asked for, to any endpoint. */
export const ping = "webhook.ping"
