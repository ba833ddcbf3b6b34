/**
 * Asks programs that others wrote whether `dist` does what they expect: `npm run conformance`. Servers listen on loopback;
 * what is fetched lies in `.conformance/`.
 */
import { appendFileSync } from 'node:fs'
import { commandLine, refuse } from './command-line.ts'
import { linesOf, type Judge } from './conformance/judge.ts'
import { judges } from './conformance/judges.ts'
import { isHere } from './conformance/program.ts'
import { keepResults, resultsTable, type Result } from './conformance/results.ts'

const USAGE = `Usage: npm run conformance [-- OPTIONS] [JUDGE…]

Runs the judges named, or all of them. One that is not on this machine is skipped.

--list             prints what is on this machine, and how to get the rest
--get JUDGE        gets a judge into .conformance/; can be repeated
--require JUDGE,…  fails at once if one of these is missing

Judges: ${judges.map(({ name }) => name).join(', ')}`

const { values, positionals } = commandLine(USAGE, {
  options: {
    list: { type: 'boolean', default: false },
    get: { type: 'string', multiple: true, default: [] },
    require: { type: 'string', default: '' },
  },
  allowPositionals: true,
})
const required = values.require.split(',').filter((name) => name !== '')
const unknown = [...positionals, ...values.get, ...required].find(
  (name) => !judges.some((judge) => judge.name === name),
)
if (unknown !== undefined) refuse(USAGE, `There is no judge ${unknown}.`)

if (values.list) list()
else if (values.get.length > 0) await get()
else await run()

function chosen(names: readonly string[]): Judge[] {
  return judges.filter(({ name }) => names.includes(name))
}

function list(): void {
  for (const { name, program } of judges) {
    console.log(`${name.padEnd(10)}  ${isHere(program) ? 'here   ' : 'missing'}  ${program.from}`)
  }
}

async function get(): Promise<void> {
  for (const { name, program } of chosen(values.get)) {
    if (isHere(program)) console.log(`${name} is here: ${program.path}`)
    else if (program.get === undefined) {
      console.error(`${name} has to be put there by hand: ${program.from}`)
      process.exitCode = 1
    } else {
      console.log(`${name}: ${program.from}`)
      await program.get()
    }
  }
}

async function run(): Promise<void> {
  const missing = chosen(required).filter(({ program }) => !isHere(program))
  if (missing.length > 0) {
    console.error(`Missing: ${missing.map(({ name }) => name).join(', ')}. npm run conformance -- --get NAME gets one.`)
    process.exitCode = 1
    return
  }
  const results: Result[] = []
  for (const judge of positionals.length === 0 ? judges : chosen(positionals)) {
    if (isHere(judge.program)) results.push(await resultOf(judge))
    else console.log(`${judge.title}: skipped, it is not on this machine (--get ${judge.name})`)
  }
  if (results.length === 0) {
    console.error('No judge was run.')
    process.exitCode = 1
    return
  }
  keepResults(
    results,
    judges.map(({ name }) => name),
  )
  const table = resultsTable(results)
  console.log(`\n${table}`)
  const summary = process.env['GITHUB_STEP_SUMMARY']
  if (summary !== undefined) appendFileSync(summary, `### Conformance\n\n${table}\n`)
  if (results.some(({ lines }) => lines.length === 0 || lines.some(({ held }) => !held))) process.exitCode = 1
}

async function resultOf(judge: Judge): Promise<Result> {
  const { name, title } = judge
  const version = await judge.version()
  console.log(`${title} ${version}`)
  const date = new Date().toISOString().slice(0, 10)
  return { name, title, judges: judge.judges, version, date, lines: await linesOf(judge) }
}
