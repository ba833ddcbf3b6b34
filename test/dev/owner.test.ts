import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withOwner } from '../../dev/owner.ts'
import { ROOT } from '../../dev/world.ts'

let copy: string

const git = (...args: string[]): string => execFileSync('git', ['-C', copy, ...args], { encoding: 'utf8' })

/** Runs `npm run owner -- …` in the copy. */
const owner = (...args: string[]): { status: number | null; stderr: string } =>
  spawnSync(process.execPath, [join(copy, 'dev/owner.ts'), ...args], { encoding: 'utf8' })

beforeAll(() => {
  copy = join(mkdtempSync(join(tmpdir(), 'owner-')), 'access-token')
  execFileSync('git', ['clone', '--quiet', '--depth', '1', pathToFileURL(ROOT).href, copy])
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction')
})

afterAll(() => {
  rmSync(join(copy, '..'), { recursive: true, force: true })
})

describe('npm run owner', () => {
  test.each([[], [''], ['a/b'], ['-a'], ['a--b'], ['a', 'b'], ['--name'], ['a b'], ['x'.repeat(41)]])(
    'refuses %j',
    (...args) => {
      const before = git('diff')
      const { status, stderr } = owner(...args)
      expect(status).toBe(2)
      expect(stderr).toContain('Usage: npm run owner -- NAME')
      expect(git('diff')).toBe(before)
    },
  )

  test('writes the name wherever OWNER stands for the account of the repository, and nowhere else', () => {
    expect(owner('octo-labs_co').status).toBe(0)
    expect(git('grep', '--count', 'octo-labs_co/access-token', '--', 'README.md')).toMatch(/^README.md:\d+/)
    const left = ['dev/owner.ts', 'test/dev/owner.test.ts'].map((file) => `:!${file}`)
    const grep = spawnSync(
      'git',
      ['-C', copy, 'grep', '-E', 'OWNER..?access-token|@OWNER/', '--', '.', ...left],
      {
        encoding: 'utf8',
      },
    )
    expect(grep).toMatchObject({ status: 1, stdout: '' })
    expect(git('grep', '-h', 'maintainers', '--', 'CODEOWNERS')).toContain('@octo-labs_co/maintainers')
    expect(git('diff', '--name-only', '--', 'dist')).toBe('')
    expect(git('grep', '--count', 'OWNER/.github-access-token', '--', 'docs/app-server.md')).not.toBe('')
    expect(owner('another').status).toBe(1)
  })

  test('takes only what stands for the repository', () => {
    expect(withOwner('OWNER/access-token OWNER\\/access-token @OWNER/maintainers', 'mona')).toBe(
      'mona/access-token mona\\/access-token @mona/maintainers',
    )
    const others =
      'github.com/OWNER repo:OWNER/REPO OWNER/.github-access-token CODEOWNER/access-tokens OWNER_ID'
    expect(withOwner(others, 'mona')).toBe(others)
  })
})
