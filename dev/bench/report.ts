import { markdownTable } from '../documents/tables.ts'
import type { Figures } from './goals.ts'
import type { Samples } from './measure.ts'
import { ROUND_TRIP_MS } from './meter.ts'
import { spreadOf, type Spread } from './statistics.ts'
import type { Subject } from './subjects.ts'

/** What was measured of one subject. Ratios are of runs side by side. */
export interface Result {
  /** Over plain HTTP, × `node -e 0`. */
  readonly wall: Spread
  readonly cpu: Spread
  /** Peak, in MiB. */
  readonly memory: Spread
  /** The most that any run made, over plain HTTP or TLS. */
  readonly requests: number
  readonly connections: number
  /** Over TLS with 30 ms per round trip: waited for one after another. */
  readonly answersInARow: number
  /** Over TLS with 30 ms per round trip, in ms. */
  readonly tlsMs: Spread
  /** The same, × the floor. */
  readonly timesFloor?: Spread
}

/** Bytes by file. */
export type Sizes = Readonly<Record<string, number>>

export function resultsOf(
  samples: Readonly<Record<string, Samples>>,
  subjects: readonly Subject[],
): Record<string, Result> {
  const result = ({ name, floor }: Subject): Result => {
    const { plain, tls, usage } = samples[name]!
    const timed = [...plain, ...tls]
    return {
      wall: spreadOf(plain.map(({ wallMs, nothingMs }) => wallMs / nothingMs)),
      cpu: spreadOf(usage.map(({ cpuMs, nothingCpuMs }) => cpuMs / nothingCpuMs)),
      memory: spreadOf(usage.map(({ memoryMiB }) => memoryMiB)),
      requests: Math.max(...timed.map(({ requests }) => requests)),
      connections: Math.max(...timed.map(({ connections }) => connections)),
      answersInARow: spreadOf(tls.map(({ answersInARow }) => answersInARow)).median,
      tlsMs: spreadOf(tls.map(({ wallMs }) => wallMs)),
      ...(floor !== undefined && {
        timesFloor: spreadOf(tls.map(({ wallMs }, round) => wallMs / samples[floor]!.tls[round]!.wallMs)),
      }),
    }
  }
  return Object.fromEntries(subjects.map((subject) => [subject.name, result(subject)]))
}

/** The figures that goals are about: medians, counts, bytes. */
export function figuresOf(results: Readonly<Record<string, Result>>, sizes: Sizes): Figures {
  const figures: Record<string, Record<string, number>> = { dist: { ...sizes, all: bytesOf(sizes) } }
  for (const [name, result] of Object.entries(results)) {
    const medians = Object.entries(result).map(([figure, value]: [string, number | Spread]) => [
      figure,
      typeof value === 'number' ? value : value.median,
    ])
    figures[name] = Object.fromEntries(medians) as Record<string, number>
  }
  return figures
}

function bytesOf(sizes: Sizes): number {
  return Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0)
}

/** The table of docs/performance.md. */
export function tableOf(results: Readonly<Record<string, Result>>): string {
  const times = ({ median, low, high }: Spread): string =>
    `${median.toFixed(2)} × (${low.toFixed(2)}–${high.toFixed(2)})`
  const columns: Record<string, (result: Result) => string> = {
    wall: ({ wall }) => times(wall),
    CPU: ({ cpu }) => `${cpu.median.toFixed(2)} ×`,
    'peak memory': ({ memory }) => `${memory.median.toFixed(0)} MiB`,
    requests: ({ requests }) => String(requests),
    connections: ({ connections }) => String(connections),
    'answers in a row': ({ answersInARow }) => String(answersInARow),
    [`TLS, ${ROUND_TRIP_MS} ms`]: ({ tlsMs }) => `${tlsMs.median.toFixed(0)} ms`,
    '× floor': ({ timesFloor }) => (timesFloor === undefined ? '–' : times(timesFloor)),
  }
  const rows = Object.entries(results).map(([name, result]) => [
    name,
    ...Object.values(columns).map((cell) => cell(result)),
  ])
  return markdownTable(['step', ...Object.keys(columns)], rows)
}

/** What the files weigh, as a table. */
export function sizeTable(sizes: Sizes): string {
  const rows = Object.entries({ ...sizes, 'in all': bytesOf(sizes) }).map(([file, bytes]) => [
    file,
    `${(bytes / 1000).toFixed(bytes < 1000 ? 2 : 0)} kB`,
  ])
  return markdownTable(['file', 'size'], rows)
}
