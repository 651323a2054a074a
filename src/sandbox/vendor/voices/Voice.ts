/**
 * What people write in one language. Every line was made up for this sandbox. Comments are sorted by mood, so that a sentiment
 * method can be checked against what the simulator meant.
 */
export interface Voice {
  /** ISO 639-1. */
  readonly language: string
  readonly names: ReadonlyArray<string>
  readonly bios: ReadonlyArray<string>
  readonly captions: ReadonlyArray<string>
  /** Closing lines that ask for a reaction. */
  readonly prompts: ReadonlyArray<string>
  /** Sponsored-post disclosures; `@brand` stands for the sponsor. */
  readonly disclosures: ReadonlyArray<string>
  readonly hashtags: ReadonlyArray<string>
  readonly places: ReadonlyArray<Place>
  readonly comments: {
    readonly positive: ReadonlyArray<string>
    readonly neutral: ReadonlyArray<string>
    readonly negative: ReadonlyArray<string>
  }
}

export interface Place {
  readonly name: string
  readonly slug: string
  readonly latitude: number
  readonly longitude: number
}
