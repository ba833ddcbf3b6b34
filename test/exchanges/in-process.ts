import { join } from 'node:path'
import { act } from '../../src/action.ts'
import type { Exchange } from '../../src/exchange.ts'
import type { Clock } from '../../src/http.ts'
import { evaluate, readAction } from '../../dev/runner/action-file.ts'
import { githubContext, situations } from '../../dev/runner/context.ts'
import { ROOT, type World } from '../../dev/world.ts'

/** What a step that ran in this process did. */
export interface Ran {
  readonly succeeded: boolean
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  /** Texts of the error annotations. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
  /** The lines of the log groups. */
  readonly group: readonly string[]
  readonly summary: string
  readonly masks: readonly string[]
  /** The waits between tries, in ms; none of them took any time. */
  readonly slept: readonly number[]
  /** The time limits of the tries, in ms. */
  readonly limits: readonly number[]
  /** Secrets of the world that stand, unmasked, in anything the step printed or wrote beside outputs and state. */
  readonly leaks: readonly string[]
}

/**
 * Runs an exchange as a step in this process, with the inputs and variables of a world and the defaults of the action's
 * `action.yml`. Without a mask: what is printed must not hold a secret in the first place.
 *
 * @param options.inputs instead of those of the world; an empty one counts as not given
 */
export async function runStep<Settings>(
  exchange: Exchange<Settings>,
  world: World,
  action: string,
  options: {
    readonly inputs?: Readonly<Record<string, string>>
    readonly env?: Readonly<Record<string, string>>
    readonly event?: keyof typeof situations
    readonly now?: () => number
  } = {},
): Promise<Ran> {
  const { setup, identity } = world
  const metadata = await readAction(join(ROOT, action))
  const github = githubContext(identity, {
    serverUrl: 'https://github.com',
    apiUrl: 'github' in setup.handlers ? world.url('github') : 'https://api.github.com',
  })
  const given: Readonly<Record<string, string>> = { ...world.inputs, ...options.inputs }
  const environment = {
    ...Object.fromEntries(
      Object.entries(github).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value]),
    ),
    ...world.env,
    ...options.env,
  }
  const outputs: Record<string, string> = {}
  const state: Record<string, string> = {}
  const errors: string[] = []
  const warnings: string[] = []
  const infos: string[] = []
  const debug: string[] = []
  const group: string[] = []
  const masks: string[] = []
  const slept: number[] = []
  const limits: number[] = []
  let summary = ''
  let skipped = 0
  const clock: Clock = {
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
  const succeeded = await act(
    exchange,
    {
      environment,
      input: (name) => {
        if (!(name in metadata.inputs)) throw new Error(`${action}/action.yml declares no input ${name}`)
        return (given[name] ?? evaluate(metadata.inputs[name]?.default ?? '', { github })).trim()
      },
      mask: (secret) => masks.push(secret),
      saveState: (name, value) => (state[name] = value),
      state: (name) => state[name] ?? '',
      output: (name, value) => {
        if (!(name in metadata.outputs)) throw new Error(`${action}/action.yml declares no output ${name}`)
        outputs[name] = value
      },
      info: (line) => infos.push(line),
      debug: (line) => debug.push(line),
      warning: (text) => warnings.push(text),
      error: (text) => errors.push(text),
      group: (title, lines) => group.push(title, ...lines),
      summary: (markdown) => {
        summary += markdown
        return Promise.resolve()
      },
      event: () => situations[options.event ?? 'push'].payload(identity),
      debugging: true,
    },
    clock,
    new AbortController().signal,
  )
  const printed = [...errors, ...warnings, ...infos, ...debug, ...group, summary].join('\n')
  return {
    succeeded,
    outputs,
    state,
    errors,
    warnings,
    infos,
    group,
    summary,
    masks,
    slept,
    limits,
    leaks: world.secrets.filter(({ value }) => printed.includes(value)).map(({ name }) => name),
  }
}
