import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failingGoals, missedGoals, type Figures } from '../../dev/bench/goals.ts'
import type { Sample, Samples, UsageSample } from '../../dev/bench/measure.ts'
import { benchPicture } from '../../dev/bench/picture.ts'
import { figuresOf, resultsOf, sizeTable, tableOf } from '../../dev/bench/report.ts'
import { createStand, type Stand } from '../../dev/bench/stand.ts'
import { answersInARow, ratios, spreadOf } from '../../dev/bench/statistics.ts'
import {
  makeTools,
  nothing,
  otherSubjects,
  ownGroups,
  withUrls,
  type Tools,
} from '../../dev/bench/subjects.ts'
import { themes } from '../../dev/svg.ts'
import { ROOT } from '../../dev/world.ts'

let tools: Tools

beforeAll(async () => {
  tools = await makeTools()
})

afterAll(() => {
  rmSync(tools.folder, { recursive: true })
})

describe('the statistics', () => {
  it('give median and quartiles, whatever the order', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ low: 2, median: 3, high: 4 })
    expect(spreadOf([1, 2])).toEqual({ low: 1.25, median: 1.5, high: 1.75 })
    expect(spreadOf([7])).toEqual({ low: 7, median: 7, high: 7 })
    expect(() => spreadOf([])).toThrow('no figures')
  })

  it('do not sort what they are given', () => {
    const figures = [3, 1, 2]
    spreadOf(figures)
    expect(figures).toEqual([3, 1, 2])
  })

  it('compare runs that were made side by side', () => {
    expect(ratios([10, 40], [5, 10])).toEqual([2, 4])
    expect(() => ratios([10, 40], [5])).toThrow('no reference')
  })

  it('count the answers that were waited for one after another', () => {
    expect(answersInARow([], 30)).toBe(0)
    expect(answersInARow([100], 30)).toBe(1)
    // Two side by side, then two that each need the one before.
    expect(answersInARow([171, 100, 135, 103], 30)).toBe(3)
    expect(answersInARow([100, 134, 168, 202], 30)).toBe(4)
  })
})

describe('the goals', () => {
  it('are missed by what is over them, each by its name', () => {
    const goals = { root: { wall: 2.4, requests: 2 }, dist: { all: 1000 } }
    expect(missedGoals({ root: { wall: 2.4, requests: 2 }, dist: { all: 1000 } }, goals)).toEqual([])
    expect(missedGoals({ root: { wall: 2.4004, requests: 3 }, dist: { all: 999 } }, goals)).toEqual([
      'root: wall is 2.4004, its goal is 2.4',
      'root: requests is 3, its goal is 2',
    ])
  })

  it('are not reached by not being measured', () => {
    expect(() => missedGoals({}, { root: { wall: 2 } })).toThrow('no figure wall of root')
    expect(() => missedGoals({ root: {} }, { root: { wall: 2 } })).toThrow('no figure wall of root')
    expect(() => missedGoals({ root: { wall: NaN } }, { root: { wall: 2 } })).toThrow(
      'no figure wall of root',
    )
  })

  it('of the project are all of figures that the bench has', () => {
    const subjects = ownGroups(tools).flatMap((group) => group.subjects)
    const results = resultsOf(
      samplesOf(
        subjects.map(({ name }) => name),
        100,
      ),
      subjects,
    )
    const figures = figuresOf(results, { 'index.js': 150_001, 'main.js': 1 })
    const goals = JSON.parse(readFileSync(join(ROOT, 'bench/goals.json'), 'utf8')) as Figures
    expect(missedGoals(figures, goals)).toEqual([
      'root: wall is 10, its goal is 2.4',
      'root, AWS: wall is 10, its goal is 2.9',
      'root, post: wall is 10, its goal is 2.2',
      'root, post: requests is 2, its goal is 1',
      'root, post: connections is 2, its goal is 1',
      'bytebase: wall is 10, its goal is 2.4',
      'dist: index.js is 150001, its goal is 150000',
    ])
    expect(missedGoals(figures, failingGoals(goals, true))).toEqual([
      'dist: index.js is 150001, its goal is 150000',
    ])
  })
})

