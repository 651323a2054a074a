/** Whether an Accept header puts JSON before a page (RFC 9110, section 12.5.1); a page is what nobody's preference gets. */
export const prefersJson = (accept: string | undefined): boolean => {
  const ranges = (accept ?? "*/*").split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith("q="))
    return { type, weight: q === undefined ? 1 : Number(q.slice(2)) || 0 }
  })
  const weightOf = (type: string): number => {
    const names = [type, `${type.split("/")[0]}/*`, "*/*"]
    const range = names.flatMap((name) => ranges.find((range) => range.type === name) ?? [])[0]
    return range?.weight ?? 0
  }
  return weightOf("application/json") > weightOf("text/html")
}
