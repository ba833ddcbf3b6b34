import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workflowExamples, type Step } from '../../dev/documents/workflows.ts'

const TOKEN = 'token-of-the-job'
let folder: string
let environment: NodeJS.ProcessEnv

/** The step of the cookbook with this name. */
function step(name: string): Step {
  const found = workflowExamples()
    .filter(({ file }) => file === 'docs/cookbook.md')
    .flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap(({ steps = [] }) => steps))
    .filter((each) => each.name === name)
  expect(found).toHaveLength(1)
  return found[0]!
}

/** What git would send to a URL; `undefined` where it has nothing. */
function credentialFor(url: string, token = TOKEN): string | undefined {
  const { stdout } = spawnSync('git', ['credential', 'fill'], {
    input: `url=${url}\n`,
    encoding: 'utf8',
    env: { ...environment, GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'), GIT_TOKEN: token },
  })
  return /^username=x-access-token\npassword=(.*)$/m.exec(stdout)?.[1]
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cookbook-'))
  environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    RUNNER_TEMP: folder,
    GIT_TERMINAL_PROMPT: '0',
    // On Windows and macOS it names a store of credentials.
    GIT_CONFIG_NOSYSTEM: '1',
  }
  execFileSync('bash', ['-e', '-o', 'pipefail', '-c', step('Let git use the token for these repositories only').run!], {
    env: environment,
  })
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('the git credential of the cookbook', () => {
  test.each(['library', 'library.git', 'website', 'website.git'])('is given to %s', (name) => {
    expect(credentialFor(`https://github.com/octo-org/${name}`)).toBe(TOKEN)
  })

  test.each([
    'https://github.com/octo-org/other',
    'https://github.com/octo-org/library2',
    'https://github.com/octo-org/library.github',
    'https://github.com/mona/library',
    'https://github.com',
    'https://example.com/octo-org/library',
    'http://github.com/octo-org/library',
  ])('is not given to %s', (url) => {
    expect(credentialFor(url)).toBeUndefined()
  })

  test('is in no file', () => {
    expect(credentialFor('https://github.com/octo-org/library', 'another')).toBe('another')
    expect(readFileSync(join(folder, 'gitconfig'), 'utf8')).not.toContain(TOKEN)
  })

  test.each(['ssh://git@github.com/octo-org/library.git', 'git@github.com:octo-org/library.git'])(
    'is for %s too',
    (url) => {
      const { stderr } = spawnSync('git', ['ls-remote', url], {
        encoding: 'utf8',
        env: {
          ...environment,
          GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
          GIT_TOKEN: TOKEN,
          https_proxy: 'http://127.0.0.1:1',
        },
      })
      expect(stderr).toContain("unable to access 'https://github.com/octo-org/library.git/'")
    },
  )
})
