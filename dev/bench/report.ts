import { markdownTable } from '../documents/tables.ts'
import type { Figures } from './goals.ts'
import type { Sample, Samples } from './measure.ts'
import { ROUND_TRIP_MS } from './meter.ts'
import { ratios, spreadOf, type Spread } from './statistics.ts'
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
  /** Over plain HTTP, in ms. */
  readonly plainMs: Spread
}

/** Bytes by file. */
export type Sizes = Readonly<Record<string, number>>

export function resultsOf(samples: Samples, subjects: readonly Subject[]): Record<string, Result> {
  const walls = (list: readonly Sample[]): number[] => list.map(({ wallMs }) => wallMs)
  return Object.fromEntries(
    subjects.map(({ name, floor }): [string, Result] => {
      const plain = samples.timed.plain[name]!
      const tls = samples.timed.tls[name]!
      const usage = samples.usage[name]!
      const most = (figure: (sample: Sample) => number): number => Math.max(...[...plain, ...tls].map(figure))
      return [
        name,
        {
          wall: spreadOf(
            ratios(
              walls(plain),
              plain.map(({ nothingMs }) => nothingMs),
            ),
          ),
          cpu: spreadOf(usage.map(({ cpuMs, nothingCpuMs }) => cpuMs / nothingCpuMs)),
          memory: spreadOf(usage.map(({ memoryMiB }) => memoryMiB)),
          requests: most(({ requests }) => requests),
          connections: most(({ connections }) => connections),
          answersInARow: spreadOf(tls.map(({ answersInARow }) => answersInARow)).median,
          tlsMs: spreadOf(walls(tls)),
          ...(floor !== undefined && {
            timesFloor: spreadOf(ratios(walls(tls), walls(samples.timed.tls[floor]!))),
          }),
          plainMs: spreadOf(walls(plain)),
        },
      ]
    }),
  )
}

/** The figures that goals are about: medians, counts, bytes. */
export function figuresOf(results: Readonly<Record<string, Result>>, sizes: Sizes): Figures {
  return {
    ...Object.fromEntries(
      Object.entries(results).map(([name, result]) => [
        name,
        Object.fromEntries(
          Object.entries(result).map(([figure, value]: [string, number | Spread]) => [
            figure,
            typeof value === 'number' ? value : value.median,
          ]),
        ),
      ]),
    ),
    dist: { ...sizes, all: bytesOf(sizes) },
  }
}

function bytesOf(sizes: Sizes): number {
  return Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0)
}

/** The table of docs/performance.md. */
export function tableOf(results: Readonly<Record<string, Result>>): string {
  const head = [
    'step',
    'wall',
    'CPU',
    'peak memory',
    'requests',
    'connections',
    'answers in a row',
    `TLS, ${ROUND_TRIP_MS} ms`,
    '× floor',
  ]
  const rows = Object.entries(results).map(([name, result]) => [
    name,
    times(result.wall),
    `${result.cpu.median.toFixed(2)} ×`,
    `${result.memory.median.toFixed(0)} MiB`,
    String(result.requests),
    String(result.connections),
    String(result.answersInARow),
    `${result.tlsMs.median.toFixed(0)} ms`,
    result.timesFloor === undefined ? '–' : times(result.timesFloor),
  ])
  return markdownTable(head, rows)
}

function times({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} × (${low.toFixed(2)}–${high.toFixed(2)})`
}

/** What the files weigh, as a table. */
export function sizeTable(sizes: Sizes): string {
  const row = ([file, bytes]: readonly [string, number]): string[] => [
    file,
    `${(bytes / 1000).toFixed(bytes < 1000 ? 2 : 0)} kB`,
  ]
  return markdownTable(
    ['file', 'size'],
    [...Object.entries(sizes), ['in all', bytesOf(sizes)] as const].map(row),
  )
}
