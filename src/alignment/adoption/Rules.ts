import { userFavorites, userProfileAccess } from "./AccessRules.ts"
import { campaignPosts, campaignProfiles, campaigns } from "./CampaignRules.ts"
import { authUsers, supabaseUsers } from "./IdentityRules.ts"
import { audienceDemographics, commentSentiment, creatorMetadata } from "./InsightRules.ts"
import { posts } from "./PostRules.ts"
import { profiles } from "./ProfileRules.ts"
import { mentions, relatedProfiles } from "./RelationRules.ts"
import { searchHistory, userSearches } from "./SearchRules.ts"
import type { Places, TableRules } from "./TableRules.ts"
import { userProfiles, users } from "./UserRules.ts"

/** The rules of every table, in the order in which they are carried out: what is pointed to comes first. */
export const allRules = (at: Places): ReadonlyArray<TableRules> =>
  [
    supabaseUsers,
    authUsers,
    users,
    userProfiles,
    profiles,
    posts,
    audienceDemographics,
    creatorMetadata,
    commentSentiment,
    mentions,
    relatedProfiles,
    userProfileAccess,
    userFavorites,
    userSearches,
    searchHistory,
    campaigns,
    campaignPosts,
    campaignProfiles
  ].map((rules) => rules(at))
