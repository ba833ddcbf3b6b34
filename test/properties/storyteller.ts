import type { ActionMetadata } from '../../dev/documents/actions.ts'
import { Masker } from '../../dev/runner/masker.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { StepLog } from '../../dev/runner/step-log.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { act } from '../../src/step/main.ts'
import { exchanges, revokers } from '../../src/index.ts'
import type { Exchange } from '../../src/exchange.ts'
import { revokeSaved } from '../../src/step/post.ts'
import { createStep } from '../../src/step/step.ts'
import { createRecorder, type Recorder } from '../recorder.ts'
import { LeapingClock } from './clock.ts'
import { arm, type Story } from './story.ts'
import { Forgeries, outcomeOf, problemsOf, problemsOfPost } from './verdict.ts'

/** How long revoking may last beyond the deadline, in ms. */
const REVOKE_MS = 5_000
const POST_MS = 15_000

/** What became of a stage, with the log of the emulation: every word goes through it as `@actions/core` prints it. */
function resultOf(
  recorder: Recorder,
  stage: 'main' | 'post',
  succeeded: boolean,
  masks: readonly string[],
): StageResult {
  const masker = new Masker(masks)
  const log = new StepLog(masker, recorder.runner.debugging)
  let raw = ''
  for (const { as, text } of recorder.said) {
    const line = as === 'line' || as === 'grouped line' ? text : `::${as}::${escaped(text)}`
    raw += `${line}\n`
    for (const part of line.split(/\r\n|\n|\r/)) log.take(part)
  }
  return {
    stage,
    outcome: succeeded && !log.failed ? 'success' : 'failure',
    exitCode: succeeded ? 0 : 1,
    signal: null,
    durationMs: 0,
    endedAt: 0,
    log: log.text,
    raw,
    annotations: log.annotations,
    outputs: recorder.outputs,
    state: recorder.state,
    env: {},
    path: [],
    summary: masker.maskLines(recorder.summary),
    masks: masker.asked,
    foreignCommands: log.foreignCommands,
    debugLines: log.debugLines,
  }
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** The exchange that an action runs. */
export async function exchangeOf({ folder }: ActionMetadata): Promise<Exchange<unknown>> {
  return (await exchanges[(folder || '.') as keyof typeof exchanges]()) as Exchange<unknown>
}

/** What became of a story. */
export interface Ending {
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
  const main = resultOf(recorder, 'main', succeeded, masks)
  const problems = await problemsOf(world, told, main, forgeries)
  const limit = Number(recorder.runner.input('timeout-seconds') || '60') * 1_000 + REVOKE_MS
  if (endedAt > limit) problems.push(`ends after ${endedAt} ms; the limit is ${limit} ms`)
  for (const wellAgain of metadata.runs.post === undefined ? [] : [false, true]) {
    if (wellAgain) for (const role of Object.keys(world.handlers)) world.server(role).faults.splice(0)
    const again = createRecorder(world, metadata, { inputs, state: main.state, debugging })
    const began = clock.monotonic()
    await revokeSaved(createStep(again.runner, clock, revokers))
    const took = clock.monotonic() - began
    const post = resultOf(again, 'post', true, masks)
    problems.push(...(await problemsOfPost(world, told, main, post, wellAgain)))
    if (took > POST_MS) problems.push(`post lasts ${took} ms`)
  }
  clock.stop()
  return { outcome: outcomeOf(main), problems }
}
