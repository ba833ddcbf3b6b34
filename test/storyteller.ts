import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { forEver, type FaultEntry } from '../dev/fakes/faults.ts'
import type { Handler } from '../dev/fakes/handler.ts'
import { repository, type ActionMetadata } from '../dev/documents/actions.ts'
import { evaluate } from '../dev/runner/action-file.ts'
import { githubContext, situations } from '../dev/runner/context.ts'
import { Masker } from '../dev/runner/masker.ts'
import type { StageResult } from '../dev/runner/runner.ts'
import { StepLog } from '../dev/runner/step-log.ts'
import type { System } from '../dev/systems/system.ts'
import { createWorld } from '../dev/world.ts'
import { act } from '../src/action.ts'
import { ActionError } from '../src/errors.ts'
import type { Exchange } from '../src/exchange.ts'
import type { Clock } from '../src/http.ts'
import { post } from '../src/post.ts'
import type { Runner } from '../src/runner.ts'
import { faultOf, type Story } from './arbitraries.ts'
import { Forgeries, outcomeOf, problemsOf, problemsShown } from './verdict.ts'

/** How long taking a token back may last beyond the deadline, in ms. */
const UNDO_MS = 5_000
const POST_MS = 15_000
/** What every request takes, in ms. */
const LATENCY_MS = 2
/** How many turns of the event loop without news pass for "nothing more will come before the next timer". */
const QUIET_TURNS = 60

/** Time that passes only when nothing else can happen: then it leaps to the next timer. */
class LeapingClock implements Clock {
  /** Changes whenever something happens elsewhere; the time stands still meanwhile. */
  news = (): number => 0
  /** How many answers are being made. */
  busy = 0
  readonly #epoch = Date.now()
  readonly #skewMs: number
  #elapsed = 0
  #random = 1
  #stopped = false
  #watching = false
  readonly #timers = new Set<{ readonly at: number; readonly call: () => void }>()

  constructor(skewMs: number) {
    this.#skewMs = skewMs
  }

  /** The servers' time, in ms since the epoch. */
  readonly serverNow = (): number => Math.floor(this.#epoch + this.#elapsed)
  readonly now = (): number => this.serverNow() + this.#skewMs
  readonly monotonic = (): number => this.#elapsed
  readonly random = (): number => (this.#random = (this.#random * 16_807) % 2_147_483_647) / 2_147_483_647

  readonly timer = (ms: number, call: () => void): (() => void) => {
    const timer = { at: this.#elapsed + ms, call }
    this.#timers.add(timer)
    if (!this.#watching) void this.#watch()
    return () => this.#timers.delete(timer)
  }

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        end()
        reject(signal.reason as Error)
      }
      const end = this.timer(ms, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })

  /** Time goes by, without a timer that fires in it. */
  pass(ms: number): void {
    this.#elapsed += ms
  }

  /** No timer fires any more. */
  stop(): void {
    this.#stopped = true
  }

  async #watch(): Promise<void> {
    this.#watching = true
    while (this.#timers.size > 0 && !this.#stopped) {
      for (let quiet = 0, last = NaN; quiet < QUIET_TURNS; quiet++) {
        await new Promise(setImmediate)
        const news = this.news()
        if (this.busy > 0 || news !== last) quiet = 0
        last = news
      }
      const next = this.#next()
      if (next !== undefined) this.#fire(next)
    }
    this.#watching = false
  }

  #next(): { readonly at: number; readonly call: () => void } | undefined {
    return [...this.#timers].sort((a, b) => a.at - b.at)[0]
  }

  #fire(timer: { readonly at: number; readonly call: () => void }): void {
    this.#timers.delete(timer)
    this.#elapsed = Math.max(this.#elapsed, timer.at)
    timer.call()
  }
}

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
    event: () => options.event,
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