describe('the report', () => {
  const subjects = [
    { name: 'floor', start: () => Promise.reject(new Error('not started')) },
    { name: 'root', floor: 'floor', start: () => Promise.reject(new Error('not started')) },
  ]
  const floor = samplesOf(['floor'], 80)
  const root = samplesOf(['root'], 100)
  const results = resultsOf(
    {
      timed: {
        plain: { ...floor.timed.plain, ...root.timed.plain },
        tls: { ...floor.timed.tls, ...root.timed.tls },
      },
      usage: { ...floor.usage, ...root.usage },
    },
    subjects,
  )

  it('is of ratios and counts', () => {
    expect(results['root']).toMatchObject({
      wall: { median: 10 },
      cpu: { median: 5 },
      memory: { median: 50 },
      requests: 2,
      connections: 2,
      answersInARow: 2,
      timesFloor: { median: 1.25 },
    })
    expect(results['floor']).not.toHaveProperty('timesFloor')
  })

  it('counts the requests of the run that made the most', () => {
    const again: Samples = {
      ...root,
      timed: {
        ...root.timed,
        tls: { root: root.timed.tls['root']!.map((sample, run) => ({ ...sample, requests: run + 1 })) },
      },
    }
    expect(resultsOf(again, [{ ...subjects[0]!, name: 'root' }])['root']!.requests).toBe(3)
  })

  it('is a Markdown table', () => {
    expect(tableOf(results).split('\n')).toEqual([
      '| step  |                  wall |    CPU | peak memory | requests | connections | answers in a row | TLS, 30 ms |            × floor |',
      '| ----- | --------------------: | -----: | ----------: | -------: | ----------: | ---------------: | ---------: | -----------------: |',
      '| floor |    8.00 × (8.00–8.00) | 5.00 × |      50 MiB |        2 |           2 |                2 |      80 ms |                  – |',
      '| root  | 10.00 × (10.00–10.00) | 5.00 × |      50 MiB |        2 |           2 |                2 |     100 ms | 1.25 × (1.25–1.25) |',
    ])
    expect(sizeTable({ 'index.js': 141_400, 'main.js': 70 }).split('\n')).toEqual([
      '| file     |    size |',
      '| -------- | ------: |',
      '| index.js |  141 kB |',
      '| main.js  | 0.07 kB |',
      '| in all   |  141 kB |',
    ])
  })
})

