import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readActions, repository, repositoryFiles } from '../../dev/documents/actions.ts'
import { checkByLanguageService, checkWorkflow } from '../../dev/documents/check.ts'
import { canRunCommands } from '../../dev/documents/fences.ts'
import type { Workflow } from '../../dev/documents/workflows.ts'
import { Place } from './commands.ts'

const actions = readActions()
const read = (file: string): string => readFileSync(join(repository, file), 'utf8')
const workflowFiles = repositoryFiles('.github/workflows/*.{yml,yaml}')
const allActionFiles = [...actions.map(({ file }) => file), ...repositoryFiles('.github/actions/*/action.yml')]

test('there are workflows and actions to look at', () => {
  expect(workflowFiles).toEqual(
    expect.arrayContaining(['ci', 'codeql', 'release'].map((name) => `.github/workflows/${name}.yml`)),
  )
  expect(actions.map(({ file }) => file)).toContain('action.yml')
})

describe.each(workflowFiles)('%s', (file) => {
  const text = read(file)
  const workflow = parse(text) as Workflow & { on: unknown }

  test('is accepted by actionlint and by GitHub’s language service, and its scripts by bash', async () => {
    expect(await checkWorkflow(text, workflow, actions)).toEqual([])
  })

  test('gives no permission that a job does not ask for', () => {
    expect(workflow.permissions).toEqual({})
    for (const [name, job] of Object.entries(workflow.jobs)) {
      expect(job, `job ${name}`).toHaveProperty('permissions')
      expect(job, `job ${name}`).toHaveProperty('timeout-minutes')
      expect(job.permissions, `job ${name}`).toBeTypeOf('object')
    }
  })

  test('keeps the token out of the checkout, and hands values to scripts by the environment', () => {
    for (const { uses = '', run, with: given } of Object.values(workflow.jobs).flatMap(({ steps = [] }) => steps)) {
      if (uses.startsWith('actions/checkout@')) expect(given).toMatchObject({ 'persist-credentials': false })
      expect(run ?? '').not.toContain('${{')
    }
  })
})

test('an action of others is pinned to one commit, and its version named', () => {
  const pins = new Map<string, Set<string>>()
  for (const text of workflowFiles.map(read)) {
    for (const [, name = '', pin = ''] of text.matchAll(/^\s*(?:- )?uses: *([\w-]+\/[\w.-]+)[^@\s]*(.*)$/gm)) {
      pins.set(name, (pins.get(name) ?? new Set()).add(pin))
    }
  }
  expect(pins.size).toBeGreaterThan(0)
  for (const [name, each] of pins) {
    expect([...each].join(), name).toMatch(/^@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  }
})

test('no job whose result counts is left out of the conclusion', () => {
  const { jobs } = parse(read('.github/workflows/ci.yml')) as { jobs: Record<string, { needs?: string[] }> }
  expect(jobs['conclusion']!.needs!.toSorted()).toEqual(
    Object.keys(jobs)
      .filter((name) => name !== 'conclusion')
      .toSorted(),
  )
})

test('the version of zizmor is pinned', () => {
  expect(read('.github/workflows/ci.yml')).toMatch(/uses: zizmorcore\/\S+ #.*\n +with:\n +version: \d+\.\d+\.\d+\n/)
})

test('Node comes from the lock file, by its hash, and no package runs a script when it is installed', () => {
  const { optionalDependencies: nodes, allowScripts } = JSON.parse(read('package.json')) as {
    optionalDependencies: Record<string, string>
    allowScripts: Record<string, boolean>
  }
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { os?: string; cpu?: string; hasInstallScript?: true }>
  }
  const platforms = Object.entries(nodes).map(([name, version]) => {
    const locked = packages[`node_modules/${name}`]!
    expect(locked, name).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-/) as string })
    expect(version, name).toMatch(/^24\.\d+\.\d+$/)
    return `${locked.os} ${locked.cpu}`
  })
  expect(platforms).toEqual(['darwin x64', 'linux arm64', 'linux x64', 'win32 x64'])
  const withScript = Object.keys(packages).filter((path) => packages[path]!.hasInstallScript)
  expect(withScript.map((path) => allowScripts[path.replace('node_modules/', '')])).toEqual([false])
  for (const text of [...workflowFiles, '.ci/run'].map(read)) {
    expect(text).not.toMatch(/^\W*run:? npm (install|ci$)/m)
  }
})

describe.each(allActionFiles)('%s', (file) => {
  test('is accepted by GitHub’s language service', async () => {
    expect(await checkByLanguageService(read(file), file)).toEqual([])
  })
})

describe.each(actions)('$file', (action) => {
  test('runs on Node 24 and has no input that is both required and given', () => {
    expect(action.runs.using).toBe('node24')
    for (const [name, input] of Object.entries(action.inputs)) {
      expect(input.required === true && input.default !== undefined, name).toBe(false)
    }
  })
})

