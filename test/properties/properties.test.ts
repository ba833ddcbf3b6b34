import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readActions } from '../../dev/documents/actions.ts'
import { startProxy, type Proxy } from '../../dev/fakes/proxy.ts'
import { allSystems } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { story } from './arbitraries.ts'
import { exchangeOf, tell } from './storyteller.ts'

/*
 * Whatever happens to a step, it ends in time, with a credential or one error, and nothing leaks. In this process, with
 * real sockets and a clock that leaps: `test/scenarios/properties.test.ts` does the same with `dist`.
 */

const SEED = 20_261_121
/** For each way to use an action. */
const RUNS = 300

/** What the stories must lead to, to be worth telling. */
const OUTCOMES = [
  'granted',
  'CANCELLED',
  'DENIED',
  'ID_TOKEN_REFUSED',
  'INVALID_INPUT',
  'NOT_WRITTEN',
  'OVERLOADED',
  'REDIRECTED',
  'TIMED_OUT',
  'UNUSABLE_ANSWER',
]

const unhandled: unknown[] = []
const note = (reason: unknown): void => {
  unhandled.push(reason)
}
let proxy: Proxy | undefined
const saved = process.env['https_proxy']
beforeAll(async () => {
  process.on('unhandledRejection', note)
  // An input may be the URL of any host: no request leaves this machine.
  proxy = await startProxy({ mode: 'refuse' })
  process.env['https_proxy'] = proxy.url
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  process.env['https_proxy'] = saved
  await proxy?.close()
})

const subjects = Object.entries(await allSystems()).flatMap(([name, system]) =>
  system.variants.map((variant) => ({ name, system, variant })),
)
const actions = readActions()

it.each(subjects)(
  '$name ($variant) keeps its promises, whatever happens',
  { timeout: 120_000 },
  async (subject) => {
    const { system, variant } = subject
    const metadata = actions.find(({ folder }) => folder === (system.action === '.' ? '' : system.action))!
    const exchange = await exchangeOf(metadata)
    await using world = await createWorld(system, { variant })
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(story(Object.keys(world.handlers), Object.keys(metadata.inputs)), async (told) => {
        const { outcome, problems } = await tell(exchange, metadata, system, variant, told)
        outcomes.add(outcome)
        await new Promise(setImmediate)
        expect([...problems, ...unhandled.splice(0)]).toEqual([])
      }),
      { seed: SEED, numRuns: RUNS },
    )
    expect([...outcomes]).toEqual(expect.arrayContaining(OUTCOMES))
  },
)
