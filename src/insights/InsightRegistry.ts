import type { Method } from "../analytics/Method.ts"
import { registry } from "../analytics/Registry.ts"
import { campaignRegistry } from "../campaigns/CampaignMethods.ts"
import { postRegistry } from "../posts/PostView.ts"
import { audienceRegistry } from "./audience/AudienceMethods.ts"
import { authenticityRegistry } from "./authenticity/Authenticity.ts"
import { content_sentiment } from "./ContentSentiment.ts"
import { creatorRegistry } from "./creator/Creator.ts"
import { atPostingRegistry } from "./history/AtPosting.ts"
import { growthRegistry } from "./history/Growth.ts"
import { profile_counts } from "./history/Series.ts"
import { peer_percentile } from "./PeerBenchmarks.ts"
import { posting_times } from "./report/PostingTimes.ts"
import { sentimentRegistry } from "./sentiment/Methods.ts"
import { profile_similarity } from "./Similarity.ts"

/** Every method of every figure that an answer can hold. */
export const insightRegistry: ReadonlyArray<Method> = [
  ...registry,
  ...postRegistry,
  profile_counts,
  ...growthRegistry,
  ...atPostingRegistry,
  ...creatorRegistry,
  ...audienceRegistry,
  ...sentimentRegistry,
  content_sentiment,
  ...authenticityRegistry,
  posting_times,
  peer_percentile,
  profile_similarity,
  ...campaignRegistry
]
