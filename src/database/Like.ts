/** Patterns for LIKE of texts that callers give: what a pattern means by `%`, `_` and `\` they mean as it is written. */
export const beginningWith = (text: string): string => `${literally(text)}%`

export const containing = (text: string): string => `%${literally(text)}%`

const literally = (text: string): string => text.replace(/[\\_%]/g, "\\$&")
