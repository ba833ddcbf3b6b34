import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readActions } from '../../dev/documents/actions.ts'
import { fencesOf, readDocuments } from '../../dev/documents/fences.ts'
import { tablesOf } from '../../dev/documents/tables.ts'
import { allSystems } from '../../dev/systems/system.ts'
import { ROOT } from '../../dev/world.ts'
import { exchanges } from '../../src/index.ts'

const FILE = 'docs/writing-an-exchange.md'

/** What the suites need that every action must pass. */
const COPIED = [
  'src',
  'dev',
  'test/exchanges/in-process.ts',
  'test/recorder.ts',
  'test/properties',
  'test/contract.test.ts',
  'test/scenarios',
  'tsconfig.json',
  'oxlint.config.ts',
  'vitest.config.ts',
  'package.json',
  'package-lock.json',
]

/** A copy of the sources, to which the files of the page are added as it says. */
let copy = ''
/** The files that the page adds, from the repository. */
const added: string[] = []

beforeAll(async () => {
  copy = await realpath(await mkdtemp(join(tmpdir(), 'writing-an-exchange-')))
  const actions = readActions().map(({ file }) => file)
  for (const path of [...COPIED, ...actions]) {
    await mkdir(dirname(join(copy, path)), { recursive: true })
    await cp(join(ROOT, path), join(copy, path), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction')

  const text = await readFile(join(ROOT, FILE), 'utf8')
  const lines = text.split('\n')
  for (const fence of fencesOf({ file: FILE, text })) {
    // The line before the fence and its empty line names the file.
    const [, table, path] = /^(?:Add to the table `(\w+)` in )?`([\w./-]+)`:$/.exec(lines[fence.line - 4] ?? '') ?? []
    if (path === undefined) continue
    await mkdir(dirname(join(copy, path)), { recursive: true })
    await writeFile(join(copy, path), table === undefined ? fence.text : await withEntry(path, table, fence.text))
    added.push(path)
  }
})

afterAll(async () => {
  await rm(copy, { recursive: true, force: true })
})

/** A table with one more entry. */
async function withEntry(path: string, table: string, entry: string): Promise<string> {
  const text = await readFile(join(copy, path), 'utf8')
  const begins = new RegExp(`const ${table}\\b.* = \\{\\n`)
  expect(text).toMatch(begins)
  return text.replace(begins, (start) => start + entry)
}

/** Runs a program of `node_modules`, or one of the copy itself, in the copy. */
function run(program: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const script = program.startsWith('dev/') ? join(copy, program) : join(ROOT, 'node_modules', program)
    // Nothing of the test runner that this process belongs to.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^VITEST|^NODE_/.test(name)))
    execFile(process.execPath, [script, ...args], { cwd: copy, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

test('its code is as the linter and the types have it', async () => {
  const files = added.filter((path) => path.endsWith('.ts'))
  const { code, output } = await run('oxlint/bin/oxlint', ...files)
  expect(code, output).toBe(0)
  expect(output).toMatch(/ on [1-9]\d* files/)
})

test('it runs, and keeps what every action keeps', async () => {
  // The others are tested where they are.
  for (const name of Object.keys(await allSystems())) await rm(join(copy, `dev/systems/${name}.ts`))
  expect(await run('dev/build.ts')).toMatchObject({ code: 0 })
  const report = 'report.json'
  const suites = [
    'test/exchanges/depot.test.ts',
    'test/exchanges/secret/locker.test.ts',
    'test/contract.test.ts',
    'test/properties',
  ]
  const options = ['--reporter=json', `--outputFile=${report}`, '--testTimeout=240000']
  const { code, output } = await run('vitest/vitest.mjs', 'run', ...options, ...suites)
  const { testResults } = JSON.parse(await readFile(join(copy, report), 'utf8')) as Report
  expect(testResults.map(({ name }) => relative(copy, name).replaceAll('\\', '/')).sort()).toEqual([
    'test/contract.test.ts',
    'test/exchanges/depot.test.ts',
    'test/exchanges/secret/locker.test.ts',
    'test/properties/properties.test.ts',
  ])
  expect(testResults.filter(({ message }) => message !== '')).toEqual([])
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  expect(results.filter(({ status }) => status !== 'passed')).toEqual([])
  expect(code, output).toBe(0)
  expect(results.map(({ fullName }) => fullName)).toContain('depot (default) keeps its promises, whatever happens')
})

/** What the test runner reports, as far as it is looked at. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

const page = readDocuments().find(({ file }) => file === FILE)!
const [files, helpers] = tablesOf(page)

test('every system is in the files that the page says to add to, in the order of src/index.ts', async () => {
  const [, ...names] = Object.keys(exchanges)
  const additions = files!.rows.flatMap(([cell = '']) => / in `([\w./-]+)`$/.exec(cell)?.[1] ?? [])
  expect(additions).toHaveLength(3)
  for (const file of additions.filter((each) => each !== 'src/index.ts')) {
    const blocks = (await readFile(join(ROOT, file), 'utf8')).split('\n\n')
    const places = blocks.map((block) =>
      names.map((name) => block.search(new RegExp(`(?<![\\w-]/|[\\w-])${name}(?=/README|\`)`))),
    )
    const found = places.find((each) => !each.includes(-1))
    expect(found, file).toBeDefined()
    expect(found, file).toEqual(found!.toSorted((one, other) => one - other))
  }
})

test('the helpers are where the page says', async () => {
  expect(helpers!.rows.length).toBeGreaterThan(5)
  for (const [names = '', file = ''] of helpers!.rows) {
    const text = await readFile(join(ROOT, file.replaceAll('`', '')), 'utf8')
    for (const [, name] of names.matchAll(/`(\w+)`/g))
      expect(text).toMatch(new RegExp(`export (?:(?:async )?function|const) ${name!}\\b`))
  }
})
