import { expect } from 'vitest'
import type { StageResult } from '../../dev/runner/runner.ts'
import type { World } from '../../dev/world.ts'

/** Commands that an action may print. What is masked may be any text, and is no line of its own. */
const COMMAND = /^::(?:add-mask|debug|error|notice|warning|group|endgroup)::/

/** What holds for every stage of every test: nothing secret shows, and nobody but the action commands the runner. */
export function expectClean(world: World, ...stages: readonly StageResult[]): void {
  for (const stage of stages) {
    const lines = stage.raw.split(/\r?\n/)
    expect({ leaks: world.leaks(stage), commands: stage.foreignCommands }).toEqual({ leaks: [], commands: [] })
    expect(lines.filter((line) => !COMMAND.test(line) && /^\s*::|##\[/.test(line))).toEqual([])
    expect(lines.filter((line) => !/^::add-mask::/.test(line)).join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(stage.raw).not.toMatch(/Unhandled|DeprecationWarning|MaxListeners/)
  }
}

/** The step succeeded and gives a credential, which is masked wherever there is something to mask; gives it. */
export function expectGiven(world: World, main: StageResult): string {
  expectClean(world, main)
  expect(main.annotations.filter(({ level }) => level === 'error')).toEqual([])
  expect(main).toMatchObject({ outcome: 'success', exitCode: 0 })
  const credential = main.outputs[world.setup.credential] ?? ''
  expect(credential).not.toBe('')
  const masked = new Set(main.masks.flatMap(linesOf))
  expect(linesOf(credential).filter((line) => /[\p{L}\p{N}]/u.test(line) && !masked.has(line))).toEqual([])
  return credential
}

/** The lines of a text, without blanks around them. */
export function linesOf(text: string): string[] {
  return text.split(/[\r\n]+/).map((line) => line.trim())
}

/** The step succeeded, and the credential that it gives is good. */
export async function expectGranted(world: World, main: StageResult): Promise<string> {
  const credential = expectGiven(world, main)
  expect(await world.setup.accepts(credential)).toBe(true)
  return credential
}

/** The step failed with one error annotation and nothing left behind; gives the annotation's text. */
export function expectRefused(world: World, main: StageResult): string {
  expectClean(world, main)
  expect(main).toMatchObject({ outcome: 'failure', exitCode: 1, outputs: {} })
  const errors = main.annotations.filter(({ level }) => level === 'error')
  expect(errors).toHaveLength(1)
  const message = errors[0]?.message ?? ''
  // Every annotation ends with its code and the page that explains it.
  expect(message).toMatch(
    /\n[A-Z_]+: https:\/\/github\.com\/OWNER\/access-token\/blob\/v1\/docs\/troubleshooting\.md#[a-z_]+$/,
  )
  expect(main.log).not.toMatch(/^\s+at .+:\d+:\d+/m)
  return message
}

/** Post finds nothing to revoke after a main stage. */
export async function expectNothingForPost(world: World, main: StageResult): Promise<void> {
  const post = await world.post(main)
  expectClean(world, main, post)
  expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'Nothing to revoke.\n' })
}

/** The code at the end of an error annotation. */
export function codeOf(message: string): string | undefined {
  return /\n([A-Z_]+): \S+$/.exec(message)?.[1]
}

/** The token that is saved for post; `undefined` where there is none. */
export function savedToken({ revocable = '' }: StageResult['state']): string | undefined {
  return revocable === '' ? undefined : (JSON.parse(revocable) as { readonly token: string }).token
}

/**
 * No credential that a main stage held, which is what it masked, is alive unless it was handed over or a warning tells of
 * it.
 */
export function expectNoneLeft({ setup, secrets }: World, main: StageResult): void {
  if (main.annotations.some(({ message }) => message.includes(' could not be revoked in this step'))) return
  const given = main.outcome === 'success' ? Object.values(main.outputs) : []
  const left = (setup.alive?.() ?? []).filter(
    (token) => main.masks.includes(token) && token !== savedToken(main.state) && !given.includes(token),
  )
  expect(secrets.flatMap(({ name, value }) => (left.includes(value) ? [name] : []))).toEqual([])
}

/** The statuses or faults that a role's requests met. */
export function answers(world: World, role: string): (number | string | undefined)[] {
  return world.server(role).requests.map(({ answered }) => answered)
}
