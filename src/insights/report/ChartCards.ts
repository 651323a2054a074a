import { median, sorted } from "../../analytics/Statistics.ts"
import { absent, card } from "./Card.ts"
import * as Charts from "./Charts.ts"
import { because, day, number, provenance, share } from "./FigureText.ts"
import { type Html, html } from "./Html.ts"
import type { Report } from "./Report.ts"

const engagementOf = ({ comments_count, likes_count, likes_hidden }: Report["posts"][number]): number | null =>
  likes_hidden || likes_count === null || comments_count === null ? null : likes_count + comments_count

/** Likes and comments, post by post. */
export const engagement = ({ posts }: Report): Html => {
  const shown = posts.filter(({ posted_at }) => posted_at !== null).toReversed()
  const known = sorted(shown.flatMap((post) => engagementOf(post) ?? []))
  if (known.length === 0) {
    const hidden = posts.some(({ likes_hidden }) => likes_hidden)
    return card("Engagement per post", absent({ reason: hidden ? "hidden_by_owner" : "not_collected" }))
  }
  const bars = shown.map((post) => ({
    label: monthDay(post.posted_at ?? ""),
    value: engagementOf(post),
    colour: post.media_type === "photo" ? "var(--accent)" : post.media_type === "carousel" ? "var(--third)" : "var(--second)"
  }))
  const kinds = [["photo", "accent"], ["carousel", "third"], ["video or reel", "second"]] as const
  return card(
    "Engagement per post",
    chart(
      `Likes and comments of ${known.length} posts, oldest first: from ${number(known[0] ?? 0)} to ${number(known.at(-1) ?? 0)}`,
      Charts.columns(bars, median(known)),
      html`Likes and comments, oldest post first. ${
        kinds.map(([kind, colour]) => html`<span style="color:var(--${colour})">■</span> ${kind} `)
      }· ${known.length} of ${posts.length} posts with known counts`
    )
  )
}

/** Followers over the days, growth and spikes. */
export const growth = ({ history }: Report): Html => {
  const first = history.points.findIndex(({ followers_count }) => followers_count !== null)
  const points = first < 0 ? [] : history.points.slice(first)
  const known = points.flatMap(({ followers_count }) => followers_count ?? [])
  const { spikes, windows } = history.growth
  const list = html`<ul>${
    windows.flatMap(({ days, net, rate }) =>
      net.value === null
        ? []
        : [
          html`<li>${days} ${days === 1 ? "day" : "days"}: ${signed(net.value)}${
            rate.value === null ? null : ` (${signed(rate.value)} %)`
          }</li>`
        ]
    )
  }${
    (spikes.value ?? []).map(({ day: date, net, posts }) =>
      html`<li>Unusual on ${day(date)}: ${signed(net)}${
        posts.length === 0 ? null : html`; posted around then: <bdi>${posts.join(", ")}</bdi>`
      }</li>`
    )
  }</ul>`
  if (known.length < 2) {
    return card(
      "Followers",
      html`<p class="empty">One fetch is no curve: growth shows once the profile was fetched on several days.</p>${list}`
    )
  }
  return card(
    "Followers",
    html`${
      chart(
        `Followers by day, from ${number(known[0] ?? 0)} to ${number(known.at(-1) ?? 0)}`,
        Charts.line(points.map(({ date, followers_count }) => ({ label: monthDay(date), value: followers_count }))),
        html`Followers by day as fetched; days without a fetch are gaps · measured · ${known.length} days`
      )
    }${list}`
  )
}

/** In which hours of the week it posts. */
export const times = ({ analytics, posting_times }: Report): Html => {
  const best = analytics?.best_times
  const words = best?.value == null
    ? html`<p class="note">Best times unavailable: ${
      best === undefined ? "not computed" : because(best.reason ?? "not_collected")
    }.</p>`
    : html`<p class="note">Best: ${
      best.value.slots.filter(({ score }) => score > 0).slice(0, 3).map(({ hour, weekday }) =>
        html`${weekdays[weekday - 1]} ${hour}:00 `
      )
    }· ${provenance(best)}</p>`
  return card(
    "When it posts",
    posting_times.value === null ? absent(posting_times) : html`${
      chart(
        "Posts by weekday and hour, UTC",
        Charts.week(posting_times.value.hours.map(({ hour, posts, weekday }) => [hour, weekday - 1, posts])),
        provenance(posting_times)
      )
    }${words}`
  )
}

/** Formats of the posts. */
export const mix = ({ creator }: Report): Html => {
  const figure = creator?.content_mix
  if (figure?.value == null) return card("Content mix", absent({ reason: figure?.reason ?? "not_collected" }))
  const { formats, median_caption_characters, median_hashtags } = figure.value
  return card(
    "Content mix",
    chart(
      formats.map(({ label, share: part }) => `${label} ${share(part)}`).join(", "),
      Charts.shares(formats.map(({ label, share }) => ({ label, value: share }))),
      html`The median post has ${number(median_hashtags)} hashtags and ${number(median_caption_characters)} characters · ${
        provenance(figure)
      }`
    )
  )
}

/** What the comments feel. */
export const sentiment = ({ comments }: Report): Html => {
  const figure = comments.sentiment
  if (figure.value === null) return card("Sentiment of comments", absent(figure))
  const { negative, neutral, positive } = figure.value
  const within = (name: "positive" | "neutral" | "negative") => {
    const interval = figure.status === "estimated" ? figure.interval[name] : null
    return interval === null ? "" : ` (${share(interval.low)} to ${share(interval.high)})`
  }
  return card(
    "Sentiment of comments",
    chart(
      `positive ${share(positive)}${within("positive")}, neutral ${share(neutral)}${within("neutral")}, negative ${
        share(negative)
      }${within("negative")}`,
      Charts.shares([
        { label: "positive", value: positive, colour: "var(--good)" },
        { label: "neutral", value: neutral, colour: "var(--even)" },
        { label: "negative", value: negative, colour: "var(--bad)" }
      ]),
      html`95 % intervals: positive${within("positive")}, neutral${within("neutral")}, negative${within("negative")}. Decided: ${
        comments.decided_share.value === null ? "unknown" : share(comments.decided_share.value)
      } of all comments · ${provenance(figure)}`
    )
  )
}

/** A chart with what it says in words, for those who do not see it. */
const chart = (words: string, drawn: Html, caption: Html): Html =>
  html`<figure><div role="img" aria-label="${words}">${drawn}</div><figcaption>${caption}</figcaption></figure>`

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

const signed = (value: number): string => `${value > 0 ? "+" : ""}${number(value)}`

const monthDay = (instant: string): string => monthDays.format(new Date(instant))
const monthDays = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" })
