import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultIdentity, type Identity } from '../fakes/identity.ts'
import { evaluate, type ActionFile } from './action-file.ts'
import { githubContext, situations, type Situation } from './context.ts'
import type { StepLog } from './step-log.ts'

/** A step of a job, as the variables of its stages tell it. */
export interface StepOptions {
  /** As under `with:`. */
  readonly inputs?: Readonly<Record<string, string>>
  /** As under `env:`; replaces nothing that the runner sets. An `undefined` takes any variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What happened; a push unless given. */
  readonly situation?: Situation
  /** Changes to the identity that the situation gives. */
  readonly identity?: Partial<Identity>
  /** Where GitHub's API is; api.github.com unless given. */
  readonly apiUrl?: string | undefined
  /** Whether debug logging is on (`RUNNER_DEBUG=1`). */
  readonly debug?: boolean
  /** How `uses:` names the action; with it the log starts with the inputs, as GitHub's does. */
  readonly uses?: string
}

/** What a process needs of the machine it runs on; the last five on Windows. */
const MACHINE = ['PATH', 'HOME', 'SystemRoot', 'TEMP', 'TMP', 'PATHEXT', 'USERPROFILE']

/**
 * The variables of a stage. What the runner says of the inputs goes into the log.
 *
 * @param state what the stage before saved
 * @param files the command files, by their variables
 * @throws Error for an input that the action does not have
 */
export async function stageEnvironment(
  folder: string,
  action: ActionFile,
  options: StepOptions,
  log: StepLog,
  stage: 'main' | 'post',
  state: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): Promise<Record<string, string | undefined>> {
  const { situation = situations.push, env = {}, uses } = options
  const identity: Identity = { ...defaultIdentity, ...situation.identity, ...options.identity }
  const payload = situation.payload(identity)
  const github = githubContext(identity, options.apiUrl)
  for (const name of ['workspace', 'temp', 'tools']) await mkdir(join(folder, name))
  const eventPath = join(folder, 'event.json')
  await writeFile(eventPath, JSON.stringify(payload))

  const inputs = inputsOf(action, options.inputs ?? {}, { github: { ...github, event: payload } })
  if (uses !== undefined && stage === 'main') showHeader(log, uses, inputs)
  if (uses !== undefined && stage === 'post') log.show('Post job cleanup.')
  return {
    ...Object.fromEntries(MACHINE.map((name) => [name, process.env[name]])),
    CI: 'true',
    ...env,
    ...renamed(state, (name) => `STATE_${name}`),
    ...renamed(inputs, (name) => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`),
    ...renamed({ ...github, ...files }, (name) => `GITHUB_${name.toUpperCase()}`),
    GITHUB_EVENT_PATH: eventPath,
    GITHUB_WORKSPACE: join(folder, 'workspace'),
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_OS: { darwin: 'macOS', win32: 'Windows' }[process.platform as string] ?? 'Linux',
    RUNNER_TEMP: join(folder, 'temp'),
    RUNNER_TOOL_CACHE: join(folder, 'tools'),
    ...(options.debug === true ? { RUNNER_DEBUG: '1' } : {}),
    ...Object.fromEntries(Object.entries(env).filter(([, value]) => value === undefined)),
  }
}

function renamed(record: Readonly<Record<string, string>>, to: (name: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [to(name), value]))
}

/** The inputs of a step with their defaults. */
function inputsOf(
  action: ActionFile,
  given: Readonly<Record<string, string>>,
  contexts: Readonly<Record<string, object>>,
): Record<string, string> {
  const unknown = Object.keys(given).filter((name) => !(name in action.inputs))
  if (unknown.length > 0) throw new Error(`${action.name} has no input ${unknown.join(', ')}`)
  const left = Object.entries(action.inputs).filter(([name]) => !(name in given))
  return {
    ...given,
    ...Object.fromEntries(left.map(([name, { default: text = '' }]) => [name, evaluate(text, contexts)])),
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
