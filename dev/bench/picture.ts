import { barChart, type Bars, type Theme } from '../svg.ts'

/** Start-up and memory of the steps beside the floor, as SVG, from the table that the bench prints. */
export function benchPicture(table: string, theme: Theme): string {
  const [head = [], , ...rows] = table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  const group = (title: string, column: string, unit: string): Bars => ({
    title,
    unit,
    bars: rows.map((row) => {
      const value = parseFloat(row[head.indexOf(column)] ?? '')
      if (Number.isNaN(value)) throw new Error(`the table has no ${column} of ${row[0] ?? ''}`)
      const name = row[0]!
      return {
        name,
        value,
        text: unit === 'MiB' ? String(value) : value.toFixed(2),
        strong: !name.startsWith('floor'),
      }
    }),
  })
  return barChart(
    'A step beside the floor: a script that makes the same requests and does nothing else',
    [group('start to end', 'wall', '× node -e 0'), group('peak memory', 'peak memory', 'MiB')],
    theme,
  )
}
