/**
 * Asks programs that others wrote whether `dist` does what they expect: `npm run conformance`. Servers listen on loopback;
 * what is fetched lies in `.conformance/`.
 */
import { appendFileSync, existsSync } from 'node:fs'
import { commandLine, refuse } from './command-line.ts'
import { linesOf } from './conformance/judge.ts'
import { judges, keepResults, resultsTable, type Result } from './conformance/judges.ts'

const USAGE = `Usage: npm run conformance [-- [--get] JUDGE…]

Runs the judges named, or all of them. One that is not on this machine is skipped; where it was named, the command fails.

--get  first gets those that are missing into .conformance/

Judges: ${judges.map(({ name }) => name).join(', ')}`

const { values, positionals } = commandLine(USAGE, {
  options: { get: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = positionals.find((name) => !judges.some((judge) => judge.name === name))
if (unknown !== undefined) refuse(USAGE, `There is no judge ${unknown}.`)

const isNamed = positionals.length > 0
const results: Result[] = []
for (const judge of isNamed ? judges.filter(({ name }) => positionals.includes(name)) : judges) {
  const { name, title, judges, program } = judge
  if (values.get && !existsSync(program.path)) await program.get?.()
  if (!existsSync(program.path)) {
    console.log(`${title}: skipped, it is not on this machine: ${program.from}`)
    if (isNamed) process.exitCode = 1
    continue
  }
  const version = await judge.version()
  console.log(`${title} ${version}`)
  const date = new Date().toISOString().slice(0, 10)
  results.push({ name, title, judges, version, date, lines: await linesOf(judge) })
}
keepResults(results)
const table = resultsTable(results)
console.log(`\n${table}`)
const summary = process.env['GITHUB_STEP_SUMMARY']
if (summary !== undefined) appendFileSync(summary, `### Conformance\n\n${table}\n`)
const haveHeld = results.every(({ lines }) => lines.length > 0 && lines.every(({ held }) => held))
if (results.length === 0 || !haveHeld) process.exitCode = 1
