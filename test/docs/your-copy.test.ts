import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canRunCommands, fencesOf, readDocument, type Fence } from '../../dev/documents/fences.ts'
import { workflowExamples } from '../../dev/documents/workflows.ts'
import { ROOT } from '../../dev/world.ts'

/*
 * The commands with which a reader makes a copy, updates it, and tries the action. git and npm run owner are real; what is on
 * GitHub is in folders here, and what npm would install is here already.
 */

const NPM = `#!/usr/bin/env bash
case "$*" in
  ci) ;;
  'run owner -- '*) shift 3; exec node --import ./dev/ready.js dev/owner.ts "$@" ;;
  'run build') ;;
  *) exit 1 ;;
esac
`
const GH = `#!/usr/bin/env bash
echo "gh $*" >> "$NOTES"
case "$*" in 'repo view '*) echo "$UPSTREAM_FOLDER" ;; esac
`

let folder: string
const at = (...names: string[]): string => join(folder, ...names)
const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

function run(script: string, cwd = at('clone')): { output: string; notes: string } {
  writeFileSync(at('notes'), '')
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    cwd,
    encoding: 'utf8',
    env: {
      HOME: folder,
      NOTES: at('notes'),
      UPSTREAM_FOLDER: pathToFileURL(at('original')).href,
      PATH: [at('bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
    },
  })
  expect({ status, stderr }, stderr).toMatchObject({ status: 0 })
  return { output: stdout, notes: readFileSync(at('notes'), 'utf8') }
}

/** The commands of a page, in their order. */
function commands(file: string, text: string): Fence {
  const found = fencesOf(readDocument(file)).filter((each) => each.language === 'sh' && each.text.includes(text))
  expect(found).toHaveLength(1)
  return found[0]!
}

const inFork = (ref: string, file: string): string => git(at('fork'), 'show', `${ref}:${file}`)

describe.runIf(canRunCommands)('the commands of the pages', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'your-copy-'))
    mkdirSync(at('bin'))
    for (const [name, text] of Object.entries({ npm: NPM, gh: GH }))
      writeFileSync(at('bin', name), text, { mode: 0o755 })
    writeFileSync(at('.gitconfig'), '[user]\n\tname = mona\n\temail = mona@example.com\n')
    git(folder, 'clone', '--depth', '1', pathToFileURL(ROOT).href, 'original')
    git(at('original'), 'checkout', '-B', 'main')
    // A fork has the tags of the original too.
    for (const tag of ['v1.0.0', 'v1']) git(at('original'), 'tag', tag)
    git(folder, 'clone', '--bare', pathToFileURL(at('original')).href, 'fork')
    git(folder, 'clone', pathToFileURL(at('fork')).href, 'clone')
    symlinkSync(join(ROOT, 'node_modules'), at('clone/node_modules'), 'junction')
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('makes a copy whose tags have its name, and whose readers need not make one', () => {
    run(commands('docs/your-copy.md', 'git tag --force v1.0.0').text)
    for (const tag of ['v1.0.0', 'v1']) {
      expect(inFork(tag, 'README.md')).toContain('uses: octo-org/access-token@v1')
      expect(git(at('fork'), 'rev-parse', tag)).toBe(git(at('fork'), 'rev-parse', 'main'))
    }
    for (const file of ['README.md', 'docs/try-it.md', 'docs/your-app-server.md']) {
      expect(inFork('main', file)).not.toMatch(/\bOWNER\b|hosts your copy|until there is a copy/)
      expect(readDocument(file).text).toContain('hosts your copy')
    }
    expect(inFork('main', 'CODEOWNERS')).toContain('@octo-org/maintainers')
    expect(inFork('main', 'docs/migrating.md')).toContain('https://github.com/OWNER')
    for (const wrong of ['a/b', '-a', 'a b', 'x'.repeat(41)])
      expect(() => run(`npm run owner -- ${wrong}`)).toThrow('status: 2')
  })

  test('takes over what the original has new, under the name of the copy', () => {
    const readme = at('original/README.md')
    writeFileSync(
      readme,
      readFileSync(readme, 'utf8').replace('uses: OWNER/access-token@v1', 'uses: OWNER/access-token/vault@v1'),
    )
    appendFileSync(readme, '\nNew: OWNER/access-token\n')
    git(at('original'), 'commit', '--all', '--message', 'New')
    const { output } = run(commands('docs/your-copy.md', '--strategy-option theirs').text)
    expect(output).not.toContain(' M ')
    const text = readFileSync(at('clone/README.md'), 'utf8')
    expect(text).toContain('uses: octo-org/access-token/vault@v1')
    expect(text).toContain('New: octo-org/access-token\n')
    expect(text).not.toMatch(/OWNER\/access-token|hosts your copy/)
  })

  test('the trial makes every repository before its workflow needs it', () => {
    const { notes } = run(commands('docs/try-it.md', 'gh repo create').text, folder)
    const made = [...notes.matchAll(/^gh repo create octocat\/(\S+) --private/gm)].map(([, name]) => name)
    expect(made).toEqual(['sandbox', 'target', '.github-access-token'])
    expect(notes).toMatch(/PUT repos\/octocat\/\.github-access-token\/contents\/access-token\.yaml/)
    const trial = workflowExamples().find(
      ({ file, text }) => file === 'docs/try-it.md' && text.includes('qoomon.workers.dev'),
    )!
    const [step] = trial.actionSteps
    expect(step!.step.with).toMatchObject({ repository: 'target', permissions: 'contents: read' })
    expect(trial.text).toContain('"repos/$GITHUB_REPOSITORY_OWNER/target/')
  })
})
