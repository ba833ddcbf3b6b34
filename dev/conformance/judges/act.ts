import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { readActions } from '../../documents/actions.ts'
import { AUTHORITY_FILE, exampleWorld } from '../../documents/examples.ts'
import { foreignUses } from '../../documents/uses.ts'
import { workflowExamples, type WorkflowExample } from '../../documents/workflows.ts'
import { defaultIdentity, fullName, type Identity } from '../../fakes/identity.ts'
import { situations } from '../../runner/context.ts'
import { ROOT, type World } from '../../world.ts'
import type { Hold, Judge } from '../judge.ts'
import { goProgram, output } from '../program.ts'

const ACT = goProgram('act', 'github.com/nektos/act@v0.2.89')

/** act: runs workflows on this machine. It parses, evaluates, masks and starts actions by itself. */
export const act: Judge = {
  name: 'act',
  title: '[act](https://github.com/nektos/act)',
  judges: 'every workflow of the pages, unchanged',
  program: ACT,
  version: async () => (await output(ACT.path, ['--version'])).replace('act version ', ''),
  run: async (hold) => {
    const scratch = await mkdtemp(join(tmpdir(), 'act-'))
    try {
      await setUp(scratch)
      const examples = workflowExamples().filter((example) => innerOf(example).actionSteps.length > 0)
      const names = examples.map(nameOf)
      for (const name of Object.keys(BEYOND)) assert(names.includes(name), `no page has the workflow ${name}`)
      for (const example of examples) {
        if (!Object.hasOwn(BEYOND, nameOf(example))) await runs(hold, scratch, example)
      }
    } finally {
      await rm(scratch, { recursive: true, force: true, maxRetries: 3 })
    }
  },
}

/** Workflows of the pages that need more than act has on the host, by name; `npm test` runs their steps of ours. */
const BEYOND: Readonly<Record<string, string>> = {
  'In a container': 'a container engine',
  'Check the migrations': 'a container engine',
  'Roll out the migrations': 'a container engine',
}

function nameOf({ text }: WorkflowExample): string {
  return /^name: (.+)$/m.exec(text)?.[1] ?? ''
}

/** The reusable workflow that an example calls: another example, by its name. */
const CALLED = { path: '.github/workflows/deploy.yml', in: 'octo-org/workflows@main', name: 'Deploy' }

function called(): WorkflowExample {
  const example = workflowExamples().find((each) => nameOf(each) === CALLED.name)
  assert(example !== undefined, `no page has the workflow ${CALLED.name}`)
  return example
}

/** The workflow whose steps run: the one that is called, or the example itself. */
function innerOf(example: WorkflowExample): WorkflowExample {
  return example.text.includes(`uses: ${CALLED.in.replace('@', `/${CALLED.path}@`)}\n`) ? called() : example
}

/** Commands of the examples, and scripts that their repositories are thought to have. */
const COMMANDS = [
  ...['gh', 'git', 'psql', 'mysql', 'pg_dump', 'flyway', 'curl'],
  ...['databricks', 'docker', 'go', 'npm', 'pip', 'terraform'],
]
const SCRIPTS = ['migrate.sh', 'migrate.ps1', 'deploy.sh', 'test.sh']
/** Where a command of an example finds the credential. */
const CREDENTIALS = '^(([A-Z]+_)?TOKEN|([A-Z]+_|PG)?PASSWORD|MYSQL_PWD)=(.+)$'

/**
 * In place of a command: notes its environment, shows the credential that it got, and makes the file that it was asked for.
 * git does what it can do here.
 */
const RECORDER = `#!/bin/bash
if [ "$(basename "$0")" = git ] && [[ ! " $* " =~ ' '(push|submodule)' ' ]]; then exec /usr/bin/git "$@"; fi
env > "$RECORDS/$(basename "$0").$$"
if [ -p /dev/stdin ]; then cat > /dev/null; fi
env | grep -E '${CREDENTIALS}' | sed 's/^[^=]*=/credential: /' >&2
if [[ "$*" = */v1/database/creds/* ]]; then echo '{"data":{"username":"app","password":"of the database"}}'; fi
while [ $# -gt 0 ]; do
  case "$1" in --output | --file) mkdir -p "$(dirname "$2")"; touch "$2" ;; esac
  shift
done
`

