import { Schema, Struct } from "effect"
import { Analytics } from "../../analytics/Analytics.ts"
import { Instant } from "../../analytics/Figure.ts"
import { PostView } from "../../posts/PostView.ts"
import { ProfileView } from "../../profiles/ProfileView.ts"
import { Audience } from "../audience/Audience.ts"
import { Authenticity } from "../authenticity/Authenticity.ts"
import { CommentFigures } from "../CommentStudy.ts"
import { ContentSentiment } from "../ContentSentiment.ts"
import { Creator } from "../creator/Creator.ts"
import { AtPosting } from "../history/AtPosting.ts"
import { Growth } from "../history/Growth.ts"
import { HistoryColumns, HistoryPoint } from "../history/Series.ts"
import { PeerBenchmarks } from "../PeerBenchmarks.ts"
import { PostingTimes } from "./PostingTimes.ts"

const profileFields = [
  "username",
  "full_name",
  "biography",
  "category",
  "external_url",
  "is_verified",
  "is_private",
  "availability",
  "followers_count",
  "following_count",
  "posts_count"
] as const

/** Everything that is known of a profile, as the page of the report shows it: the page is made of this and of nothing else. */
export const Report = Schema.Struct({
  username: Schema.String,
  /** When the profile was last fetched. */
  as_of: Instant,
  profile: Schema.Struct(Struct.pick(ProfileView.fields, profileFields)),
  analytics: Schema.NullOr(Analytics),
  /** The latest posts, newest first, at most 24. */
  posts: Schema.Array(PostView),
  at_posting: Schema.Array(AtPosting),
  posting_times: PostingTimes,
  history: Schema.Struct({ columns: HistoryColumns, points: Schema.Array(HistoryPoint), growth: Growth }),
  creator: Schema.NullOr(Creator),
  content_sentiment: ContentSentiment,
  audience: Audience,
  comments: CommentFigures,
  authenticity: Authenticity,
  benchmarks: PeerBenchmarks
}).annotate({ identifier: "Report" })
export interface Report extends Schema.Schema.Type<typeof Report> {}

/** What a report shows of the profile itself. */
export const reportedProfile = (profile: ProfileView): Report["profile"] => Struct.pick(profile, profileFields)
