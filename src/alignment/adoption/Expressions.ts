/** SQL expressions that bring an old value to the new shape. Each takes and gives SQL text; what does not fit gives NULL. */

/** The username as it is stored, by the same steps as `normalizeUsername`; NULL where it is none. */
export const username = (value: string): string =>
  `substring(lower(regexp_replace(regexp_replace(btrim(${value}, E' \\t\\n\\r\\f\\v\\u00a0'),
    '^(?:https?://)?(?:[a-z]+\\.)?instagram\\.com/([^/?#]+)/?(?:[?#].*)?$', '\\1', 'i'), '^@', '')) from '^[a-z0-9._]{1,30}$')`

export const uuid = (value: string): string =>
  `CASE WHEN btrim(${value}) ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN btrim(${value})::uuid END`

/** A uuid made of a name (RFC 9562 version 3), so that a run that is repeated makes the same one. */
export const namedUuid = (space: string, name: string): string =>
  `overlay(overlay(md5('analytics-following/${space}/' || ${name}) placing '3' from 13) placing '8' from 17)::uuid`

/** An instant from 1970 to 2199: no `infinity`, no year 1, and nothing beyond 2285, where microseconds leave a double's exact range. */
export const instant = (value: string): string =>
  `CASE WHEN ${value} >= '1970-01-01 00:00Z' AND ${value} < '2200-01-01 00:00Z' THEN ${value} END`

/** As `instant`, for an end that may be never: what lies later, `infinity` too, becomes the last day of 2199 instead of unknown. */
export const end = (value: string): string =>
  `CASE WHEN ${value} >= '2199-12-31 00:00Z' THEN '2199-12-31 00:00Z'::timestamptz WHEN ${value} >= '1970-01-01 00:00Z' THEN ${value} END`

export const day = (value: string): string => `CASE WHEN ${value} >= '1970-01-01' AND ${value} < '2200-01-01' THEN ${value} END`

/** A count that JavaScript reads exactly. */
export const count = (value: string): string => `CASE WHEN ${value} BETWEEN 0 AND 9007199254740991 THEN ${value} END`

/** A `double precision` that is a number. By way of text, because 2.3 as a `real` is 2.299999952316284 as a double. */
export const finite = (value: string): string =>
  `CASE WHEN ${value} > '-Infinity' AND ${value} < 'Infinity' THEN ${value}::text::double precision END`

export const between = (value: string, least: number, most: number): string =>
  `CASE WHEN ${value} BETWEEN ${least} AND ${most} THEN ${value}::text::double precision END`

/** A share 0–1; what is above 1 and up to 100 is a percentage. */
export const share = (value: string): string =>
  `CASE WHEN ${value} BETWEEN 0 AND 1 THEN ${value}::text::double precision WHEN ${value} > 1 AND ${value} <= 100 THEN ${value} / 100 END`

export const filled = (value: string): string => `nullif(btrim(${value}), '')`

export const clipped = (value: string, most: number): string => `left(${filled(value)}, ${most})`

/** A text that an index can hold; NULL where it is blank or longer than 150 characters. */
export const label = (value: string): string =>
  `CASE WHEN char_length(btrim(${value})) BETWEEN 1 AND 150 THEN btrim(${value}) END`

export const object = (value: string): string => `CASE WHEN jsonb_typeof(${value}) = 'object' THEN ${value} END`

/** The objects of a JSON array, in order; an empty array where it is none. */
export const objects = (value: string): string =>
  `coalesce((SELECT jsonb_agg(item ORDER BY place) FROM jsonb_array_elements(${array(value)}) WITH ORDINALITY AS x (item, place)
    WHERE jsonb_typeof(item) = 'object'), '[]')`

/** A JSON array; anything else that is not null becomes its only element. */
export const wrapped = (value: string): string =>
  `CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} WHEN coalesce(jsonb_typeof(${value}), 'null') = 'null' THEN '[]' ELSE jsonb_build_array(${value}) END`

/** The distinct texts that `each` makes of the strings `item` in a JSON array, in their order. */
export const texts = (value: string, each: string): string =>
  `ARRAY(SELECT made FROM (SELECT ${each} AS made, min(place) AS place
    FROM jsonb_array_elements_text(${array(value)}) WITH ORDINALITY AS x (item, place) GROUP BY 1) AS y
    WHERE made IS NOT NULL ORDER BY place)`

export const array = (value: string): string => `CASE WHEN jsonb_typeof(${value}) = 'array' THEN ${value} ELSE '[]' END`

/** A text array without what is no label. */
export const words = (value: string): string =>
  `ARRAY(SELECT btrim(item) FROM unnest(${value}) WITH ORDINALITY AS x (item, place) WHERE ${
    label("item")
  } IS NOT NULL ORDER BY place)`

/** Whether `words` left something out that was not blank. */
export const wordsLost = (value: string): string =>
  `EXISTS (SELECT FROM unnest(${value}) AS x (item) WHERE char_length(btrim(item)) > 150)`

/** A value of a closed set: each accepted spelling (lower-case) with what it means. */
export const oneOf = (value: string, meanings: Readonly<Record<string, ReadonlyArray<string>>>): string =>
  `CASE ${
    Object.entries(meanings).map(([meaning, spellings]) =>
      `WHEN lower(btrim(${value})) IN (${[meaning, ...spellings].map((word) => `'${word}'`).join(", ")}) THEN '${meaning}'`
    ).join(" ")
  } END`

/** A JSON object of labels to shares that sum to 1, or to 100; NULL where it is anything else. Tolerates 2 % and then divides by the sum. */
export const distribution = (value: string): string =>
  `(SELECT CASE WHEN bool_and(number >= 0) AND (sum(number) BETWEEN 0.98 AND 1.02 OR sum(number) BETWEEN 98 AND 102)
    THEN jsonb_object_agg(label, round(number / sum_of.total, 12)::double precision) END
    FROM (SELECT label, CASE WHEN jsonb_typeof(item) = 'number' THEN item::text::numeric ELSE -1 END AS number
      FROM jsonb_each(coalesce(${object(value)}, '{}')) AS e (label, item)) AS shares,
    LATERAL (SELECT nullif(sum(CASE WHEN jsonb_typeof(item) = 'number' THEN item::text::numeric END), 0) AS total
      FROM jsonb_each(coalesce(${object(value)}, '{}')) AS e (label, item)) AS sum_of)`

/** Whether a value was there and is not any more: the usual condition of a reported change. */
export const lost = (old: string, made: string): string => `${old} IS NOT NULL AND (${made}) IS NULL`