/** Actions of others in the examples. */
const OTHERS = [...new Set(foreignUses().map(({ name, ref }) => `${name}@${ref}`))]
const CHECKOUT = OTHERS.find((uses) => uses.startsWith('actions/checkout@'))!

/** Tags and commits by which the examples use this repository. */
const REFS = new Set(
  workflowExamples().flatMap(({ actionSteps }) => actionSteps.map(({ step }) => step.uses!.split('@')[1]!)),
)

/** In place of each: notes the token that it got. */
const OTHER = `name: Another
inputs: { token: { description: token }, github-token: { description: token }, script: { description: script } }
runs:
  using: composite
  steps:
    - run: echo "GH_TOKEN=$GH_TOKEN" > "$RECORDS/action.$$"
      shell: bash
      env: { GH_TOKEN: '\${{ inputs.token || inputs.github-token }}' }
`

/** The repository of the workflows, the commands, and a copy of the actions without what is not part of them. */
async function setUp(scratch: string): Promise<void> {
  await writeAll(scratch, {
    ...Object.fromEntries(COMMANDS.map((name) => [`bin/${name}`, RECORDER])),
    'other/action.yml': OTHER,
    [`workflows/${CALLED.path}`]: called().text,
  })
  await mkdir(join(scratch, 'home'))
  await cp(join(ROOT, 'dist'), join(scratch, 'actions/dist'), { recursive: true })
  for (const { file } of readActions()) {
    await cp(join(ROOT, file), join(scratch, 'actions', file), { recursive: true })
  }
}

/** Puts the files of the repository into a folder, and commits them. */
async function commitRepository(folder: string, workflow: string): Promise<void> {
  await writeAll(folder, {
    '.github/workflows/example.yml': workflow,
    'migrations/0001_create_users.sql': 'SELECT 1;\n',
    'migrations.sql': 'SELECT 1;\n',
    ...Object.fromEntries(SCRIPTS.map((name) => [name, RECORDER])),
  })
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['remote', 'add', 'origin', `https://github.com/${fullName(defaultIdentity)}`],
    ['add', '--all'],
    ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com', 'commit', '--quiet', '--message=first'],
  ]) {
    await output('git', args, { cwd: folder })
  }
}

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text, { mode: 0o755 })
  }
}

/** Runners of the examples: each of them is this machine. */
const PLATFORMS = ['ubuntu-latest', 'windows-latest', 'macos-latest', 'self-hosted']

/**
 * Runs the one workflow of a repository in the host's own environment, as a self-hosted runner does. Gives every credential
 * that a command got, in no order.
 */
