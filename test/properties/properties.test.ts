import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readActions } from '../../dev/documents/actions.ts'
import { startProxy, type Proxy } from '../../dev/fakes/proxy.ts'
import { allSystems } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { exchangeOf } from '../exchanges/in-process.ts'
import { story, tell } from './storyteller.ts'

/*
 * Whatever happens to a step, it ends in time, with a credential or one error, and nothing leaks.
 *
 * Everything that can happen is drawn by fast-check as a story, which is told to a step:
 *
 *   storyteller.ts   A story is plain data, so that a counterexample can be read: what each role does with each request
 *                    (the last one for ever, where `lasting` says so), hostile inputs, files that cannot be written,
 *                    when the job is cancelled, by how much the runner's clock is wrong. `tell` runs the main stage of
 *                    an action in this process, and post twice: with the faults, and when all is well again. Servers
 *                    and sockets are real. What must hold of any stage, of any test, is in test/scenarios/support.ts.
 *   plans.ts         The table of what can happen to one request: faults as `dev/fakes/faults.ts` has them, invented
 *                    answers, and the real answer altered; with hostile and usual texts, and JSON that comes near to
 *                    what systems send.
 *   clock.ts         Time passes only when nothing else can happen. Then it leaps to the next timer, so that a minute of
 *                    retries takes no time and depends on no machine.
 *   ../recorder.ts   The runner of that process: it takes down what a step says and hands over. The storyteller has
 *                    the log of the runner emulation read that, which masks it and finds the annotations.
 *
 * The stories must have led to every outcome in OUTCOMES; else they would be too tame to be worth telling.
 *
 * When one fails, fast-check prints the shortest story that it found and its seed and path; `fc.assert` takes them as
 * options (`{ seed, path, endOnFailure: true }`) and tells that story alone.
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

it.each(subjects)('$name ($variant) keeps its promises, whatever happens', async (subject) => {
  const { system, variant } = subject
  const metadata = actions.find(({ folder }) => folder === (system.action === '.' ? '' : system.action))!
  const exchange = await exchangeOf(system.action)
  await using world = await createWorld(system, { variant })
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(story(Object.keys(world.handlers), Object.keys(metadata.inputs)), async (told) => {
      outcomes.add(await tell(exchange, metadata, system, variant, told))
      await new Promise(setImmediate)
      expect(unhandled.splice(0)).toEqual([])
    }),
    { seed: SEED, numRuns: RUNS },
  )
  expect([...outcomes]).toEqual(expect.arrayContaining(OUTCOMES))
})
