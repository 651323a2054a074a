import { BarChart, LineChart, ScatterChart } from "echarts/charts"
import { GridComponent, MarkLineComponent } from "echarts/components"
import { type EChartsCoreOption, init, use } from "echarts/core"
import { SVGRenderer } from "echarts/renderers"
import { short } from "./FigureText.ts"
import { Html } from "./Html.ts"

use([BarChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer])

/** A bar of a chart; null leaves its place empty. */
export interface Bar {
  readonly label: string
  readonly value: number | null
  readonly colour?: string
}

/** Columns over labels, with a line at their median. */
export const columns = (bars: ReadonlyArray<Bar>, median: number): Html =>
  draw(260, {
    ...frame,
    xAxis: categories(bars.map(({ label }) => label)),
    yAxis: amounts,
    series: [{
      ...still,
      type: "bar",
      barCategoryGap: "20%",
      data: bars.map(({ colour = accent, value }) => ({ value: value ?? "-", itemStyle: { color: colour } })),
      markLine: {
        ...still,
        symbol: "none",
        data: [{ yAxis: median }],
        lineStyle: { color: ink, type: "dashed", width: 1.5 },
        label: { formatter: "median", position: "insideEndTop", color: ink, ...font }
      }
    }]
  })

/** A line over days; a day without a value is a gap, and a value between two gaps a dot. */
export const line = (points: ReadonlyArray<Bar>): Html =>
  draw(260, {
    ...frame,
    xAxis: { ...categories(points.map(({ label }) => label)), boundaryGap: false },
    yAxis: { ...amounts, scale: true },
    series: [{
      ...still,
      type: "line",
      symbol: "circle",
      symbolSize: 5,
      showAllSymbol: true,
      data: points.map(({ value }) => value ?? "-"),
      lineStyle: { color: accent, width: 2 },
      itemStyle: { color: accent }
    }]
  })

/** Horizontal bars of shares from 0 to 1, each with its percentage. */
export const shares = (bars: ReadonlyArray<Bar>): Html =>
  draw(40 + 40 * bars.length, {
    ...frame,
    grid: { left: 8, right: 64, top: 8, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "value", min: 0, max: 1, show: false },
    yAxis: { ...categories(bars.map(({ label }) => label)), inverse: true, axisLine: { show: false } },
    series: [{
      ...still,
      type: "bar",
      barWidth: 20,
      data: bars.map(({ colour = accent, value }) => ({ value: value ?? "-", itemStyle: { color: colour } })),
      label: { show: true, position: "right", color: ink, ...font, formatter: ({ value }: Labelled) => percent(value) }
    }]
  })

/** The hours of a week, darker where there is more. `cells`: hour, weekday from 0, amount. */
export const week = (cells: ReadonlyArray<readonly [hour: number, weekday: number, amount: number]>): Html => {
  const most = Math.max(1, ...cells.map(([, , amount]) => amount))
  return draw(260, {
    ...frame,
    xAxis: { ...categories(hours), splitArea: { show: false }, axisLabel: { ...label, interval: 5 } },
    yAxis: { ...categories(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]), inverse: true },
    // Squares of one colour: a heat map of this library needs colours that it can mix, and ours are the page's.
    series: [{
      ...still,
      type: "scatter",
      symbol: "rect",
      symbolSize: [16, 26],
      data: cells.map(([hour, weekday, amount]) => ({
        value: [hour, weekday, amount],
        itemStyle: { color: accent, opacity: 0.3 + 0.7 * amount / most }
      })),
      label: { show: most > 1, ...font, fontSize: 11, color: "var(--paper)", formatter: ({ value }: Labelled) => amountOf(value) }
    }]
  })
}

interface Labelled {
  readonly value: unknown
}

const percent = (value: unknown): string => typeof value === "number" ? `${Math.round(value * 100)} %` : ""
const amountOf = (value: unknown): string => Array.isArray(value) && value[2] > 1 ? String(value[2]) : ""

const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`)

// Colours are the page's, so that light, dark and print each have theirs.
const accent = "var(--accent)"
const ink = "var(--ink)"
const font = { fontSize: 13, fontFamily: "inherit" }
const label = { color: "var(--muted)", ...font, hideOverlap: true }
const still = { silent: true, animation: false, clip: false }
const frame = {
  animation: false,
  backgroundColor: "transparent",
  grid: { left: 8, right: 12, top: 16, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" }
}

const categories = (data: ReadonlyArray<string>) => ({
  type: "category" as const,
  data: [...data],
  silent: true,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: "var(--line)" } },
  axisLabel: label
})

const amounts = {
  type: "value" as const,
  silent: true,
  splitNumber: 4,
  splitLine: { lineStyle: { color: "var(--line)" } },
  axisLabel: { ...label, formatter: short }
}

/** For a column of half a page, or the width of a phone. */
const width = 480

const draw = (height: number, option: EChartsCoreOption): Html => {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height })
  try {
    chart.setOption(option)
    return new Html(plain(chart.renderToSVGString({ useViewBox: true })))
  } finally {
    chart.dispose()
  }
}

/** Without what a reader's pointer would do, and without a size of its own. */
const plain = (svg: string): string =>
  svg
    .replace(/<style[^]*?<\/style>/g, "")
    .replace(/ class="zr\d+-cls-\d+"/g, "")
    // The library counts its charts; the same report must give the same page, and a page has one chart that is cut to its frame.
    .replace(/\bzr\d+-/g, "chart-")
    .replace(/ ecmeta_\w+="[^"]*"/g, "")
    .replace(/^<svg width="\d+" height="\d+"/, `<svg aria-hidden="true"`)
    .replaceAll("font-family:inherit;", "")