/** The exchange that an action runs, as `src/index.ts` says. */
export async function exchangeOf(metadata: ActionMetadata): Promise<Exchange<unknown>> {
  const stub = /([a-z-]+)\.js$/.exec(metadata.runs.main)?.[1] ?? ''
  const name = stub.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const index = readFileSync(join(repository, 'src/index.ts'), 'utf8')
  const [, file = '', exported = ''] =
    new RegExp(String.raw`export const ${name} = [^;]*?'\./(exchanges/[a-z-]+\.ts)'\)\)\s*\.(\w+)`).exec(
      index,
    ) ?? []
  const module = (await import(/* @vite-ignore */ join(repository, 'src', file))) as Record<
    string,
    Exchange<unknown>
  >
  const exchange = module[exported]
  if (exchange === undefined) throw new Error(`src/index.ts does not say which exchange ${name} runs`)
  return exchange
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
  /** A handler that holds the time while it works. */
  const watched =
    (role: string, handler: Handler): Handler =>
    async (request) => {
      const ms = late.get(role) ?? 0
      late.delete(role)
      if (ms > 0) await new Promise<void>((resolve) => clock.timer(ms, resolve))
      clock.busy++
      try {
        return await handler(request)
      } finally {
        clock.busy--
      }
    }
  const observed: System = {
    ...system,
    setUp: (foundations, name) => {
      const setup = system.setUp(foundations, name)
      const handlers = Object.entries(setup.handlers).map(([role, handler]) => [role, watched(role, handler)])
      return { ...setup, handlers: Object.fromEntries(handlers) as typeof setup.handlers }
    },
  }
  await using world = await createWorld(observed, { variant, now: clock.serverNow })
  const servers = Object.keys(world.handlers).map((role) => world.server(role))
  clock.news = () =>
    servers.reduce((sum, { requests, connections }) => sum + requests.length + connections, 0)
  const forgeries = new Forgeries()
  const cancel = new AbortController()
  for (const role of Object.keys(world.handlers)) world.server(role).faults.push(...faultsFor(role))
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

  function faultsFor(role: string): FaultEntry[] {
    const plans = told.faults[role] ?? []
    let asked = 0
    const entries = plans.map((planned): FaultEntry => {
      return () =>
        faultOf(planned, {
          now: clock.serverNow,
          isSecret: (text) => world.secrets.some(({ value }) => value === text),
          forged: (value) => {
            forgeries.add(value)
          },
          delay: (ms) => {
            late.set(role, ms)
            return { kind: 'none' }
          },
        })
    })
    const last = entries.at(-1)
    if (typeof last === 'function' && told.lasting.includes(role)) entries.push(forEver(last))
    return [
      forEver((request) => {
        clock.pass(LATENCY_MS)
        if (told.cancelled?.role === role && ++asked === told.cancelled.at) {
          cancel.abort(new ActionError('CANCELLED', 'The job was cancelled.'))
        }
        const entry = entries[0]
        if (typeof entry === 'function') entries.shift()
        const chosen = typeof entry === 'object' && 'forEver' in entry ? entry.forEver : entry
        return typeof chosen === 'function' ? chosen(request) : chosen
      }),
    ]
  }

  const { runner, result } = recorder('main', {})
  const succeeded = await act(exchange, runner, clock, cancel.signal)
  const main = result(succeeded)
  const problems = await problemsOf(world, main, forgeries)
  const seconds = Number(input('timeout-seconds'))
  const limit = (seconds >= 1 && seconds <= 600 ? seconds : 0) * 1_000 + UNDO_MS
  if (clock.monotonic() > limit) problems.push(`ends after ${clock.monotonic()} ms; the limit is ${limit} ms`)
  if (metadata.runs.post === undefined) {
    if (Object.keys(main.state).length > 0) problems.push('has no post, but keeps something for it')
  } else {
    problems.push(...(await end(main)))
  }
  clock.stop()
  return { outcome: outcomeOf(main), problems }

  /** The post stage, and once more when all is well again: then no token is left. */
  async function end(ofMain: StageResult): Promise<string[]> {
    const found: string[] = []
    const lied = (told.faults['github'] ?? []).some(
      (planned) => 'status' in planned && [204, 401, 404].includes(planned.status),
    )
    for (const well of [false, true]) {
      if (well) for (const server of servers) server.faults.splice(0)
      const again = recorder('post', ofMain.state)
      const began = clock.monotonic()
      await post(again.runner, clock, new AbortController().signal)
      const stage = again.result(true)
      const token = ofMain.state['token'] ?? ''
      const alive = token !== '' && (await world.setup.accepts(token))
      const warnings = stage.annotations.length
      found.push(...problemsShown(world, stage))
      if (stage.annotations.some(({ level }) => level === 'error')) found.push('post fails')
      if (warnings > 1) found.push(`post warns ${warnings} times`)
      if (alive && warnings === 0 && !lied) found.push('post leaves the token alive and says nothing')
      if (clock.monotonic() - began > POST_MS) found.push(`post lasts ${clock.monotonic() - began} ms`)
      if (well && alive && told.inputs['github-api-url'] === undefined)
        found.push('the token outlives the job')
    }
    return found
  }
}