test('the checks find what they are for', async () => {
  const text = [
    'on: push',
    'jobs:',
    '  one:',
    '    runs-on: ubuntu-latest',
    '    steps:',
    '      - run: if',
    '      - uses: OWNER/access-token@v1',
    '        id: token',
    '        with: { app-servr: x }',
    '      - run: echo "$T"',
    '        env: { T: "${{ steps.token.outputs.tokn }}", N: "${{ steps.none.outputs.x }}" }',
    '',
  ].join('\n')
  const problems = await checkWorkflow(text, parse(text) as Workflow, actions)
  const found = problems.map(({ message }) => message).join('\n')
  expect(found).toContain('actionlint: property "none" is not defined')
  expect(found).toContain("GitHub's language service: Context access might be invalid: none")
  expect(found).toContain('bash -n: ')
  expect(found).toContain('there is no input app-servr')
  expect(found).toContain('the input app-server is required')
  expect(found).toContain('there is no output tokn')
  expect(found).toContain('the job has no id-token: write')
})

describe.runIf(canRunCommands)('a release', () => {
  const { jobs } = parse(read('.github/workflows/release.yml')) as {
    jobs: Record<
      string,
      { permissions: Record<string, string>; steps: { name?: string; run?: string; with?: Record<string, string> }[] }
    >
  }

  test('is refused for a tag that is not on main', async () => {
    const step = jobs['build']?.steps.find(({ name }) => name === 'The tag is on main')
    const author = { GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x@example.com' }
    using place = new Place({}, { ...author, GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x@example.com' })
    await place.run(
      'git init --quiet && git commit --quiet --allow-empty -m one && git update-ref refs/remotes/origin/main HEAD',
      step?.run ?? 'false',
    )
    await place.run('git commit --quiet --allow-empty -m two')
    expect(await place.shell([step?.run ?? 'true'])).not.toMatchObject({ status: 0 })
  })

  test.each([
    { at: undefined, tag: 'v1.0.0', asks: ['POST'] },
    { at: '1.9.0', tag: 'v1.10.0', asks: ['PATCH'] },
    { at: '1.10.0', tag: 'v1.10.0', asks: ['PATCH'] },
    { at: '1.10.0', tag: 'v1.9.1', asks: [] },
  ])('moves v1 from $at to $tag: $asks', async ({ at = '', tag, asks }) => {
    const script = jobs['move-v1']?.steps[0]?.run ?? ''
    const gh = `gh() {
      case "$*" in
        *--method*) echo "asked: $*" ;;
        *contents/package.json?ref=abc*) echo "$AT" ;;
        *) [ -n "$AT" ] && echo abc ;;
      esac
    }\n`
    using place = new Place({}, { AT: at, TAG: tag, GITHUB_SHA: 'def', GITHUB_REPOSITORY: 'o/r' })
    const { output } = await place.run(gh, script)
    expect(Array.from(output.matchAll(/^asked: .*--method (\w+) .*sha=def/gm), ([, method]) => method)).toEqual(asks)
    expect(output.includes(`::notice::v1 stays at v${at}, which is later than ${tag}.`)).toBe(asks.length === 0)
  })

  test('runs nothing of its own or of a dependency where it may write or sign', () => {
    const powerful = Object.values(jobs).filter(({ permissions }) => Object.values(permissions).includes('write'))
    expect(powerful).toHaveLength(2)
    for (const { steps } of powerful) {
      for (const { run = '' } of steps) expect(run).not.toMatch(/\b(npm|npx|node|yarn|\.ci)\b|\.\//)
    }
  })

  test('attests every file that decides what runs, and the README checks each', () => {
    const attest = jobs['release']?.steps.find(({ with: given }) => given?.['subject-path'] !== undefined)
    const patterns = (attest?.with?.['subject-path'] ?? '').trim().split('\n')
    const files = (pattern: string): string[] =>
      globSync(pattern, { cwd: repository, exclude: ['node_modules'] }).map((file) => file.replaceAll('\\', '/'))
    const attested = patterns.flatMap(files)
    const decide = [...actions.map(({ file }) => file), ...files('dist/**/*.*')]
    expect(decide).toContain('dist/index.js')
    expect(attested).toEqual(expect.arrayContaining(decide))
    const [, command = ''] = /\n(git ls-files .*?) \|/.exec(read('README.md')) ?? []
    const { stdout } = spawnSync('bash', ['-c', command], { cwd: repository, encoding: 'utf8' })
    expect(stdout.split('\0')).toEqual(expect.arrayContaining(decide))
    const check =
      /xargs -0 -n 1 gh attestation verify \\\n +--repo OWNER\/access-token --source-ref refs\/tags\/v\S+ \\\n +--signer-workflow OWNER\/access-token\/\.github\/workflows\/release\.yml\n/
    expect(read('README.md')).toMatch(check)
  })
})
