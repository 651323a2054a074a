import type { Voice } from "./Voice.ts"

export const english: Voice = {
  language: "en",
  names: [
    "Maya Bennett",
    "Jordan Clarke",
    "Ava Sinclair",
    "Theo Marsh",
    "Nina Hartley",
    "Cole Ramsey",
    "Isla Whitmore",
    "Desmond Okoro"
  ],
  bios: [
    "Slow mornings, long runs, good light",
    "Home cook sharing what actually works",
    "Engineer by day, potter by night",
    "Travel notes from a small backpack",
    "Building a calmer wardrobe",
    "Strength coach. Ask me about form",
    "Plants, paint and too much coffee"
  ],
  captions: [
    "Woke up before the city did and it was worth it",
    "Three ingredients, one pan, twenty minutes",
    "I almost did not post this one",
    "The light in this room never gets old",
    "Week four of the programme and everything hurts in a good way",
    "A small reminder that rest is part of the work",
    "Found this little place by getting completely lost",
    "New season, same old boots",
    "Here is everything I packed for ten days",
    "Behind the scenes of last weekend, chaos included",
    "My grandmother taught me this one",
    "Still thinking about this view"
  ],
  prompts: [
    "Would you try it?",
    "Save this for later",
    "Tell me yours below",
    "Which one is your favourite, 1 or 2?",
    "Link in bio",
    "Tag someone who needs this"
  ],
  disclosures: [
    "#ad",
    "Paid partnership with @brand",
    "#sponsored by @brand",
    "Gifted by @brand #gifted",
    "In collaboration with @brand #partner"
  ],
  hashtags: [
    "slowliving",
    "homecooking",
    "ootd",
    "travelgram",
    "fitnessmotivation",
    "skincare",
    "weekendvibes",
    "smallbusiness",
    "photooftheday",
    "booktok"
  ],
  places: [
    { name: "London, United Kingdom", slug: "london-united-kingdom", latitude: 51.5072, longitude: -0.1276 },
    { name: "Brooklyn, New York", slug: "brooklyn-new-york", latitude: 40.65, longitude: -73.95 },
    { name: "Sydney, Australia", slug: "sydney-australia", latitude: -33.8688, longitude: 151.2093 },
    { name: "Austin, Texas", slug: "austin-texas", latitude: 30.2676, longitude: -97.743 }
  ],
  comments: {
    positive: [
      "Love this so much",
      "So beautiful",
      "This made my day",
      "You look amazing",
      "Best one yet!",
      "Obsessed with this",
      "Thank you for sharing, this helped a lot",
      "Perfect as always",
      "I tried it and it was delicious",
      "Wow"
    ],
    neutral: [
      "Where is this?",
      "What camera do you use?",
      "Which size did you take?",
      "Is this the blue one?",
      "First",
      "How long does it take?",
      "Sent you a message"
    ],
    negative: [
      "This did not work for me at all",
      "Way too many ads lately",
      "Overpriced",
      "Not a fan of this one, sorry",
      "Unfollowing, this is boring"
    ]
  }
}
