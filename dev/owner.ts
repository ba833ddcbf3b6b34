/**
 * Writes the name of the account that hosts this copy of the repository everywhere in place of `OWNER`, and removes what is for
 * readers who have no copy: `npm run owner -- NAME`.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, refuse } from './command-line.ts'
import { ROOT } from './world.ts'

const USAGE = `Usage: npm run owner -- NAME

Replaces OWNER everywhere with NAME, the account that hosts your copy of this repository.`

/** GitHub's accounts: letters, digits and single hyphens between them; an underscore before the short code of an enterprise. */
const NAME = /^[a-z\d](?:-?[a-z\d]){0,38}(?:_[a-z\d]{1,10})?$/i

/** `OWNER/access-token`, also with an escaped slash, and the maintainers of the repository. */
const PLACES = /\bOWNER(?=\\?\/access-token\b)|(?<=@)OWNER(?=\/maintainers\b)/g

/** What tells a reader of the original how to make a copy, which a reader of the copy has. */
const UNTIL_THERE_IS_A_COPY = / ?<!-- until there is a copy -->.*?<!-- \/until there is a copy -->/gs

function main(): number {
  const [name = '', ...more] = commandLine(USAGE, { allowPositionals: true }).positionals
  if (more.length > 0 || !NAME.test(name)) {
    refuse(USAGE, `${JSON.stringify([name, ...more].join(' '))} is not the name of an account.`)
  }
  const options = { cwd: ROOT, encoding: 'utf8' } as const
  // Files that hold text and are written by people, but for this one.
  const left = ['dist', '*.png', 'dev/owner.ts'].map((path) => `:!${path}`)
  const listed = execFileSync('git', ['ls-files', '-z', '--', '.', ...left], options).split('\0')
  const changed = listed.filter((file) => {
    if (file === '') return false
    const text = readFileSync(join(ROOT, file), 'utf8')
    const named = text.replace(UNTIL_THERE_IS_A_COPY, '').replace(PLACES, name)
    if (named !== text) writeFileSync(join(ROOT, file), named)
    return named !== text
  })
  if (changed.length === 0) {
    console.error('There is no OWNER left to replace.')
    return 1
  }
  // Tables and long lines are laid out anew for the length of the name.
  const prettier = join(ROOT, 'node_modules/prettier/bin/prettier.cjs')
  const quietly = ['--write', '--log-level', 'warn', '--ignore-unknown']
  execFileSync(process.execPath, [prettier, ...quietly, ...changed], options)
  console.log(`Replaced OWNER in ${changed.length} files. See the changes with: git diff`)
  return 0
}

process.exitCode = main()
