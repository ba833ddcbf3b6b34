import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultIdentity, type Identity } from '../fakes/identity.ts'
import { evaluate, type ActionFile } from './action-file.ts'
import { githubContext, situations, type Hosts, type Situation } from './context.ts'
import type { StepLog } from './step-log.ts'

/** A step of a job, as the variables of its stages tell it. */
export interface StepOptions {
  /** As under `with:`. */
  readonly inputs?: Readonly<Record<string, string>>
  /** What happened; a push unless given. */
  readonly situation?: Situation
  /** Changes to the identity that the situation gives. */
  readonly identity?: Partial<Identity>
  readonly hosts?: Hosts
  /** Whether debug logging is on (`RUNNER_DEBUG=1`). */
  readonly debug?: boolean
  /** How `uses:` names the action; with it the log starts with the inputs, as GitHub's does. */
  readonly uses?: string
}

/** What a process needs of the machine it runs on; the last five on Windows. */
const MACHINE = ['PATH', 'HOME', 'SystemRoot', 'TEMP', 'TMP', 'PATHEXT', 'USERPROFILE']

/** The variables of a stage. What the runner says of the inputs goes into the log. */
export async function stageEnvironment(
  folder: string,
  action: ActionFile,
  options: StepOptions,
  log: StepLog,
  stage: 'main' | 'post',
): Promise<Record<string, string>> {
  const situation = options.situation ?? situations.push
  const identity: Identity = { ...defaultIdentity, ...situation.identity, ...options.identity }
  const payload = situation.payload(identity)
  const hosts = options.hosts ?? { serverUrl: 'https://github.com', apiUrl: 'https://api.github.com' }
  const github = githubContext(identity, hosts)
  const [workspace, temp, tools] = ['workspace', 'temp', 'tools'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await Promise.all([workspace, temp, tools].map((path) => mkdir(path)))
  const eventPath = join(folder, 'event.json')
  await writeFile(eventPath, JSON.stringify(payload))

  const declared = Object.entries(action.inputs)
  const given = options.inputs ?? {}
  const inputs = Object.fromEntries([
    ...declared.map(([name, input]) => [
      name,
      evaluate(input.default ?? '', { github: { ...github, event: payload } }),
    ]),
    ...Object.entries(given),
  ]) as Record<string, string>
  if (stage === 'main') {
    const unexpected = Object.keys(given).filter((name) => !(name in action.inputs))
    if (unexpected.length > 0) {
      const list = (names: string[]): string => names.map((name) => `'${name}'`).join(', ')
      log.annotate(
        'warning',
        `Unexpected input(s) ${list(unexpected)}, valid inputs are [${list(declared.map(([name]) => name))}]`,
      )
    }
    for (const [name, { deprecationMessage }] of declared) {
      if (deprecationMessage !== undefined && name in given) {
        log.annotate('warning', `Input '${name}' has been deprecated with message: ${deprecationMessage}`)
      }
    }
    if (options.uses !== undefined) showHeader(log, options.uses, inputs)
  } else if (options.uses !== undefined) {
    log.show(`Post job cleanup.`)
  }

  return {
    ...Object.fromEntries(
      MACHINE.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    CI: 'true',
    ...Object.fromEntries(
      Object.entries(github).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value]),
    ),
    GITHUB_EVENT_PATH: eventPath,
    GITHUB_WORKSPACE: workspace,
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'GitHub Actions 1',
    RUNNER_OS: { darwin: 'macOS', win32: 'Windows' }[process.platform as string] ?? 'Linux',
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: tools,
    ...(options.debug === true ? { RUNNER_DEBUG: '1' } : {}),
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
        value,
      ]),
    ),
  }
}

/** The first lines of a step's log: what runs, with which inputs. */
function showHeader(log: StepLog, uses: string, inputs: Readonly<Record<string, string>>): void {
  log.show(`##[group]Run ${uses}`)
  log.show('with:')
  for (const [name, value] of Object.entries(inputs)) {
    if (value !== '') for (const line of `  ${name}: ${value.trimEnd()}`.split('\n')) log.show(line)
  }
  log.show('##[endgroup]')
}
