import type { Handler } from '../../dev/fakes/handler.ts'
import type { ActionMetadata } from '../../dev/documents/actions.ts'
import { evaluate } from '../../dev/runner/action-file.ts'
import { githubContext, situations, runOf } from '../../dev/runner/context.ts'
import { Masker } from '../../dev/runner/masker.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { StepLog } from '../../dev/runner/step-log.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { createCancellation } from '../../src/step/cancellation.ts'
import { act } from '../../src/step/main.ts'
import { ActionError } from '../../src/errors.ts'
import { exchanges } from '../../src/index.ts'
import type { Exchange } from '../../src/exchange.ts'
import { takeBackSaved } from '../../src/step/post.ts'
import type { Runner } from '../../src/step/runner.ts'
import { arm, type Story } from './arbitraries.ts'
import { LeapingClock } from './clock.ts'
import { Forgeries, outcomeOf, problemsOf, problemsOfPost } from './verdict.ts'

/** How long taking a token back may last beyond the deadline, in ms. */
const UNDO_MS = 5_000
const POST_MS = 15_000
/** A runner whose every word goes through the log of the emulation, as `@actions/core` prints it. */
function createRecorder(options: {
  readonly stage: 'main' | 'post'
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly input: (name: string) => string
  readonly state: Readonly<Record<string, string>>
  readonly event: unknown
  readonly unwritable: Story['unwritable']
  readonly debug: boolean
  readonly masks: readonly string[]
}): { runner: Runner; result: (succeeded: boolean) => StageResult } {
  const masker = new Masker(options.masks)
  const log = new StepLog(masker, options.debug)
  const outputs: Record<string, string> = {}
  const state: Record<string, string> = {}
  let raw = ''
  let summary = ''
  const print = (text: string): void => {
    raw += `${text}\n`
    for (const line of text.split(/\r\n|\n|\r/)) log.take(line)
  }
  const command = (name: string, text: string): void => {
    print(`::${name}::${text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}`)
  }
  const write = (
    file: 'output' | 'state',
    record: Record<string, string>,
    name: string,
    value: string,
  ): void => {
    if (options.unwritable.includes(file))
      throw new ActionError('NOT_WRITTEN', `The ${file} file cannot be written.`)
    record[name] = value
  }
  const runner: Runner = {
    environment: options.environment,
    input: options.input,
    mask: (secret) => {
      command('add-mask', secret)
    },
    saveState: (name, value) => {
      write('state', state, name, value)
    },
    state: (name) => options.state[name] ?? '',
    output: (name, value) => {
      write('output', outputs, name, value)
    },
    info: print,
    debug: (line) => {
      command('debug', line)
    },
    warning: (text) => {
      command('warning', text)
    },
    error: (text) => {
      command('error', text)
    },
    group: (title, lines) => {
      command('group', title)
      for (const line of lines) print(line)
      command('endgroup', '')
    },
    summary: (markdown) => {
      if (options.unwritable.includes('step_summary')) return Promise.reject(new Error('EISDIR'))
      summary += markdown
      return Promise.resolve()
    },
    run: () => Promise.resolve(runOf(options.environment, options.event)),
    debugging: options.debug,
  }
  return {
    runner,
    result: (succeeded) => ({
      stage: options.stage,
      outcome: succeeded && !log.failed ? 'success' : 'failure',
      exitCode: succeeded ? 0 : 1,
      signal: null,
      durationMs: 0,
      endedAt: 0,
      log: log.text,
      raw,
      annotations: log.annotations,
      outputs,
      state,
      env: {},
      path: [],
      summary: masker.mask(summary),
      masks: masker.asked,
      foreignCommands: log.foreignCommands,
      debugLines: log.debugLines,
    }),
  }
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
  /** By role: how long the next answer takes, in ms. */
  const late = new Map<string, number>()
  /** A handler that is late where it was told to be. */
  const punctual =
    (role: string, handler: Handler): Handler =>
    async (request) => {
      const ms = late.get(role) ?? 0
      late.delete(role)
      if (ms > 0) await clock.late(ms)
      return handler(request)
    }
  const observed: System = {
    ...system,
    setUp: (foundations, name) => {
      const setup = system.setUp(foundations, name)
      const handlers = Object.entries(setup.handlers).map(([role, handler]) => [
        role,
        punctual(role, handler),
      ])
      return { ...setup, handlers: Object.fromEntries(handlers) as typeof setup.handlers }
    },
  }
  await using world = await createWorld(observed, { variant, now: clock.serverNow })
  clock.held = world.held
  const forgeries = new Forgeries()
  const cancellation = createCancellation(clock)
  const asked = new Map<string, number>()
  arm(world, told, {
    now: clock.serverNow,
    forged: (value) => {
      forgeries.add(value)
    },
    delay: (role, ms) => {
      late.set(role, ms)
      return { kind: 'none' }
    },
    meets: (role) => {
      asked.set(role, (asked.get(role) ?? 0) + 1)
      if (told.cancelled?.role === role && told.cancelled.at === asked.get(role)) {
        cancellation.cancel('SIGINT')
      }
    },
  })
  const context = githubContext(world.identity, {
    serverUrl: 'https://github.com',
    apiUrl: 'github' in world.handlers ? world.url('github') : 'https://api.github.com',
  })
  const given: Readonly<Record<string, string>> = { ...world.inputs, ...told.inputs }
  const input = (name: string): string =>
    (given[name] ?? evaluate(metadata.inputs[name]?.default ?? '', { github: context })).trim()
  const recorder = (
    stage: 'main' | 'post',
    state: Readonly<Record<string, string>>,
  ): ReturnType<typeof createRecorder> =>
    createRecorder({
      stage,
      environment: {
        ...Object.fromEntries(
          Object.entries(context).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value]),
        ),
        ...world.env,
      },
      input,
      state,
      event: situations.push.payload(world.identity),
      unwritable: stage === 'main' ? told.unwritable : [],
      debug: told.debug,
      masks: [world.issuer.requestToken],
    })

  const { runner, result } = recorder('main', {})
  const succeeded = await act(exchange, runner, clock, cancellation)
  const main = result(succeeded)
  const problems = await problemsOf(world, told, main, forgeries)
  const limit = Number(input('timeout-seconds') || '60') * 1_000 + UNDO_MS
  if (clock.monotonic() > limit) problems.push(`ends after ${clock.monotonic()} ms; the limit is ${limit} ms`)
  for (const wellAgain of metadata.runs.post === undefined ? [] : [false, true]) {
    if (wellAgain) for (const role of Object.keys(world.handlers)) world.server(role).faults.splice(0)
    const again = recorder('post', main.state)
    const began = clock.monotonic()
    await takeBackSaved(again.runner, clock, createCancellation(clock))
    problems.push(...(await problemsOfPost(world, told, main, again.result(true), wellAgain)))
    const took = clock.monotonic() - began
    if (took > POST_MS) problems.push(`post lasts ${took} ms`)
  }
  clock.stop()
  return { outcome: outcomeOf(main), problems }
}
