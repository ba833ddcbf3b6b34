/**
 * What a retry policy does to a server and to the people who wait, in virtual time. Seeded: the same tables each time.
 */
import { commandLine } from './command-line.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { herdPicture } from './herd/picture.ts'
import { comparison, sweep } from './herd/tables.ts'
import { themes } from './svg.ts'
import { ROOT } from './world.ts'

const usage = `Usage: npm run bench:herd [-- --sweep | --svg]

Prints the tables that compare the retry policy with others.
--sweep  prints the tables behind its numbers instead
--svg    draws the pictures of docs/images instead`
const { values } = commandLine(usage, {
  options: { sweep: { type: 'boolean', default: false }, svg: { type: 'boolean', default: false } },
})
if (values.svg) {
  for (const theme of themes) writeFileSync(join(ROOT, `docs/images/herd-${theme}.svg`), herdPicture(theme))
} else {
  console.log(values.sweep ? sweep() : comparison())
}
