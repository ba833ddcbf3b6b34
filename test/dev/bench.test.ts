import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { missedGoals, type Figures } from '../../dev/bench/goals.ts'
import { createMeter } from '../../dev/bench/meter.ts'
import { figuresOf, resultsOf } from '../../dev/bench/report.ts'
import { answersInARow, spreadOf } from '../../dev/bench/statistics.ts'
import { makeFloor, ownGroups } from '../../dev/bench/subjects.ts'
import { ROOT } from '../../dev/world.ts'

const floorFile = await makeFloor()
const groups = ownGroups(floorFile)

afterAll(() => {
  rmSync(dirname(floorFile), { recursive: true })
})

it('names every goal that is not reached, and fails where one was not measured', () => {
  const goals = JSON.parse(readFileSync(join(ROOT, 'bench/goals.json'), 'utf8')) as Figures
  const subjects = groups.flatMap((group) => group.subjects)
  const missed = (figure: number): string[] => {
    const timed = { wallMs: figure, nothingMs: 1, requests: figure, connections: figure, answersInARow: figure }
    const usage = { memoryMiB: figure, cpuMs: figure, nothingCpuMs: 1 }
    const samples = { plain: [timed], tls: [timed], usage: [usage] }
    const results = resultsOf(Object.fromEntries(subjects.map(({ name }) => [name, samples])), subjects)
    // The floor is as slow here as what is compared with it.
    return missedGoals(figuresOf(results, { 'index.js': figure }), goals).filter((goal) => !goal.includes('timesFloor'))
  }
  expect(missed(0.1)).toEqual([])
  const stores = subjects.filter(({ name }) => name.endsWith(', ten secrets')).map(({ name }) => name)
  expect(stores.length).toBeGreaterThan(4)
  const all = Object.entries(goals).flatMap(([of, limits]) =>
    (of.includes('*') ? stores : [of]).flatMap((each) =>
      Object.keys(limits).map((name) => `${each}: ${name} is 1000000000,`),
    ),
  )
  const told = missed(1e9).join('\n')
  for (const goal of all) if (!goal.includes('timesFloor')) expect(told).toContain(goal)
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
    const group = groups.find((each) => each.name === name)!
    const [floor, main] = group.subjects
    const meter = await createMeter(group, 'plain')
    await using world = meter.world
    const asked = (): string[] =>
      Object.keys(world.handlers).flatMap((role) =>
        world.server(role).requests.map(({ method, path }) => `${role} ${method} ${path}`),
      )
    const { tally } = await meter.observe(() => floor!.start(world, {}))
    const byHand = asked()
    expect(byHand).toHaveLength(name === 'root' ? 2 : 4)
    expect(tally).toMatchObject({ requests: byHand.length, connections: byHand.length })
    await meter.observe(() => main!.start(world, {}))
    expect(asked().sort()).toEqual([...byHand, ...byHand].sort())
    const issued = world.issuer.issued.length
    meter.replay()
    await meter.observe(() => main!.start(world, {}))
    expect(world.issuer.issued).toHaveLength(issued)
  },
)
