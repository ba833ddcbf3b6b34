import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readActions } from '../../dev/documents/actions.ts'
import { startProxy, type Proxy } from '../../dev/fakes/proxy.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { arm, story, type Story } from '../properties/story.ts'
import { Forgeries, problemsOf, problemsOfPost } from '../properties/verdict.ts'
import { CANCELLED_MS, signalsReachHandlers } from './faults.ts'

/*
 * The stories of `test/properties/properties.test.ts`, told to the root action in `dist` by the runner emulation: in processes
 * of their own, with signals and files. Long waits are leapt over.
 */

const SEED = 20_261_122
/** For each way to use the action. */
const RUNS = 30
/** How long revoking may last beyond the deadline, in ms. */
const REVOKE_MS = 5_000
const POST_MS = 15_000
/** The longest that an answer is late, in ms: the servers do not leap. */
const MOST_LATE_MS = 50

let proxy: Proxy
beforeAll(async () => {
  // An input may be the URL of any host: no request leaves this machine.
  proxy = await startProxy({ mode: 'refuse' })
})
afterAll(() => proxy.close())

/** Runs main and post. @returns what does not hold */
async function tell(variant: string, told: Story): Promise<string[]> {
  await using world = await createWorld(system, {
    variant,
    env: { https_proxy: proxy.url },
    late: (ms) => setTimeout(Math.min(ms, MOST_LATE_MS)),
  })
  const forgeries = new Forgeries()
  arm(world, told, { now: Date.now, forged: forgeries.add })
  const { cancelled, inputs, unwritable, debug } = told
  const main = await world.run({
    inputs,
    unwritable,
    debug,
    leaps: true,
    signals:
      cancelled === null || !signalsReachHandlers
        ? []
        : [{ signal: 'SIGTERM', when: world.server(cancelled.role).seen(cancelled.at) }],
  })
  const problems = await problemsOf(world, told, main, forgeries, true)
  const limit = Number(inputs['timeout-seconds'] ?? '60') * 1_000 + REVOKE_MS
  if (main.durationMs > limit) problems.push(`ends after ${main.durationMs} ms; the limit is ${limit} ms`)
  if ((main.afterSignalMs ?? 0) > CANCELLED_MS) problems.push('does not end when the job is cancelled')
  for (const wellAgain of [false, true]) {
    if (wellAgain) for (const role of Object.keys(world.handlers)) world.server(role).faults.splice(0)
    const post = await world.post(main, { inputs, debug, leaps: true })
    problems.push(...problemsOfPost(world, told, main, post, wellAgain))
    if (post.durationMs > POST_MS) problems.push(`post lasts ${post.durationMs} ms`)
  }
  return problems
}

it.concurrent.each(system.variants)('the root action (%s) keeps its promises, whatever happens', async (variant) => {
  const { inputs } = readActions().find(({ folder }) => folder === '')!
  await using world = await createWorld(system, { variant })
  await fc.assert(
    fc.asyncProperty(story(Object.keys(world.handlers), Object.keys(inputs)), async (told) => {
      expect(await tell(variant, { ...told, skewMs: 0 })).toEqual([])
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  )
})
