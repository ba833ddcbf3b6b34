import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRunner, reasonFor } from '../../src/step/runner.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-'))
  for (const name of ['OUTPUT', 'STATE', 'STEP_SUMMARY']) {
    const file = join(folder, name)
    await writeFile(file, '')
    vi.stubEnv(`GITHUB_${name}`, file)
  }
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const refused = (write: () => void): unknown => {
  try {
    write()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a file of the runner', () => {
  test('gets a value of several lines whole', async () => {
    createRunner().output('token', 'one\ntwo')
    expect(await readFile(join(folder, 'OUTPUT'), 'utf8')).toMatch(
      /^token<<(ghadelimiter_[\w-]+)\r?\none\ntwo\r?\n\1\r?\n$/,
    )
  })

  test('that is missing is said to be', async () => {
    await rm(join(folder, 'STATE'))
    expect(
      refused(() => {
        createRunner().saveState('a', 'b')
      }),
    ).toMatchObject({
      code: 'NOT_WRITTEN',
      text: 'The GITHUB_STATE file of the runner cannot be written: it is missing or is not a file. Check that nothing removes the temporary folder of the runner.',
    })
  })

  test('that the runner does not provide tells of its version', () => {
    vi.stubEnv('GITHUB_OUTPUT', '')
    expect(
      refused(() => {
        createRunner().output('a', 'b')
      }),
    ).toMatchObject({
      code: 'NOT_WRITTEN',
      text: 'The runner provides no GITHUB_OUTPUT file. Update the runner: this action needs version 2.327.1 or newer.',
    })
  })

  test.each([
    ['EACCES', 'it belongs to another user, or is read-only', '--user'],
    ['EROFS', 'it belongs to another user, or is read-only', '--user'],
    ['ENOSPC', 'the disk is full', 'Free space'],
    ['EISDIR', 'it is missing or is not a file', 'temporary folder'],
  ])('that cannot be written (%s) is said why', (code, because, hint) => {
    const reason = reasonFor(Object.assign(new Error('no'), { code }))
    expect(reason).toMatchObject({ because, hint: expect.stringContaining(hint) as string })
  })

  test('of the summary gets Markdown, and nothing where there is none', async () => {
    await createRunner().summary('# a')
    vi.stubEnv('GITHUB_STEP_SUMMARY', '')
    await createRunner().summary('# b')
    expect(await readFile(join(folder, 'STEP_SUMMARY'), 'utf8')).toBe('# a\n')
  })
})
