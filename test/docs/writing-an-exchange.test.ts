import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fencesOf } from '../../dev/documents/fences.ts'
import { ROOT } from '../../dev/world.ts'

const FILE = 'docs/writing-an-exchange.md'

/** A copy of the sources, to which the files of the page are added as it says. */
let copy = ''
/** The files that the page adds, from the repository. */
const added: string[] = []

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'writing-an-exchange-'))
  for (const path of ['src', 'dev', 'test/exchanges/in-process.ts', 'tsconfig.json', 'package.json']) {
    await mkdir(dirname(join(copy, path)), { recursive: true })
    await cp(join(ROOT, path), join(copy, path), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))

  const text = await readFile(join(ROOT, FILE), 'utf8')
  const lines = text.split('\n')
  for (const fence of fencesOf({ file: FILE, text })) {
    // The line before the fence and its empty line names the file.
    const [, addition, path] =
      /^(Add to the table in )?`([\w./-]+)`:$/.exec(lines[fence.line - 4] ?? '') ?? []
    if (path === undefined) continue
    await mkdir(dirname(join(copy, path)), { recursive: true })
    await writeFile(join(copy, path), addition === undefined ? fence.text : await withEntry(path, fence.text))
    added.push(path)
  }
})

afterAll(async () => {
  await rm(copy, { recursive: true, force: true })
})

/** The table of exchanges with one more entry. */
async function withEntry(path: string, entry: string): Promise<string> {
  const begins = 'export const exchanges = {\n'
  const text = await readFile(join(copy, path), 'utf8')
  expect(text).toContain(begins)
  return text.replace(begins, () => begins + entry)
}

/** Runs a program of `node_modules` in the copy. */
function run(program: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const script = join(ROOT, 'node_modules', program)
    // Nothing of the test runner that this process belongs to.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^VITEST|^NODE_/.test(name)),
    )
    execFile(process.execPath, [script, ...args], { cwd: copy, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

test('the page has every file that it says', () => {
  expect(added).toEqual([
    'depot/action.yml',
    'src/exchanges/depot.ts',
    'src/index.ts',
    'dev/fakes/depot.ts',
    'dev/systems/depot.ts',
    'test/exchanges/depot.test.ts',
  ])
})

test('the types of its code are right', async () => {
  const files = added.filter((path) => path.endsWith('.ts'))
  await writeFile(
    join(copy, 'tsconfig.page.json'),
    JSON.stringify({ extends: './tsconfig.json', files, include: [] }),
  )
  expect(await run('typescript/bin/tsc', '--project', 'tsconfig.page.json')).toEqual({ code: 0, output: '' })
})

test('its tests pass', async () => {
  const report = 'report.json'
  const { code, output } = await run(
    'vitest/vitest.mjs',
    'run',
    '--reporter=json',
    `--outputFile=${report}`,
    'test/exchanges/depot.test.ts',
  )
  expect(code, output).toBe(0)
  const { numTotalTests, numPassedTests } = JSON.parse(await readFile(join(copy, report), 'utf8')) as {
    numTotalTests: number
    numPassedTests: number
  }
  expect(numTotalTests).toBeGreaterThan(0)
  expect(numPassedTests).toBe(numTotalTests)
})
