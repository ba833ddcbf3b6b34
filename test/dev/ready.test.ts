import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ROOT } from '../../dev/world.ts'

const empty = mkdtempSync(join(tmpdir(), 'ready-'))
cpSync(join(ROOT, 'dev/ready.js'), join(empty, 'dev/ready.js'))

afterAll(() => {
  rmSync(empty, { recursive: true })
})

test.each([
  ['nothing is installed', empty, [], 1, /^Run this first: npm ci\n$/],
  [
    'another Node runs, as without install scripts',
    ROOT,
    ['--no-experimental-strip-types'],
    1,
    /^This needs Node\.js 24, and runs on v[\d.]+\. Run this first, without --ignore-scripts: npm ci\n$/,
  ],
  ['everything is there', ROOT, [], 0, /^$/],
] as const)('where %s, one line says what to do', (_, folder, options, status, told) => {
  const args = [...options, '--import', './dev/ready.js', '--eval', '']
  const ran = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  expect(ran).toMatchObject({ status, stdout: '' })
  expect(ran.stderr).toMatch(told)
})
