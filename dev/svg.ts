/** Small pictures for the documents, as SVG: for the light and the dark pages of GitHub, with nothing behind them. */

const THEMES = {
  light: {
    text: '#1f2328',
    muted: '#59636e',
    grid: '#d1d9e0',
    series: ['#818b98', '#bf8700', '#cf222e', '#0969da', '#1a7f37'],
  },
  dark: {
    text: '#f0f6fc',
    muted: '#9198a1',
    grid: '#3d444d',
    series: ['#656c76', '#d29922', '#f85149', '#4493f8', '#3fb950'],
  },
} as const

export type Theme = keyof typeof THEMES
export const themes = Object.keys(THEMES) as readonly Theme[]

/** Values over time, as a line. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Axis {
  readonly title: string
  readonly most: number
  readonly step: number
}

const WIDTH = 760
const FONT = 'font-family="-apple-system,BlinkMacSystemFont,Segoe UI,Helvetica,Arial,sans-serif"'

/** Lines in one coordinate system, with a legend above. */
export function lineChart(title: string, x: Axis, y: Axis, series: readonly Series[], theme: Theme): string {
  const colors = THEMES[theme]
  const [left, right, height] = [56, WIDTH - 16, 260]
  const top = 44 + 20 * series.length
  const bottom = top + height
  const atX = (value: number): number => left + ((right - left) * value) / x.most
  const atY = (value: number): number => bottom - (height * value) / y.most
  const ticks = ({ most, step }: Axis): number[] =>
    Array.from({ length: Math.floor(most / step) + 1 }, (_, n) => n * step)
  return svg(bottom + 48, title, [
    text(16, 24, title, colors.text, 'font-size="15" font-weight="600"'),
    ...series.flatMap(({ name }, n) => [
      `<path d="M16 ${44 + 20 * n}h24" stroke="${colors.series[n]!}" stroke-width="3"/>`,
      text(48, 48 + 20 * n, name, colors.text),
    ]),
    ...ticks(y).flatMap((value) => [
      `<path d="M${left} ${round(atY(value))}H${right}" stroke="${colors.grid}"/>`,
      text(left - 8, atY(value) + 4, value.toLocaleString('en-US'), colors.muted, 'text-anchor="end"'),
    ]),
    ...ticks(x).map((value) =>
      text(atX(value), bottom + 20, String(value), colors.muted, 'text-anchor="middle"'),
    ),
    text((left + right) / 2, bottom + 40, x.title, colors.muted, 'text-anchor="middle"'),
    ...series.map(
      ({ points }, n) =>
        `<path d="M${points.map(([px, py]) => `${round(atX(px))} ${round(atY(py))}`).join('L')}" fill="none" stroke="${colors.series[n]!}" stroke-width="2"/>`,
    ),
  ])
}

/** A group of bars, each with its value beside it. */
export interface Bars {
  readonly title: string
  readonly unit: string
  readonly bars: readonly {
    readonly name: string
    readonly value: number
    readonly text: string
    readonly strong: boolean
  }[]
}

/** Groups of bars side by side, each on a scale of its own that begins at zero. */
export function barChart(title: string, groups: readonly Bars[], theme: Theme): string {
  const colors = THEMES[theme]
  const column = (WIDTH - 16) / groups.length
  const rows = Math.max(...groups.map(({ bars }) => bars.length))
  const [names, values] = [80, 64]
  return svg(84 + 28 * rows, title, [
    text(16, 24, title, colors.text, 'font-size="15" font-weight="600"'),
    ...groups.flatMap((group, n) => {
      const left = 16 + n * column
      const room = column - names - values - 16
      const most = Math.max(...group.bars.map(({ value }) => value))
      return [
        text(left, 54, `${group.title}, ${group.unit}`, colors.muted),
        ...group.bars.flatMap((bar, row) => {
          const top = 68 + 28 * row
          const width = (room * bar.value) / most
          return [
            text(left, top + 14, bar.name, colors.text),
            `<rect x="${round(left + names)}" y="${top}" width="${round(width)}" height="18" rx="3" fill="${colors.series[bar.strong ? 3 : 0]}"/>`,
            text(left + names + width + 8, top + 14, bar.text, colors.text),
          ]
        }),
      ]
    }),
  ])
}

function svg(height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ${FONT} font-size="13" role="img">`,
    `<title>${escaped(title)}</title>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function text(x: number, y: number, content: string, fill: string, more = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" fill="${fill}"${more === '' ? '' : ` ${more}`}>${escaped(content)}</text>`
}

function escaped(content: string): string {
  return content.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
