import fc from 'fast-check'
import { expect } from 'vitest'
import type { ActionMetadata } from '../../dev/documents/actions.ts'
import { forEver } from '../../dev/fakes/faults.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { act } from '../../src/step/main.ts'
import { revokers } from '../../src/index.ts'
import type { Exchange } from '../../src/exchange.ts'
import { revokeSaved } from '../../src/step/post.ts'
import { createStep } from '../../src/step/step.ts'
import { createRecorder, stageOf } from '../recorder.ts'
import * as support from '../scenarios/support.ts'
import { LeapingClock } from './clock.ts'
import { faultOf, plan, statusOf, text, weighted, type Json, type Plan } from './plans.ts'

/** What happens to a step: all that is not the action's own doing. */
interface Story {
  /** What happens by role, in order of its requests; the last one for ever where `lasting` names the role. */
  readonly faults: Readonly<Record<string, readonly Plan[]>>
  readonly lasting: readonly string[]
  /** Inputs instead of good ones. */
  readonly inputs: Readonly<Record<string, string>>
  /** Files of the runner that cannot be written. */
  readonly unwritable: readonly ('output' | 'state' | 'step_summary')[]
  /** The job is cancelled when a role gets its so-manieth request, from 1. */
  readonly cancelled: { readonly role: string; readonly at: number } | null
  /** How far the clock of the runner is off, in ms. */
  readonly skewMs: number
  readonly debug: boolean
}

const anyInput = fc.oneof(
  text.filter((value) => !value.includes('\0')),
  fc.constantFrom('true', '1', 'never', 'always', 'http://127.0.0.1:1', 'https://elsewhere.example/x'),
  fc.constantFrom('a: b', '- a', '["a"]', '{', '&a [*a]'),
)
const seconds = fc.constantFrom('1', '2', '10', '60', '600')

/** @param inputs names of all inputs of the action */
export function story(roles: readonly string[], inputs: readonly string[]): fc.Arbitrary<Story> {
  const plans = weighted<Plan[]>([2, fc.constant([])], [1, fc.array(plan, { maxLength: 4 })])
  return fc.record({
    faults: fc.record(Object.fromEntries(roles.map((role) => [role, plans]))),
    lasting: weighted<string[]>([2, fc.constant([])], [1, fc.subarray([...roles])]),
    inputs: weighted<Record<string, string>>(
      [4, fc.record({ 'timeout-seconds': seconds }, { requiredKeys: [] })],
      [1, fc.record({ 'timeout-seconds': seconds, 'job-summary': fc.constantFrom('always', 'never') })],
      [1, fc.dictionary(fc.constantFrom(...inputs), anyInput, { maxKeys: 3 })],
    ),
    unwritable: weighted<Story['unwritable']>(
      [6, fc.constant([])],
      [1, fc.subarray(['output', 'state', 'step_summary'] as const)],
    ),
    cancelled: weighted<Story['cancelled']>(
      [8, fc.constant(null)],
      [1, fc.record({ role: fc.constantFrom(...roles), at: fc.integer({ min: 1, max: 3 }) })],
    ),
    skewMs: fc.constantFrom(0, 0, 0, 0, -600_000, 600_000),
    debug: fc.boolean(),
  })
}

/** How long revoking may last beyond the deadline, in ms. */
const REVOKE_MS = 5_000
const POST_MS = 15_000

/**
 * Runs a step, and the post stage where the action has one: with the faults, and when all is well again. Fails where one
 * does not keep what it promises.
 *
 * @returns `granted`, or the code of the error
 */
