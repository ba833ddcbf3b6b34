import fc from 'fast-check'
import { plan, type Plan } from './plans.ts'
import { text, weighted } from './values.ts'

/** What happens to a step: all that is not the action's own doing. */
export interface Story {
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
