import type { Figure } from "../../analytics/Figure.ts"
import { absent, card } from "./Card.ts"
import { engagement, growth, mix, sentiment, times } from "./ChartCards.ts"
import { because, day, number, ordinal, percent, provenance, share, short, tile } from "./FigureText.ts"
import { type Html, html } from "./Html.ts"
import type { Report } from "./Report.ts"
import { reportStyle } from "./ReportStyle.ts"

/**
 * The report as a page that stands by itself: charts and style are in it, no script, nothing from elsewhere. What people wrote has its own
 * direction of writing and is escaped; the same report gives the same page.
 */
export const reportPage = (report: Report): string =>
  html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>@${report.username}: report of ${day(report.as_of)}</title>
<style>${style}</style>
</head>
<body>
<main>
${heading(report)}
${tiles(report)}
<div class="cards">
${engagement(report)}
${growth(report)}
${times(report)}
${mix(report)}
${sentiment(report)}
${audience(report)}
${themes(report)}
${brands(report)}
${posts(report)}
</div>
<footer class="muted">
<p>Public data of Instagram as fetched on ${
    day(report.as_of)
  }; hours and days are UTC. Each figure names its method: <code>GET /metrics-registry</code> has the definition, formula and a worked example of each. What cannot be known is said to be unavailable, and why; nothing is guessed.</p>
</footer>
</main>
</body>
</html>
`.markup

const style = Object.assign(html``, { markup: reportStyle })

const heading = ({ as_of, profile, username }: Report): Html =>
  html`<header>
<h1>${
    profile.full_name === null || profile.full_name === "" ? null : html`<bdi>${profile.full_name}</bdi> `
  }<bdi>@${username}</bdi></h1>
<p>${
    [
      profile.is_verified === true ? "verified" : null,
      profile.availability === "available" ? null : profile.availability,
      profile.category
    ].map((badge) => badge === null ? null : html`<span class="badge"><bdi>${badge}</bdi></span>`)
  }<span class="muted">as of <time datetime="${as_of}">${day(as_of)}</time></span></p>
${profile.biography === null ? null : html`<p class="bio" dir="auto">${profile.biography}</p>`}
${profile.external_url === null ? null : html`<p class="muted"><bdi>${profile.external_url}</bdi></p>`}
</header>`

const tiles = ({ analytics, as_of, authenticity, benchmarks, history, profile }: Report): Html => {
  const month = history.growth.windows.find(({ days }) => days === 30)
  return html`<div class="tiles">
${count("Followers", profile.followers_count, as_of)}
${count("Following", profile.following_count, as_of)}
${count("Posts", profile.posts_count, as_of)}
${tile("Engagement rate, median", analytics?.engagement.engagement_rate, percent)}
${tile("Growth in 30 days", month?.rate, percent)}
${tile("Posts a week", analytics?.cadence.posts_per_week, number)}
${tile("Influence, 0 to 10", analytics?.influence.influence_score, number)}
${tile("Authenticity, 0 to 100", authenticity.authenticity_score, number)}
${percentile("Engagement among peers", benchmarks.peers.engagement_rate)}
${tile("Data quality, 0 to 1", analytics?.data_quality.data_quality_score, number)}
</div>`
}

/** A count that the profile itself shows. */
const count = (name: string, value: number | null, asOf: string): Html =>
  html`<dl class="tile"><dt>${name}</dt>${
    value === null ? html`<dd class="none">Unavailable: it was not collected</dd>` : html`<dd>${short(value)}</dd>`
  }<dd class="note muted">${value === null ? null : html`${number(value)} · `}measured ${day(asOf)}</dd></dl>`

const percentile = (name: string, figure: Report["benchmarks"]["peers"]["engagement_rate"]): Html =>
  html`<dl class="tile"><dt>${name}</dt>${
    figure.value === null
      ? html`<dd class="none">Unavailable: ${because(figure.reason)}</dd>`
      : html`<dd>${ordinal(Math.round(figure.value.percentile))} percentile</dd>`
  }<dd class="note muted">${provenance(figure, number)}</dd></dl>`

const labelled = (
  name: string,
  figure: Figure<ReadonlyArray<{ readonly label: string; readonly share: number }>, unknown>
): Html =>
  html`<p>${name}: ${
    figure.value === null
      ? html`<span class="muted">unavailable, ${because(figure.reason)}</span>`
      : figure.value.slice(0, 6).map(({ label, share: part }) =>
        html`<span class="badge"><bdi>${label.replaceAll("_", " ")}</bdi> ${share(part)}</span> `
      )
  }</p>`

const audience = ({ audience, comments }: Report): Html =>
  card(
    "Audience",
    html`${labelled("Languages of those who comment", audience.languages)}
