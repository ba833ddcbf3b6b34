import type { ActionMetadata } from '../../dev/documents/actions.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { act } from '../../src/step/main.ts'
import { revokers } from '../../src/index.ts'
import type { Exchange } from '../../src/exchange.ts'
import { revokeSaved } from '../../src/step/post.ts'
import { createStep } from '../../src/step/step.ts'
import { createRecorder, stageOf } from '../recorder.ts'
import { LeapingClock } from './clock.ts'
import { arm, type Story } from './story.ts'
import { Forgeries, outcomeOf, problemsOf, problemsOfPost } from './verdict.ts'

/** How long revoking may last beyond the deadline, in ms. */
const REVOKE_MS = 5_000
const POST_MS = 15_000

/** What became of a story. */
interface Ending {
  /** `granted`, or the code of the error. */
  readonly outcome: string
  /** What does not hold, each as a sentence. */
  readonly problems: readonly string[]
}

/** Runs a step, and the post stage where the action has one. */
export async function tell(
  exchange: Exchange<unknown>,
  metadata: ActionMetadata,
  system: System,
  variant: string,
  told: Story,
): Promise<Ending> {
  const clock = new LeapingClock(told.skewMs)
  const { serverNow: now, late } = clock
  await using world = await createWorld(system, { variant, now, late })
  clock.held = world.held
  const forgeries = new Forgeries()
  let asked = 0
  arm(world, told, { now, forged: forgeries.add }, (role) => {
    if (told.cancelled?.role === role && told.cancelled.at === ++asked) step.cancellation.cancel('SIGINT')
  })
  const { inputs, unwritable, debug: debugging } = told
  const masks = [world.issuer.requestToken]
  const recorder = createRecorder(world, metadata, { inputs, unwritable, debugging })
  const step = createStep(recorder.runner, clock, revokers)
  const succeeded = await act(exchange, step)
  const endedAt = clock.monotonic()
  const main = stageOf(recorder, 'main', succeeded, masks)
  const hasPost = metadata.runs.post !== undefined
  const problems = await problemsOf(world, told, main, forgeries, hasPost)
  const limit = Number(recorder.runner.input('timeout-seconds') || '60') * 1_000 + REVOKE_MS
  if (endedAt > limit) problems.push(`ends after ${endedAt} ms; the limit is ${limit} ms`)
  for (const wellAgain of hasPost ? [false, true] : []) {
    if (wellAgain) for (const role of Object.keys(world.handlers)) world.server(role).faults.splice(0)
    const again = createRecorder(world, metadata, { inputs, state: main.state, debugging })
    const began = clock.monotonic()
    await revokeSaved(createStep(again.runner, clock, revokers))
    const took = clock.monotonic() - began
    const post = stageOf(again, 'post', true, masks)
    problems.push(...problemsOfPost(world, told, main, post, wellAgain))
    if (took > POST_MS) problems.push(`post lasts ${took} ms`)
  }
  clock.stop()
  return { outcome: outcomeOf(main), problems }
}
