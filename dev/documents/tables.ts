import type { ActionMetadata } from './actions.ts'
import type { Document } from './fences.ts'
import { nodesOf } from './markdown.ts'

/** A table of a document, cell by cell, without its line of dashes. */
interface Table {
  /** Line of the head, from 1. */
  readonly line: number
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The tables of a document. */
export function tablesOf({ text }: Document): Table[] {
  return nodesOf(text, 'table').map((table) => {
    const [head = [], ...rows] = nodesOf(table, 'tableRow').map((row) =>
      nodesOf(row, 'tableCell').map(({ children = [] }) =>
        text
          .slice(children[0]?.position.start.offset, children.at(-1)?.position.end.offset ?? 0)
          .replaceAll('\\|', '|'),
      ),
    )
    return { line: table.position.start.line, head, rows }
  })
}

/**
 * Where the tables of an action's document differ from its `action.yml`. The first table whose first column is headed
 * `Input` must have one row per input, in the same order: its name in backticks, `required` or `(required)` in the row of
 * a required input and of no other, and its default in backticks: in the column headed `Default`, or else after `Default:`. The first table
 * headed `Output` must have one row per output. An action without outputs or inputs needs no table.
 */
export function checkTables(document: Document, action: ActionMetadata): string[] {
  const tables = tablesOf(document)
  const problems: string[] = []
  for (const kind of ['input', 'output'] as const) {
    const names = Object.keys(action[`${kind}s`])
    const table = tables.find(({ head }) => head[0]!.toLowerCase() === kind)
    if (table === undefined) {
      if (names.length > 0) problems.push(`${document.file}: there is no table headed ${kind}`)
      continue
    }
    const place = `${document.file}:${table.line}`
    const listed = table.rows.map(([cell]) => /^`([^`]+)`/.exec(cell!)?.[1] ?? cell!)
    if (listed.join() !== names.join()) {
      problems.push(`${place}: lists ${listed.join(', ')}; ${action.file} has ${names.join(', ')}`)
    } else if (kind === 'input') {
      problems.push(
        ...table.rows
          .flatMap((row, n) => checkInput(row, table.head, action, names[n]!))
          .map((problem) => `${place}: ${problem}`),
      )
    }
  }
  return problems
}

function checkInput(row: readonly string[], head: readonly string[], action: ActionMetadata, name: string): string[] {
  const { required = false, default: value } = action.inputs[name]!
  const problems: string[] = []
  const saysRequired = row.some((cell) => /^`[^`]+` \(required\)$|^\*{0,2}required\*{0,2}$/i.test(cell))
  if (saysRequired !== required) problems.push(`${name} is ${required ? '' : 'not '}required`)
  const column = head.findIndex((cell) => cell.toLowerCase() === 'default')
  const cell = column === -1 ? /\bDefault: (.*)/.exec(row.join(' '))?.[1] : row[column]
  const shown = /^`([^`]+)`/.exec(cell ?? '')?.[1]
  // A default that an action works out by itself is described in words.
  if (value !== undefined && value !== '' && shown !== value) problems.push(`the default of ${name} is ${value}`)
  if ((value === undefined || value === '') && shown !== undefined) problems.push(`${name} has no default ${shown}`)
  return problems
}

/** A Markdown table as Prettier lays it out, the columns after the first to the right where they are of numbers. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { numbers = true } = {},
): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)))
  const isRight = (column: number): boolean => numbers && column > 0
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (isRight(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(' | ')} |`
  const rule = widths.map((width, column) => (isRight(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
