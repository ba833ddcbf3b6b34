/**
 * What a retry policy does to a server and to the people who wait, in virtual time. Seeded: the same tables each time.
 */
import { commandLine } from './command-line.ts'
import { comparison, sweep } from './herd/tables.ts'

const usage = `Usage: npm run bench:herd [-- --sweep]

Prints the tables that compare the retry policy with others; --sweep those that argue its numbers.`
const { values } = commandLine(usage, { options: { sweep: { type: 'boolean', default: false } } })
console.log(values.sweep ? sweep() : comparison())