export async function tell(
  exchange: Exchange<unknown>,
  metadata: ActionMetadata,
  system: System,
  variant: string,
  told: Story,
): Promise<string> {
  const clock = new LeapingClock(told.skewMs)
  const { serverNow: now, late } = clock
  await using world = await createWorld(system, { variant, now, late })
  clock.held = world.held
  const forgeries: Json[] = []
  let asked = 0
  for (const role of Object.keys(world.handlers)) {
    const coming = [...(told.faults[role] ?? [])]
    const surroundings = {
      now,
      isSecret: (text: string) => world.secrets.some(({ value }) => value === text),
      forged: (value: Json) => forgeries.push(value),
    }
    world.server(role).faults.push(
      forEver(() => {
        if (told.cancelled?.role === role && told.cancelled.at === ++asked) step.cancellation.cancel('SIGINT')
        const planned = told.lasting.includes(role) && coming.length === 1 ? coming[0] : coming.shift()
        return planned && faultOf(planned, surroundings)
      }),
    )
  }
  const { inputs, unwritable, debug: debugging } = told
  const masks = [world.issuer.requestToken]
  const recorder = createRecorder(world, metadata, { inputs, unwritable, debugging })
  const step = createStep(recorder.runner, clock, revokers)
  const succeeded = await act(exchange, step)
  const limit = Number(recorder.runner.input('timeout-seconds') || '60') * 1_000 + REVOKE_MS
  // No number, which is an error, is no limit.
  expect(clock.monotonic() > limit, `the step ends after ${limit} ms`).toBe(false)
  const main = stageOf(recorder, 'main', succeeded, masks)
  const { setup } = world
  const isLiedTo = Object.entries(setup.saysEnded ?? {}).some(([issuer, statuses]) =>
    (told.faults[issuer] ?? []).some((plan) => statuses.includes(statusOf(plan) ?? 0)),
  )
  if (!isLiedTo) support.expectNoneLeft(world, main)
  const hasPost = metadata.runs.post !== undefined
  const saved = support.savedToken(main.state)
  expect(['revocable', 'version']).toEqual(expect.arrayContaining(Object.keys(main.state)))
  if (!hasPost) expect(saved).toBeUndefined()
  let outcome = 'granted'
  if (succeeded) {
    const credential = support.expectGiven(world, main)
    const isHonest = (await setup.accepts(credential)) || isMadeOf(credential, forgeries) || isMadeHere(world, told)
    expect(isHonest, `who sent ${credential}`).toBe(true)
    expect(saved ?? credential).toBe(credential)
  } else {
    const error = support.expectRefused(world, main)
    outcome = support.codeOf(error)!
    expect(error).not.toContain('INTERNAL')
  }
  for (const isWellAgain of hasPost ? [false, true] : []) {
    if (isWellAgain) for (const role of Object.keys(world.handlers)) world.server(role).faults.splice(0)
    const again = createRecorder(world, metadata, { inputs, state: main.state, debugging })
    const began = clock.monotonic()
    expect(await revokeSaved(createStep(again.runner, clock, revokers))).toBe(true)
    expect(clock.monotonic() - began, 'the time of post').toBeLessThanOrEqual(POST_MS)
    const post = stageOf(again, 'post', true, masks)
    support.expectClean(world, post)
    expect(post.outcome).toBe('success')
    expect(post.annotations.map(({ level }) => level).join()).toMatch(/^(?:warning)?$/)
    if (isLiedTo) continue
    const alive = setup.alive?.() ?? []
    if (post.annotations.length === 0) expect(alive).not.toContain(saved)
    const isKept = ['github-api-url', 'revocation-url', 'skip-token-revoke'].some((name) => name in inputs)
    const gaveUp = [...main.annotations, ...post.annotations].some(({ level }) => level === 'warning')
    if (!isWellAgain || isKept || gaveUp) continue
    const outlives = world.secrets.filter(({ value }) => main.masks.includes(value) && alive.includes(value))
    expect(outlives.map(({ name }) => name)).toEqual([])
  }
  clock.stop()
  return outcome
}

/** A database login is made without asking anybody: for what the inputs say, and by the runner's clock. */
function isMadeHere(world: World, told: Story): boolean {
  const isAsIntended = told.skewMs === 0 && Object.keys(told.inputs).every((name) => !(name in world.inputs))
  return world.setup.exchangeRole === 'sts' && !isAsIntended
}

/** Whether a credential may have been made of what a server sent of its own making: as it is, decoded, or as a part. */
function isMadeOf(credential: string, forgeries: readonly Json[]): boolean {
  return forgeries.flatMap(partsOf).some((value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return (
      text !== '' &&
      (credential === text ||
        credential === Buffer.from(text, 'base64').toString() ||
        credential.includes(JSON.stringify(text).slice(1, -1)) ||
        credential.includes(encodeURIComponent(text.toWellFormed())))
    )
  })
}

/** A value, and every value in it. */
function partsOf(value: Json): Json[] {
  const members = typeof value === 'object' && value !== null ? Object.values(value) : []
  return [value, ...members.flatMap(partsOf)]
}
