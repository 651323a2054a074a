const LANGUAGES = ["en", "es", "pt", "fr", "de", "it", "tr", "id", "ru", "ar", "hi", "ja", "ko"]

/** ISO 3166-1 code of a country's name in one of 13 languages; null for any other text. */
export const countryNamed = (text: string): string | null => names().get(fold(text)) ?? null

/** The country whose flags a text shows; null where it shows none, or several. */
export const countryInFlags = (text: string): string | null => {
  const codes = new Set(
    (text.match(/\p{Regional_Indicator}{2}/gu) ?? []).map((flag) =>
      Array.from(flag, (letter) => String.fromCharCode((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 65)).join("")
    )
  )
  const [code] = codes
  return codes.size === 1 && code !== undefined && regions.has(code) ? code : null
}

/** Whether a text is the name of a city of the time zone database: some 400, in English. */
export const isCity = (text: string): boolean => cities().has(fold(text))

const fold = (text: string): string => text.normalize("NFC").toLowerCase().replace(/^the /, "").replace(/[.']/g, "").trim()

// Every pair of letters that CLDR has a name for; groups such as EU and UN are no countries.
const regions: ReadonlyMap<string, string> = (() => {
  const english = new Intl.DisplayNames("en", { type: "region", fallback: "none" })
  const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
  const none = new Set(["EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"])
  return new Map(
    letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => !none.has(code)).flatMap((code) => {
      const name = english.of(code)
      return name === undefined ? [] : [[code, name] as const]
    })
  )
})()

let named: ReadonlyMap<string, string> | undefined
const names = (): ReadonlyMap<string, string> =>
  named ??= new Map([
    ...LANGUAGES.flatMap((language) => {
      const displayed = new Intl.DisplayNames(language, { type: "region", fallback: "none" })
      return [...regions.keys()].flatMap((code) => {
        const name = displayed.of(code)
        return name === undefined ? [] : [[fold(name), code] as const]
      })
    }),
    ...[
      ["usa", "US"],
      ["us", "US"],
      ["uk", "GB"],
      ["uae", "AE"],
      ["england", "GB"],
      ["scotland", "GB"],
      ["wales", "GB"],
      ["brasil", "BR"],
      [
        "méxico",
        "MX"
      ],
      ["españa", "ES"],
      ["türkiye", "TR"],
      ["ksa", "SA"]
    ] as const
  ])

let zones: ReadonlySet<string> | undefined
const cities = (): ReadonlySet<string> =>
  zones ??= new Set(
    Intl.supportedValuesOf("timeZone").filter((zone) => /^(?:Africa|America|Asia|Australia|Europe|Pacific)\//.test(zone))
      .map((zone) => fold((zone.split("/").at(-1) ?? "").replaceAll("_", " ")))
      .filter((name) => !regionNamesSet().has(name))
  )

const regionNamesSet = (): ReadonlySet<string> => new Set(names().keys())
