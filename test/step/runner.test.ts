import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { createRunner, reasonFor, userAgent } from '../../src/step/runner.ts'

const folder = mkdtempSync(join(tmpdir(), 'runner-'))
const file = join(folder, 'file')
afterAll(() => {
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** A runner whose file of that variable is this, and what it prints. */
function runnerWith(variable: string, path: string): { runner: ReturnType<typeof createRunner>; printed: string[] } {
  const printed: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text))
    return true
  })
  vi.stubEnv(variable, path)
  return { runner: createRunner(), printed }
}

describe.each([
  ['GITHUB_OUTPUT', 'output'],
  ['GITHUB_STATE', 'saveState'],
] as const)('%s', (variable, write) => {
  test('takes what is written', () => {
    writeFileSync(file, '')
    const { runner, printed } = runnerWith(variable, file)
    runner[write]('token', 'one\ntwo')
    expect(readFileSync(file, 'utf8')).toMatch(/^token<<(ghadelimiter_[\w-]+)\r?\none\ntwo\r?\n\1\r?\n$/)
    expect(printed).toEqual([])
  })

  test.each([
    ['', `The runner provides no ${variable} file.`, 'this action needs version 2.327.1 or newer'],
    [
      folder,
      `The ${variable} file of the runner cannot be written: it is missing or is not a file.`,
      'temporary folder',
    ],
    [
      join(folder, 'none'),
      `The ${variable} file of the runner cannot be written: it is missing or is not a file.`,
      'temporary folder',
    ],
  ])('that is "%s" is an error, and nothing is printed', (path, message, hint) => {
    const { runner, printed } = runnerWith(variable, path)
    expect(() => {
      runner[write]('token', 'obviously-fake')
    }).toThrow(expect.objectContaining({ code: 'NOT_WRITTEN', message, text: expect.stringContaining(hint) as string }))
    expect(printed).toEqual([])
  })
})

test.each([
  ['EACCES', 'it belongs to another user, or is read-only', '--user'],
  ['EPERM', 'it belongs to another user, or is read-only', '--user'],
  ['EROFS', 'it belongs to another user, or is read-only', '--user'],
  ['ENOSPC', 'the disk is full', 'Free space'],
  ['EDQUOT', 'the disk is full', 'Free space'],
])('a file that cannot be written (%s) is said why', (code, because, hint) => {
  const reason = reasonFor(Object.assign(new Error('no'), { code }))
  expect(reason).toMatchObject({ because, hint: expect.stringContaining(hint) as string })
})

test('an input is trimmed, and empty where it is not given', () => {
  const { input } = createRunner({ 'INPUT_AWS-REGION': ' x\n' })
  expect([input('aws-region'), input('role-arn')]).toEqual(['x', ''])
})

test('a summary is Markdown, and none without a file', async () => {
  writeFileSync(file, '')
  await createRunner({ GITHUB_STEP_SUMMARY: file }).summary('# x')
  await createRunner({}).summary('# y')
  expect(readFileSync(file, 'utf8')).toBe('# x\n')
})

test.each([
  ['1', true],
  ['0', false],
])('with RUNNER_DEBUG=%s it is debugging: %s', (RUNNER_DEBUG, debugging) => {
  expect(createRunner({ RUNNER_DEBUG }).debugging).toBe(debugging)
})

test('a group has an end', () => {
  const { runner, printed } = runnerWith('GITHUB_OUTPUT', file)
  runner.group('Why', ['a', 'b'])
  expect(printed.map((line) => line.trim())).toEqual(['::group::Why', 'a', 'b', '::endgroup::'])
})

test('a value is masked once', () => {
  const { runner, printed } = runnerWith('GITHUB_OUTPUT', file)
  for (const value of ['a', 'b', 'a']) runner.mask(value)
  expect(printed.join('')).toBe(
    '::add-mask::a\n::add-mask::b\n'.replaceAll('\n', process.platform === 'win32' ? '\r\n' : '\n'),
  )
})

test.each([
  [{}, 'access-token/local'],
  [{ GITHUB_ACTION_REPOSITORY: 'o/access-token', GITHUB_ACTION_REF: 'v1.2' }, 'o/access-token/v1.2'],
  [{ GITHUB_ACTION_REPOSITORY: 'o/a\r\nx: y', GITHUB_ACTION_REF: 'é' }, 'o/axy/local'],
  [{ GITHUB_ACTION_REPOSITORY: 'x'.repeat(200), GITHUB_ACTION_REF: '' }, `${'x'.repeat(100)}/local`],
])('the user agent of %j is %s', (environment, agent) => {
  expect(userAgent(environment)).toBe(agent)
})