describe('the stand', () => {
  let stand: Stand

  beforeAll(async () => {
    const group = ownGroups(tools).find(({ name }) => name === 'root')!
    stand = await createStand(group.system, group.variant, 'plain')
  })

  afterAll(() => stand.world.close())

  it('counts what a run asks, and replays what strict fakes answered to its like', async () => {
    const [, main, post] = ownGroups(tools).find(({ name }) => name === 'root')!.subjects
    const before = stand.world.issuer.issued.length
    const { tally } = await stand.observe(() => main!.start(stand.world, {}))
    expect(tally).toMatchObject({ requests: 2, connections: 2 })
    expect((await stand.observe(() => post!.start(stand.world, {}))).tally.requests).toBe(1)
    const issued = stand.world.issuer.issued.length
    expect(issued).toBe(before + 1)

    stand.replay()
    expect((await stand.observe(() => main!.start(stand.world, {}))).tally.requests).toBe(2)
    expect((await stand.observe(() => post!.start(stand.world, {}))).tally.requests).toBe(1)
    expect(stand.world.issuer.issued).toHaveLength(issued)
  })

  it('asks nothing of the servers for the yardstick', async () => {
    const { tally } = await stand.observe(() => nothing(tools).start(stand.world, {}))
    expect(tally).toEqual({ requests: 0, connections: 0, answersInARow: 0 })
  })

  it('takes no run that failed', async () => {
    const [other] = await otherSubjects({ folder: ROOT, inputs: {}, preload: undefined }, 'other', undefined)
    await expect(stand.observe(() => other!.start(stand.world, {}))).rejects.toThrow('the main stage failed')
  })

  it('runs another action with the inputs given, and no others', async () => {
    const inputs = { 'app-server': '{app-server}', permissions: 'contents: read' }
    const subjects = await otherSubjects({ folder: ROOT, inputs, preload: tools.usage }, 'other', 'floor')
    expect(subjects.map(({ name, floor }) => [name, floor])).toEqual([
      ['other', 'floor'],
      ['other, post', undefined],
    ])
    const file = join(tools.folder, 'preload.json')
    const { tally } = await stand.observe(() =>
      subjects[0]!.start(stand.world, { env: { BENCH_USAGE: file } }),
    )
    expect(tally.requests).toBe(2)
    const usage = JSON.parse(readFileSync(file, 'utf8')) as { memoryMiB: number; cpuMs: number }
    expect(usage.memoryMiB).toBeGreaterThan(20)
    expect(usage.cpuMs).toBeGreaterThan(0)
  })

  it('says which servers there are', () => {
    expect(withUrls('url: {app-server}, auth: {}', stand.world)).toBe(
      `url: ${stand.world.url('app-server')}, auth: {}`,
    )
    expect(() => withUrls('{api}', stand.world)).toThrow(
      'no server {api}, only {oidc}, {app-server}, {github}',
    )
  })
})

describe('the floor', () => {
  it.each(['root', 'root, AWS'])('makes the requests of %s, and strict fakes accept them', async (name) => {
    const group = ownGroups(tools).find((each) => each.name === name)!
    const [floor, main] = group.subjects
    const stand = await createStand(group.system, group.variant, 'tls')
    try {
      const roles = Object.keys(stand.world.handlers)
      const asked = (): string[] =>
        roles.flatMap((role) =>
          stand.world.server(role).requests.map(({ method, path }) => `${role} ${method} ${path}`),
        )
      await stand.observe(() => floor!.start(stand.world, {}))
      const byHand = asked()
      await stand.observe(() => main!.start(stand.world, {}))
      expect(byHand).toHaveLength(name === 'root' ? 2 : 4)
      expect(asked().sort()).toEqual([...byHand, ...byHand].sort())
    } finally {
      await stand.world.close()
    }
  })
})

/** Three runs alike of each subject: 10 ms for the yardstick. */
function samplesOf(names: readonly string[], wallMs: number): Samples {
  const sample: Sample = { wallMs, nothingMs: 10, requests: 2, connections: 2, answersInARow: 2 }
  const usage: UsageSample = { memoryMiB: 50, cpuMs: 60, nothingCpuMs: 12 }
  const of = <T>(value: T): Record<string, T[]> =>
    Object.fromEntries(names.map((name) => [name, [value, value, value]]))
  return { timed: { plain: of(sample), tls: of(sample) }, usage: of(usage) }
}

describe('the pictures', () => {
  const page = readFileSync(join(ROOT, 'docs/performance.md'), 'utf8')
  const table = /<!-- bench:table.*-->\n\n((?:\|.*\n)+)/.exec(page)?.[1] ?? ''

  it.each(themes)('in %s colours show the figures of the table', (theme) => {
    expect(readFileSync(join(ROOT, `docs/images/bench-${theme}.svg`), 'utf8')).toBe(
      benchPicture(table, theme),
    )
  })

  it('are not drawn of a table that lacks a figure', () => {
    expect(() => benchPicture('| step | wall |\n| - | - |\n| root | 2.00 × |', 'light')).toThrow(
      'the table has no peak memory of root',
    )
  })
})