async function runAct(scratch: string, world: World, example: WorkflowExample) {
  const authority = world.env['NODE_EXTRA_CA_CERTS'] ?? ''
  const folder = await mkdtemp(join(scratch, 'repository-'))
  await commitRepository(folder, prepared(example.text).replaceAll(AUTHORITY_FILE, authority))
  const records = join(folder, '.records')
  await mkdir(records)
  const pointers = Object.keys(world.setup.environment?.() ?? {})
  const machine = Object.entries(world.env).filter(([name, value]) => value !== undefined && !pointers.includes(name))
  const env = Object.entries({ ...Object.fromEntries(machine), RECORDS: records, CURL_CA_BUNDLE: authority })
  await writeAll(folder, {
    '.env': env.map(([name, value]) => `${name}=${value}\n`).join(''),
    '.event.json': JSON.stringify(situations.push.payload(world.identity)),
  })
  const args = [
    eventOf(example),
    ...['--workflows', '.github/workflows/example.yml', '--eventpath', '.event.json', '--actor', 'mona'],
    ...['--no-cache-server', '--action-offline-mode'],
    ...PLATFORMS.flatMap((name) => ['--platform', `${name}=-self-hosted`]),
    ...[...REFS].flatMap((ref) => ['--local-repository', `OWNER/access-token@${ref}=${join(scratch, 'actions')}`]),
    ...['--local-repository', `${CALLED.in}=${join(scratch, 'workflows')}`],
    ...secretsIn(example.text).flatMap((name) => ['--secret', `${name}=${secretOf(name)}`]),
    ...OTHERS.flatMap((name) => ['--local-repository', `${name}=${join(scratch, 'other')}`]),
  ]
  const path = [join(scratch, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter)
  const home = join(scratch, 'home')
  const { code, stdout, stderr } = await promisify(execFile)(ACT.path, args, {
    cwd: folder,
    env: { PATH: path, HOME: home, XDG_CACHE_HOME: home },
    timeout: 180_000,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    (ended) => ({ code: 0, ...ended }),
    (error: unknown) => error as { code: unknown; stdout: string; stderr: string },
  )
  const noted = await Promise.all((await readdir(records)).map((name) => readFile(join(records, name), 'utf8')))
  const credentials = noted.flatMap((text) =>
    [...text.matchAll(new RegExp(CREDENTIALS, 'gm'))].map((match) => match.at(-1)!),
  )
  return { code, log: `${stdout}${stderr}`, credentials }
}

/** Pieces of a job are shown without the checkout that brings the scripts they call; act does not know `queue` of 2026 yet. */
function prepared(given: string): string {
  const workflow = given.replace(', queue: max }', ' }')
  if (workflow.includes('uses: actions/checkout@')) return workflow
  return workflow.replace(/^( *)steps:\n/m, `$&$1  - uses: ${CHECKOUT}\n`)
}

/** The secrets of the repository that a workflow reads. */
function secretsIn(workflow: string): string[] {
  return [...new Set([...workflow.matchAll(/\bsecrets\.(\w+)/g)].map(([, name]) => name!))]
}

function secretOf(name: string): string {
  return `obviously-a-secret-${name}`
}

/** Whether a workflow runs something that notes its environment and shows the credential. */
function runsCommand(workflow: string): boolean {
  return [...COMMANDS, ...SCRIPTS].some((name) => workflow.includes(`${name} `) || workflow.includes(`${name}\n`))
}

function eventOf({ workflow }: WorkflowExample): string {
  const { on } = workflow as { on?: unknown }
  if (typeof on === 'string') return on
  return Array.isArray(on) ? String(on[0]) : Object.keys(on as object)[0]!
}

async function worldFor(example: WorkflowExample): Promise<World> {
  const { actionSteps, workflow } = innerOf(example)
  const [first] = actionSteps
  const { environment } = workflow.jobs[first!.job]!
  const name = typeof environment === 'object' ? environment.name : environment
  const identity: Identity = { ...defaultIdentity, ...(name !== undefined && { environment: name }) }
  const inputs = Object.fromEntries(
    Object.entries(first!.step.with ?? {}).map(([input, value]) => [
      input,
      String(value).replace(/\$\{\{ secrets\.(\w+) \}\}/g, (_, name: string) => secretOf(name)),
    ]),
  )
  return exampleWorld(first!.action.folder, inputs, identity)
}

async function runs(hold: Hold, scratch: string, example: WorkflowExample): Promise<void> {
  await using world = await worldFor(example)
  const { code, log, credentials } = await runAct(scratch, world, example)
  const { actionSteps, text } = innerOf(example)
  const shows = runsCommand(text)
  const reads = /\boutputs\.(?:token|secret)\b/.test(text) && (shows || text.includes('uses: actions/'))
  const also = reads ? '; later steps read the credential, the log shows ***' : ''
  await hold(`${example.file}:${example.line + 1} runs unchanged${also}`, () => {
    assert.equal(code, 0, log.slice(-2_000))
    assert.match(log, /Job succeeded/)
    for (const { step } of actionSteps) assert(typeof step.uses === 'string' && log.includes(step.uses))
    if (actionSteps.some(({ action }) => action.runs.post !== undefined)) assert.match(log, /Success - Post /)
    for (const { name, value } of world.secrets) assert(!log.includes(value), `${name} is in the log`)
    if (!reads) return
    assert.notEqual(credentials.length, 0, `no command got one:\n${log.slice(-2_000)}`)
    for (const value of credentials) {
      assert(value.length > 8, value)
      assert(!log.includes(value), 'the credential is in the log')
    }
    // act knows no masks in the steps of a composite action, which the actions of others are here.
    if (shows) assert.match(log, /credential: .*\*\*\*/)
  })
}
