import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canRunCommands, fenceOf, readDocument } from '../../dev/documents/fences.ts'
import { workflowExamples } from '../../dev/documents/workflows.ts'
import { ROOT } from '../../dev/world.ts'
import { Place } from './commands.ts'

/*
 * The commands with which a reader makes a copy, updates it, and tries the action. git and npm run owner are real; what is on
 * GitHub is in folders here, and what npm would install is here already.
 */

const NPM = `case "$*" in
  ci) ;;
  'run owner -- '*) shift 3; exec '${process.execPath}' --import ./dev/ready.js dev/owner.ts "$@" ;;
  'run build') ;;
  *) exit 1 ;;
esac
`
const GH = `echo "gh $*" >> "$NOTES"
case "$*" in 'repo view '*) echo "$UPSTREAM_FOLDER" ;; esac
`

describe.runIf(canRunCommands)('the commands of the pages', () => {
  const place = new Place({
    'bin/npm': NPM,
    'bin/gh': GH,
    '.gitconfig': '[user]\n\tname = mona\n\temail = mona@example.com\n',
  })
  const original = pathToFileURL(place.at('original')).href
  const run = (...commands: string[]): ReturnType<Place['run']> =>
    place.run(`cd clone; export UPSTREAM_FOLDER=${original}`, ...commands)
  const git = (folder: string, ...args: string[]): string =>
    execFileSync('git', args, {
      cwd: place.at(folder),
      env: { ...process.env, HOME: place.folder },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const inFork = (ref: string, file: string): string => git('fork', 'show', `${ref}:${file}`)

  beforeAll(async () => {
    await place.run(
      `git clone --quiet --depth 1 ${pathToFileURL(ROOT).href} original`,
      // A fork has the tags of the original too.
      'git -C original checkout --quiet -B main && git -C original tag v1.0.0 && git -C original tag v1',
      `git clone --quiet --bare ${original} fork && git clone --quiet fork clone`,
    )
    symlinkSync(join(ROOT, 'node_modules'), place.at('clone/node_modules'), 'junction')
  })

  afterAll(() => {
    place[Symbol.dispose]()
  })

  test('makes a copy whose tags have its name, and whose readers need not make one', async () => {
    await run(fenceOf('docs/your-copy.md', 'sh', 'git tag --force v1.0.0'))
    for (const tag of ['v1.0.0', 'v1']) {
      expect(inFork(tag, 'README.md')).toContain('uses: octo-org/access-token@v1')
      expect(git('fork', 'rev-parse', tag)).toBe(git('fork', 'rev-parse', 'main'))
    }
    for (const file of ['README.md', 'docs/try-it.md', 'docs/your-app-server.md']) {
      expect(inFork('main', file)).not.toMatch(/\bOWNER\b|hosts your copy|until there is a copy/)
      expect(readDocument(file).text).toContain('hosts your copy')
    }
    expect(inFork('main', 'CODEOWNERS')).toContain('@octo-org/maintainers')
    expect(inFork('main', 'docs/migrating.md')).toContain('https://github.com/OWNER')
    for (const wrong of ['a/b', '-a', 'a b', 'x'.repeat(41)])
      expect(await place.shell([`npm run owner -- '${wrong}'`], { cwd: 'clone' })).toMatchObject({ status: 2 })
  })

  test('takes over what the original has new, under the name of the copy', async () => {
    const readme = 'original/README.md'
    const renamed = place.read(readme).replace('uses: OWNER/access-token@v1', 'uses: OWNER/access-token/vault@v1')
    place.write(readme, `${renamed}\nNew: OWNER/access-token\n`)
    git('original', 'commit', '--all', '--message', 'New')
    const { output } = await run(fenceOf('docs/your-copy.md', 'sh', '--strategy-option theirs'))
    expect(output).not.toContain(' M ')
    const text = place.read('clone/README.md')
    expect(text).toContain('uses: octo-org/access-token/vault@v1')
    expect(text).toContain('New: octo-org/access-token\n')
    expect(text).not.toMatch(/OWNER\/access-token|hosts your copy/)
  })

  test('the trial makes every repository before its workflow needs it', async () => {
    const { notes } = await place.run(fenceOf('docs/try-it.md', 'sh', 'gh repo create'))
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
