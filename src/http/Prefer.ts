/** Seconds of `Prefer: wait=N` (RFC 7240), at most `maximum`; the default where there is none. */
export const preferredWait = (header: string | undefined, fallback: number, maximum: number): number => {
  const wait = header === undefined ? null : /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?\s*(?:[,;]|$)/i.exec(header)
  return wait?.[1] === undefined ? fallback : Math.min(Number(wait[1]), maximum)
}
