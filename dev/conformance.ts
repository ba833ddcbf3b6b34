/**
 * Asks programs that others wrote whether `dist` does what they expect: `npm run conformance`. Servers listen on loopback;
 * what is fetched lies in `.conformance/`.
 */
import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { linesOf, type Judge } from './conformance/judge.ts'
import { judges } from './conformance/judges.ts'
import { isHere } from './conformance/program.ts'
import { keepResults, resultsTable, type Result } from './conformance/results.ts'

const USAGE = `npm run conformance -- [option] [JUDGE…]

Without an option: runs the judges named, or all of them. One that is not on this machine is skipped.
  --list             what is on this machine, and how the rest gets there
  --get JUDGE        gets a judge into .conformance/; may be given several times
  --require JUDGE,…  fails, before anything is run, where one of these is missing
  --help             this text

Judges: ${judges.map(({ name }) => name).join(', ')}`

const { values, positionals } = readArguments()
const named = [...positionals, ...(values.get ?? []), ...(values.require?.split(',') ?? [])]
const unknown = named.find((name) => !judges.some((judge) => judge.name === name))
if (unknown !== undefined) usage(`There is no judge ${unknown}.`)
if (values.help === true) usage()

if (values.list === true) list()
else if (values.get !== undefined) await get(values.get)
else await run()

function readArguments() {
  try {
    return parseArgs({
      options: {
        list: { type: 'boolean' },
        get: { type: 'string', multiple: true },
        require: { type: 'string' },
        help: { type: 'boolean' },
      },
      allowPositionals: true,
    })
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error))
  }
}

function usage(problem?: string): never {
  console.error(problem === undefined ? USAGE : `${problem}\n\n${USAGE}`)
  process.exit(2)
}

function chosen(names: readonly string[]): Judge[] {
  return judges.filter(({ name }) => names.includes(name))
}

function list(): void {
  const width = Math.max(...judges.map(({ name }) => name.length))
  for (const { name, program } of judges) {
    const state = isHere(program) ? 'here   ' : program.get === undefined ? 'by hand' : 'missing'
    console.log(`${name.padEnd(width)}  ${state}  ${program.from}`)
  }
}

async function get(names: readonly string[]): Promise<void> {
  for (const { name, program } of chosen(names)) {
    if (isHere(program)) {
      console.log(`${name} is here: ${program.path}`)
      continue
    }
    if (program.get === undefined) {
      console.error(`${name} has to be put there by hand: ${program.from}`)
      process.exitCode = 1
      continue
    }
    console.log(`${name}: ${program.from}`)
    await program.get()
  }
}

async function run(): Promise<void> {
  const required = chosen(values.require?.split(',') ?? [])
  const missing = required.filter(({ program }) => !isHere(program))
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
