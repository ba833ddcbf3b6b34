import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { failingGoals, missedGoals, type Figures } from '../../dev/bench/goals.ts'
import type { Samples } from '../../dev/bench/measure.ts'
import { createMeter } from '../../dev/bench/meter.ts'
import { figuresOf, resultsOf } from '../../dev/bench/report.ts'
import { answersInARow, spreadOf } from '../../dev/bench/statistics.ts'
import { makeTools, ownGroups, type Tools } from '../../dev/bench/subjects.ts'
import { ROOT } from '../../dev/world.ts'

let tools: Tools

beforeAll(async () => {
  tools = await makeTools()
})

afterAll(() => {
  rmSync(tools.folder, { recursive: true })
})

it('names every goal that is not reached, and fails where one was not measured', () => {
  const goals = JSON.parse(readFileSync(join(ROOT, 'bench/goals.json'), 'utf8')) as Figures
  const subjects = ownGroups(tools).flatMap((group) => group.subjects)
  const figures = (figure: number): Figures => {
    const sample = { wallMs: figure, nothingMs: 1, requests: figure, connections: figure, answersInARow: figure }
    const usage = { memoryMiB: figure, cpuMs: figure, nothingCpuMs: 1 }
    const of = <T>(value: T): Record<string, T[]> => Object.fromEntries(subjects.map(({ name }) => [name, [value]]))
    const samples: Samples = { timed: { plain: of(sample), tls: of(sample) }, usage: of(usage) }
    return figuresOf(resultsOf(samples, subjects), { 'index.js': figure })
  }
  expect(missedGoals(figures(0.1), goals).filter((missed) => !missed.includes('timesFloor'))).toEqual([])
  const missed = missedGoals(figures(1e9), goals)
  for (const [of, limits] of Object.entries(goals)) {
    for (const name of Object.keys(limits)) {
      // The floor is as slow here as what is compared with it.
      if (name !== 'timesFloor')
        expect(missed.join('\n')).toContain(`${of.replace('*', 'vault')}: ${name} is 1000000000,`)
    }
  }
  const stores = subjects.filter(({ name }) => name.endsWith(', ten secrets')).map(({ name }) => name)
  expect(stores.length).toBeGreaterThan(4)
  for (const name of stores) expect(missed.join('\n')).toContain(`${name}: memory is 1000000000,`)
  // On a machine that others use too, only what they cannot change.
  expect(Object.keys(failingGoals(goals, true))).toEqual(['dist'])
  expect(() => missedGoals({ root: { wall: NaN } }, { root: { wall: 2 } })).toThrow('no figure wall of root')
})

it('gives median and quartiles, and counts the answers that were waited for one after another', () => {
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ low: 2, median: 3, high: 4 })
  expect(spreadOf([1, 2])).toEqual({ low: 1.25, median: 1.5, high: 1.75 })
  // Two side by side, then two that each need the one before.
  expect(answersInARow([171, 100, 135, 103], 30)).toBe(3)
})

it.each(['root', 'root, AWS'])(
  'the floor makes the requests of %s, which strict fakes accept, and answers are repeated',
  async (name) => {
    const group = ownGroups(tools).find((each) => each.name === name)!
    const [floor, main] = group.subjects
    const meter = await createMeter(group, 'plain')
    try {
      const { handlers, server, issuer } = meter.world
      const asked = (): string[] =>
        Object.keys(handlers).flatMap((role) =>
          server(role).requests.map(({ method, path }) => `${role} ${method} ${path}`),
        )
      const { tally } = await meter.observe(() => floor!.start(meter.world, {}))
      const byHand = asked()
      expect(byHand).toHaveLength(name === 'root' ? 2 : 4)
      expect(tally).toMatchObject({ requests: byHand.length, connections: byHand.length })
      await meter.observe(() => main!.start(meter.world, {}))
      expect(asked().sort()).toEqual([...byHand, ...byHand].sort())
      const issued = issuer.issued.length
      meter.replay()
      await meter.observe(() => main!.start(meter.world, {}))
      expect(issuer.issued).toHaveLength(issued)
    } finally {
      await meter.world.close()
    }
  },
)
