import { join } from 'node:path'
import { afterEach, expect } from 'vitest'
import { createCancellation } from '../../src/step/cancellation.ts'
import { act } from '../../src/step/main.ts'
import type { Exchange } from '../../src/exchange.ts'
import type { Clock } from '../../src/http/clock.ts'
import { evaluate, readAction } from '../../dev/runner/action-file.ts'
import { githubContext, runOf, situations } from '../../dev/runner/context.ts'
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

export interface StepOptions {
  /** Instead of those of the world; an empty one counts as not given. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly event?: keyof typeof situations
  readonly now?: () => number
}

/** Takes worlds to close after each test of the file. */
export function worldsOfTest(): <W extends World>(opening: Promise<W>) => Promise<W> {
  const worlds: World[] = []
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.close()))
  })
  return async (opening) => {
    const world = await opening
    worlds.push(world)
    return world
  }
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

/**
 * Runs an exchange as a step in this process, with the inputs and variables of a world and the defaults of the action's
 * `action.yml`. Without a mask: what is printed must not hold a secret in the first place.
 */
export async function runStep<Settings>(
  exchange: Exchange<Settings>,
  world: World,
  action: string,
  options: StepOptions = {},
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
        const isOwn = 'secrets' in given || name in metadata.outputs
        if (!isOwn) throw new Error(`${action}/action.yml declares no output ${name}`)
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
      run: () => Promise.resolve(runOf(environment, situations[options.event ?? 'push'].payload(identity))),
      debugging: true,
    },
    clock,
    createCancellation(clock),
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