${labelled("What comments want", comments.intents)}
${labelled("Countries", audience.countries)}
${labelled("Gender", audience.gender)}
${labelled("Age", audience.age)}
<p class="note">${provenance(audience.languages)}</p>`
  )

const themes = ({ content_sentiment, creator }: Report): Html => {
  const figure = creator?.themes
  return card(
    "Themes",
    figure?.value == null ?
      absent({ reason: figure?.reason ?? "not_collected" }) :
      html`<p>${
        figure.value.slice(0, 15).map(({ share: part, theme }) =>
          html`<span class="badge"><bdi>${theme}</bdi> ${share(part)}</span> `
        )
      }</p><p class="note">Share of the posts that have it · ${provenance(figure)}</p><p>Tone of the captions: ${
        content_sentiment.value === null
          ? html`<span class="muted">unavailable, ${because(content_sentiment.reason)}</span>`
          : content_sentiment.value.verdict
      }</p><p class="note">${provenance(content_sentiment)}</p>`
  )
}

const brands = ({ creator }: Report): Html => {
  const figure = creator?.brands
  const sponsored = creator?.sponsored
  return card(
    "Brands and sponsored posts",
    html`${
      figure?.value == null ?
        absent({ reason: figure?.reason ?? "not_collected" }) :
        html`<p>${
          figure.value.slice(0, 12).map(({ kind, username }) =>
            html`<span class="badge"><bdi>@${username}</bdi>${kind === "account" ? null : ` ${kind}`}</span> `
          )
        }</p>`
    }${
      sponsored?.value == null
        ? null
        : html`<p>${share(sponsored.value.share)} of the posts disclose being paid for.</p><p class="note">${
          provenance(sponsored)
        }</p>`
    }`
  )
}

const posts = ({ at_posting, posts }: Report): Html => {
  const then = new Map(at_posting.map((post) => [post.shortcode, post.engagement_rate_at_post]))
  const cell = (value: number | null | undefined, format = number) =>
    html`<td class="number">${value === null || value === undefined ? "–" : format(value)}</td>`
  return posts.length === 0 ? html`` : card(
    "Posts",
    html`<div class="scroll"><table>
<thead><tr><th>Posted</th><th>Post</th><th>Kind</th><th class="number">Likes</th><th class="number">Comments</th><th class="number">Rate now</th><th class="number">Rate at posting</th></tr></thead>
<tbody>${
      posts.map((post) =>
        html`<tr><td>${
          post.posted_at === null ? "–" : day(post.posted_at)
        }</td><td><bdi>${post.shortcode}</bdi></td><td>${post.media_type}</td>${
          cell(post.likes_hidden ? null : post.likes_count)
        }${cell(post.comments_count)}${cell(post.engagement_rate.value, percent)}${
          cell(then.get(post.shortcode)?.value, percent)
        }</tr>`
      )
    }</tbody></table></div>
<p class="note">Rates are likes and comments in percent of followers, as last fetched and as of the day of the post (a fetch within three days of it). A dash is unknown, hidden, or another account's.</p>`,
    true
  )
}
