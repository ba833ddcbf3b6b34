import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { exchanges, revokers } from '../../src/index.ts'
import { createStep, type Step } from '../../src/step/step.ts'
import { act } from '../../src/step/main.ts'
import { revokeSaved } from '../../src/step/post.ts'
import type { Exchange } from '../../src/exchange.ts'
import type { Clock } from '../../src/http/clock.ts'
import { readAction } from '../../dev/runner/action-file.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import type { Setup, System } from '../../dev/systems/system.ts'
import { createWorld, ROOT, type World, type WorldOptions } from '../../dev/world.ts'
import { createRecorder, stageOf, textsOf, type RecordedStage } from '../recorder.ts'

/** The subject of the job's ID token, unless a world has another identity. */
export const SUBJECT = 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main'
/** Where an error is explained: its code comes after it, in lower case. */
export const PAGE = 'https://github.com/OWNER/access-token/blob/v1/docs/troubleshooting.md#'
/** How the annotation of a refusal ends. */
export const LINK = `DENIED: ${PAGE}denied`

/** What a step that ran in this process did. */
export interface Ran {
  readonly succeeded: boolean
  readonly outputs: Readonly<Record<string, string>>
  /** What post acts on: nothing where there is nothing to revoke. */
  readonly state: Readonly<Record<string, string>>
  /** Texts of the error annotations. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
  /** The lines of the log groups. */
  readonly group: readonly string[]
  readonly debug: readonly string[]
  readonly summary: string
  readonly masks: readonly string[]
  /** The waits between tries, in ms; none of them took any time. */
  readonly slept: readonly number[]
  /** The time limits of the tries, in ms. */
  readonly limits: readonly number[]
  /** Secrets of the world that are unmasked in anything that the step printed or wrote, except outputs and state. */
  readonly leaks: readonly string[]
  /** Names of the inputs that were read. */
  readonly read: ReadonlySet<string>
  /** The same as the runner emulation reads it. */
  readonly stage: StageResult
}

export interface StepOptions extends Omit<RecordedStage, 'debugging'> {
  readonly now?: () => number
  /** Instead of one that waits for nothing. */
  readonly clock?: Clock
  /** The job is cancelled when this resolves. */
  readonly cancelled?: Promise<unknown>
}

/** A world that is closed when the test that opened it is over. */
export async function keep<W extends World>(opening: Promise<W>): Promise<W> {
  const world = await opening
  onTestFinished(() => world.close())
  return world
}

/**
 * How a test file opens the worlds of a system; each is closed after its test.
 *
 * @param usual holds where a test gives nothing else
 */
export function opening<S extends Setup>(
  system: System<S>,
  usual: WorldOptions = {},
): (options?: WorldOptions) => Promise<World<S>> {
  return (options) => keep(createWorld(system, { ...usual, ...options }))
}

/** As {@link opening}, for a system that has settings. */
export function openingBy<Settings, S extends Setup>(
  systemOf: (settings?: Settings) => System<S>,
): (settings?: Settings, options?: WorldOptions) => Promise<World<S>> {
  return (settings, options) => keep(createWorld(systemOf(settings), options))
}

/** The error annotation of a step that must have failed and left nothing behind; loopback addresses are `HOST`. */
export function refusalOf(ran: Ran): string {
  expect(ran.succeeded).toBe(false)
  expect(ran.outputs).toEqual({})
  expect(ran.state).toEqual({})
  expect(ran.errors).toHaveLength(1)
  return withoutPort(ran.errors[0]!)
}

export function withoutPort(text: string): string {
  return text.replace(/127\.0\.0\.1:\d+/g, 'HOST')
}

/** The exchange of an action, by its folder. */
export async function exchangeOf(action: string): Promise<Exchange<unknown>> {
  return (await exchanges[action as keyof typeof exchanges]()) as Exchange<unknown>
}

/**
 * Runs an exchange as a step in this process, with the inputs and variables of a world and the defaults of the action's
 * `action.yml`. Without a mask: what is printed must not hold a secret in the first place.
 */
export function runStep<Settings>(
  exchange: Exchange<Settings>,
  world: World,
  action: string,
  options: StepOptions = {},
): Promise<Ran> {
  return runStage(world, action, options, 'main', (step) => act(exchange, step))
}

