import { expect } from 'vitest'
import type { StageResult } from '../../dev/runner/runner.ts'
import type { World } from '../../dev/world.ts'

/** What holds for every stage of every scenario: nothing secret shows, and nobody but the action commands the runner. */
export function expectClean(world: World, ...stages: readonly StageResult[]): void {
  for (const stage of stages) {
    expect(world.leaks(stage)).toEqual([])
    expect(stage.foreignCommands).toEqual([])
    expect(stage.raw).not.toMatch(/Unhandled|DeprecationWarning/)
  }
}

/** The step succeeded, and the credential that it gives is good. */
export async function expectGranted(world: World, main: StageResult): Promise<string> {
  expectClean(world, main)
  expect(main.annotations.filter(({ level }) => level === 'error')).toEqual([])
  expect(main).toMatchObject({ outcome: 'success', exitCode: 0 })
  const credential = main.outputs[world.setup.credential] ?? ''
  expect(credential).not.toBe('')
  expect(await world.setup.accepts(credential)).toBe(true)
  expect(main.masks).toContain(credential)
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

/** The statuses or faults that a role's requests met. */
export function answers(world: World, role: string): (number | string | undefined)[] {
  return world.server(role).requests.map(({ answered }) => answered)
}
