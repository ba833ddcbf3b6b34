import { expect } from 'vitest'
import { fault, type Fault } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'

/** With and without `RUNNER_DEBUG=1`. */
export const LOGS: [string, boolean][] = [
  ['', false],
  [' (debug)', true],
]

/** Where text of a server could show up. */
export function shown(stage: StageResult): string {
  return [stage.log, stage.summary, ...stage.annotations.map(({ message }) => message)].join('\n')
}

/** No stack trace is shown but in debug lines. */
export function expectNoStack(stage: StageResult, debug: boolean): void {
  const lines = stage.log.split('\n').filter((line) => !line.startsWith('##[debug]'))
  expect(lines.join('\n')).not.toMatch(/^\s*at .+:\d+/m)
  expect(
    stage.raw
      .split('\n')
      .filter((line) => !line.startsWith('::debug::'))
      .join('\n'),
  ).not.toMatch(/^\s*at .+:\d+/m)
  if (!debug) expect(stage.debugLines.join('\n')).not.toMatch(/^\s*at .+:\d+/m)
}

/** The real answer with other members; `undefined` takes one away. */
export function changed(members: Readonly<Record<string, unknown>>): Fault {
  return fault.alter(({ body, ...real }) => {
    const before: unknown = typeof body === 'string' ? JSON.parse(body) : body
    return { ...real, body: { ...(before as object), ...members } }
  })
}
