import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { currentRun } from '../../src/step/context.ts'

const folder = mkdtempSync(join(tmpdir(), 'context-'))
const FACTS = {
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_REPOSITORY: 'octo-org/workflows',
  GITHUB_SERVER_URL: 'https://github.example.com',
  GITHUB_ACTOR: 'mona',
}

beforeEach(() => {
  for (const [name, value] of Object.entries(FACTS)) vi.stubEnv(name, value)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function eventFile(text: string): string {
  const path = join(folder, 'event.json')
  writeFileSync(path, text)
  return path
}

test('the facts of a run are those of its variables and its event', () => {
  vi.stubEnv('GITHUB_EVENT_PATH', eventFile('{"action":"opened"}'))
  expect(currentRun()).toEqual({
    payload: { action: 'opened' },
    eventName: 'pull_request',
    repository: 'octo-org/workflows',
    serverUrl: 'https://github.example.com',
    actor: 'mona',
  })
})

test('they are empty where the runner tells nothing', () => {
  for (const name of [...Object.keys(FACTS), 'GITHUB_EVENT_PATH']) vi.stubEnv(name, undefined)
  const nothing = { payload: undefined, eventName: '', repository: '', actor: '' }
  expect(currentRun()).toEqual({ ...nothing, serverUrl: 'https://github.com' })
})

test.each<[string, () => string]>([
  ['is missing', () => join(folder, 'missing.json')],
  ['is a folder', () => folder],
  ['is empty', () => eventFile('')],
  ['is not JSON', () => eventFile('{"action": opened}')],
  ['has no path', () => ''],
])('an event that %s is none, and nothing is printed', (_what, path) => {
  const write = vi.spyOn(process.stdout, 'write')
  const given = path()
  vi.stubEnv('GITHUB_EVENT_PATH', given)
  expect(currentRun()).toMatchObject({ payload: undefined, eventName: 'pull_request', actor: 'mona' })
  expect(process.env['GITHUB_EVENT_PATH']).toBe(given)
  expect(write).not.toHaveBeenCalled()
})
