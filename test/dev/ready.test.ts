import { spawnSync } from 'node:child_process'
import { cp, mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../dev/world.ts'

const NEEDS_24 = /^This needs Node\.js 24, and runs on v[\d.]+\. Run this first, without --ignore-scripts: npm ci\n$/

test('where something is missing, one line says what to do', async () => {
  await using empty = await mkdtempDisposable(join(tmpdir(), 'ready-'))
  await cp(join(ROOT, 'dev/ready.js'), join(empty.path, 'dev/ready.js'))
  const ready = (cwd: string, ...options: string[]): object =>
    spawnSync(process.execPath, [...options, '--import', './dev/ready.js', '--eval', ''], { cwd, encoding: 'utf8' })
  expect(ready(empty.path)).toMatchObject({ status: 1, stdout: '', stderr: 'Run this first: npm ci\n' })
  const old = ready(ROOT, '--no-experimental-strip-types')
  expect(old).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(NEEDS_24) as string })
  expect(ready(ROOT)).toMatchObject({ status: 0, stdout: '', stderr: '' })
})
