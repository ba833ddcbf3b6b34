import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../dev/world.ts'

let copy: string

const git = (...args: string[]): string =>
  spawnSync('git', ['-C', copy, ...args], { encoding: 'utf8' }).stdout

/** Runs `npm run owner -- …` in the copy. */
const owner = (...args: string[]): number | null =>
  spawnSync(process.execPath, [join(copy, 'dev/owner.ts'), ...args]).status

beforeAll(() => {
  copy = join(mkdtempSync(join(tmpdir(), 'owner-')), 'access-token')
  execFileSync('git', ['clone', '--quiet', '--depth', '1', pathToFileURL(ROOT).href, copy])
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction')
})

afterAll(() => {
  rmSync(join(copy, '..'), { recursive: true, force: true })
})

test('npm run owner writes the name wherever OWNER means the account of the repository, and nowhere else', () => {
  for (const wrong of [[], ['a/b'], ['-a'], ['a', 'b'], ['x'.repeat(41)]]) expect(owner(...wrong)).toBe(2)
  expect(git('diff')).toBe('')
  expect(owner('octo-labs_co')).toBe(0)
  expect(git('grep', '--count', 'octo-labs_co/access-token', '--', 'README.md')).toMatch(/^README.md:\d+/)
  const tool = ['dev/owner.ts', 'test/dev/owner.test.ts'].map((file) => `:!${file}`)
  expect(git('grep', '-E', 'OWNER..?access-token|@OWNER/', '--', '.', ...tool)).toBe('')
  expect(git('grep', '-h', 'maintainers', '--', 'CODEOWNERS')).toContain('@octo-labs_co/maintainers')
  expect(git('diff', '--name-only', '--', 'dist')).toBe('')
  expect(git('grep', '--count', 'OWNER/.github-access-token', '--', 'docs/app-server.md')).not.toBe('')
  expect(owner('another')).toBe(1)
})
