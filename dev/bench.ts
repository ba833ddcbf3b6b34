/**
 * Measures what the actions cost. Writes `bench/results.json` and fails where a figure is over its goal in
 * `bench/goals.json`. See docs/performance.md.
 */
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { missedGoals, type Figures } from './bench/goals.ts'
import { measure } from './bench/measure.ts'
import { figuresOf, resultsOf, sizeTable, tableOf, type Sizes } from './bench/report.ts'
import { makeFloor, otherSubjects, ownGroups, type Group } from './bench/subjects.ts'
import { commandLine, refuse } from './command-line.ts'
import { readAction } from './runner/action-file.ts'
import { ROOT } from './world.ts'

const RUNS = 21
const WARM_UPS = 3
const USAGE_RUNS = 7

const USAGE = `Usage: npm run bench [-- OPTIONS]

--shared            others use this machine too: only a size over its goal fails
--runs N            timed runs of each action, ${RUNS} unless given
--against DIR       compares the action in DIR with one of this repository
--ours NAME         which one: 'root' unless given
--input NAME=VALUE  an input of the action in DIR; can be repeated
--preload MODULE    a module to load before the action in DIR`

const { values } = commandLine(USAGE, {
  options: {
    shared: { type: 'boolean', default: false },
    runs: { type: 'string', default: String(RUNS) },
    against: { type: 'string' },
    ours: { type: 'string', default: 'root' },
    input: { type: 'string', multiple: true, default: [] },
    preload: { type: 'string' },
  },
})

const runs = Number(values.runs)
if (!Number.isInteger(runs) || runs < 1) refuse(USAGE, '--runs takes a number of runs')
const inputs = Object.fromEntries(
  values.input.map((text): [string, string] => {
    const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? []
    return name === undefined || value === undefined ? refuse(USAGE, '--input takes name=value') : [name, value]
  }),
)

const floor = await makeFloor()
process.once('exit', () => {
  rmSync(dirname(floor), { recursive: true })
})
const groups = values.against === undefined ? ownGroups(floor) : groupsAgainst(values.against, ownGroups(floor))
const rounds = { warmUp: WARM_UPS, timed: runs, usage: USAGE_RUNS }
const samples = await measure(groups, rounds, (line) => {
  process.stderr.write(`${line}\n`)
})
const results = resultsOf(
  samples,
  groups.flatMap(({ subjects }) => subjects),
)
const sizes = sizesOf(values.against ?? ROOT)
const figures = figuresOf(results, sizes)
const goals = JSON.parse(readFileSync(join(ROOT, 'bench/goals.json'), 'utf8')) as Figures
const missed = values.against === undefined ? missedGoals(figures, goals) : []
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${process.platform}`
const report = { node: process.version, machine, rounds, results, dist: sizes, missed }
writeFileSync(join(ROOT, 'bench/results.json'), `${JSON.stringify(report, undefined, 2)}\n`)

console.log(`${tableOf(results)}\n\n${sizeTable(sizes)}`)
if (values.against === undefined && missed.length === 0) console.log('\nEvery goal is reached.')
for (const goal of missed) console.error(`over its goal: ${goal}`)
// On a machine that others use too, only what they cannot change fails.
const failing = missed.filter((goal) => !values.shared || goal.startsWith('dist: '))
if (failing.length > 0) process.exitCode = 1

/** One group of our own, with the stages of the other action at its end. */
function groupsAgainst(folder: string, own: readonly Group[]): Group[] {
  const group = own.find(({ name }) => name === values.ours)
  if (group === undefined) return refuse(USAGE, `--ours takes one of ${own.map(({ name }) => `'${name}'`).join(', ')}`)
  const other = { folder: resolve(folder), inputs, preload: values.preload }
  const ours = group.subjects.find(({ name }) => name === group.name)
  const subjects = otherSubjects(other, `against ${basename(other.folder)}`, ours?.floor)
  return [{ ...group, subjects: [...group.subjects, ...subjects] }]
}

/** Bytes of the files in the folder of `runs.main` and below. */
function sizesOf(folder: string): Sizes {
  const { runs } = readAction(folder)
  const built = join(folder, dirname(runs.main))
  const files = globSync('**/*', { cwd: built, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file): [string, number] => [relative(built, file), statSync(file).size])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