/** Runs the post step after a main step. */
export function runPost(
  world: World,
  action: string,
  { state, masks }: Pick<Ran, 'state' | 'masks'>,
  options: StepOptions = {},
): Promise<Ran> {
  return runStage(world, action, { state, masks, ...options }, 'post', revokeSaved)
}

async function runStage(
  world: World,
  action: string,
  options: StepOptions & { readonly masks?: readonly string[] },
  stage: 'main' | 'post',
  run: (step: Step) => Promise<boolean>,
): Promise<Ran> {
  const recorder = createRecorder(world, readAction(join(ROOT, action)), { ...options, debugging: true })
  const slept: number[] = []
  const limits: number[] = []
  let skipped = 0
  const clock: Clock = options.clock ?? {
    now: options.now ?? Date.now,
    monotonic: () => performance.now() + skipped,
    random: () => 0.5,
    sleep: (ms) => {
      slept.push(ms)
      skipped += ms
      return Promise.resolve()
    },
    timer: (ms, call) => {
      limits.push(ms)
      const timer = setTimeout(call, ms)
      return () => {
        clearTimeout(timer)
      }
    },
  }
  const step = createStep(recorder.runner, clock, revokers)
  void options.cancelled?.then(() => {
    step.cancellation.cancel('SIGINT')
  })
  const succeeded = await run(step)
  const { said, read } = recorder
  const ended = stageOf(recorder, stage, succeeded, [world.issuer.requestToken, ...(options.masks ?? [])])
  const { outputs, state } = ended
  const printed = said.map(({ as, text }) => (['mask', 'output', 'state'].includes(as) ? '' : text)).join('\n')
  return {
    succeeded,
    outputs,
    state: state['revocable'] === '' ? {} : state,
    errors: textsOf(said, 'error'),
    warnings: textsOf(said, 'warning'),
    infos: textsOf(said, 'info'),
    group: textsOf(said, 'group', 'grouped line'),
    debug: textsOf(said, 'debug'),
    summary: textsOf(said, 'summary').join(''),
    masks: textsOf(said, 'mask'),
    slept,
    limits,
    read,
    leaks: world.secrets.filter(({ value }) => printed.includes(value)).map(({ name }) => name),
    stage: ended,
  }
}

/** How a test file runs the steps of its exchange. */
export interface Steps {
  /** Whatever happens, no secret may have been printed, and nothing saved for a post step that the action has not. */
  readonly run: (world: World | Promise<World>, options?: StepOptions) => Promise<Ran>
  /** The error annotation of a step that fails, with the port taken out. */
  readonly refusal: (world: World | Promise<World>, options?: StepOptions) => Promise<string>
  /** The one problem of inputs, or of variables, that are refused before anything is sent. */
  readonly problem: (
    world: World | Promise<World>,
    inputs: Readonly<Record<string, string>>,
    env?: Readonly<Record<string, string>>,
  ) => Promise<string>
}

export function stepsOf<Settings>(exchange: Exchange<Settings>, action: string): Steps {
  const run: Steps['run'] = async (world, options) => {
    const ran = await runStep(exchange, await world, action, options)
    expect(ran.leaks).toEqual([])
    const { runs } = readAction(join(ROOT, action))
    if (runs.post === undefined) expect(ran.state).toEqual({})
    return ran
  }
  const refusal: Steps['refusal'] = async (world, options) => refusalOf(await run(world, options))
  const problem: Steps['problem'] = async (opening, inputs, env = {}) => {
    const world = await opening
    const text = await refusal(world, { inputs, env })
    for (const role of Object.keys(world.handlers)) expect(world.server(role).requests).toEqual([])
    const form = /^The inputs are invalid\. Nothing was sent\.\n- (.*)\nINVALID_INPUT: \S+#invalid_input$/
    expect(text).toMatch(form)
    return form.exec(text)![1]!
  }
  return { run, refusal, problem }
}

/** A refusal shows nothing of the claims where the pull request of a stranger could read them. */
export async function expectClaimsHidden<W extends World>(
  run: (world: W, options: StepOptions) => Promise<Ran>,
  world: W,
  shown: string,
): Promise<void> {
  const ran = await run(world, { event: 'forkPullRequest', env: { GITHUB_EVENT_NAME: 'pull_request_target' } })
  expect(ran.errors[0]).toContain(shown)
  expect([...ran.errors, ...ran.group, ran.summary].join('\n')).not.toMatch(/octo-org@|6811672/)
}
