import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { defaultIdentity, type Identity } from '../fakes/identity.ts'
import { evaluate, readAction, type ActionFile } from './action-file.ts'
import { githubContext, situations, type Hosts, type Situation } from './context.ts'
import { FileCommandError, parseKeyValues } from './file-commands.ts'
import { Masker } from './masker.ts'
import { StepLog, type Annotation } from './step-log.ts'

const FILE_COMMANDS = ['output', 'state', 'env', 'path', 'step_summary'] as const
type FileCommand = (typeof FILE_COMMANDS)[number]
/** The largest job summary of a step, in bytes. */
const MOST_SUMMARY = 1024 * 1024
/** What a process needs of the machine it runs on; the last five on Windows. */
const MACHINE = ['PATH', 'HOME', 'SystemRoot', 'TEMP', 'TMP', 'PATHEXT', 'USERPROFILE']

export interface StageOptions {
  /** Absolute folder with an `action.yml`. */
  readonly action: string
  /** As under `with:`. */
  readonly inputs?: Readonly<Record<string, string>>
  /** As under `env:`; may replace `GITHUB_*`. An `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What happened; a push unless given. */
  readonly situation?: Situation
  /** Changes to the identity that the situation gives. */
  readonly identity?: Partial<Identity>
  readonly hosts?: Hosts
  /** Whether debug logging is on (`RUNNER_DEBUG=1`). */
  readonly debug?: boolean
  /** Values masked from the start, as a repository's secrets are. */
  readonly masks?: readonly string[]
  /** Makes long waits short ({@link file://./leap.ts}): the file in which fakes name what they hold. */
  readonly leap?: string
  /** Modules loaded before the action: absolute paths or URLs. */
  readonly preloads?: readonly string[]
  /** Further options of node. */
  readonly nodeOptions?: readonly string[]
  /** Command files that cannot be written. */
  readonly unwritable?: readonly FileCommand[]
  /** Signals to the process, each as soon as its promise resolves. */
  readonly signals?: readonly { readonly signal: NodeJS.Signals; readonly when: Promise<unknown> }[]
  /** Whether to measure the peak memory. */
  readonly memory?: boolean
  /** After so many ms the stage counts as hanging; 300,000 unless given. */
  readonly limitMs?: number
  /** How `uses:` names the action; with it the log starts with the inputs, as GitHub's does. */
  readonly uses?: string
}

/** What became of a stage. All texts but `raw` and the values of outputs, state and env are masked. */
export interface StageResult {
  readonly stage: 'main' | 'post'
  /** `success` unless the process failed, or a command of it. */
  readonly outcome: 'success' | 'failure'
  /** `null` where a signal ended the process. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Where waits were leapt over, by the clocks of the process. */
  readonly durationMs: number
  /** In ms since the epoch. */
  readonly endedAt: number
  /** From the first signal that was sent to the end; absent without signals. */
  readonly afterSignalMs?: number
  /** As GitHub shows it. */
  readonly log: string
  /** As the process printed it. Holds secrets. */
  readonly raw: string
  readonly annotations: readonly Annotation[]
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly path: readonly string[]
  readonly summary: string
  /** Every value masked so far in the job. */
  readonly masks: readonly string[]
  readonly foreignCommands: readonly string[]
  readonly debugLines: readonly string[]
  /** In bytes; present where it was asked for and the process lived to tell. */
  readonly peakMemory?: number
}

/**
 * Runs the main stage of an action as the runner does: `runs.main` in a process of its own, on the node of this
 * process.
 *
 * @throws Error where the action cannot be read, or the stage hangs
 */
export async function runAction(options: StageOptions): Promise<StageResult> {
  return runStage('main', options, new Masker(options.masks), {})
}

/** Runs the post stage after a main stage: same inputs, its state, its environment, its masks. */
export async function runPost(options: StageOptions, main: StageResult): Promise<StageResult> {
  const state = Object.fromEntries(
    Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]),
  )
  return runStage('post', options, new Masker(main.masks), { ...main.env, ...state })
}

async function runStage(
  stage: 'main' | 'post',
  options: StageOptions,
  masker: Masker,
  job: Readonly<Record<string, string>>,
): Promise<StageResult> {
  const action = await readAction(options.action)
  const script = action.runs[stage]
  if (script === undefined) throw new Error(`${options.action} has no 'runs.${stage}'`)
  const folder = await mkdtemp(join(tmpdir(), 'runner-'))
  try {
    const log = new StepLog(masker, options.debug === true)
    const files = await commandFiles(folder, options.unwritable ?? [])
    const memoryFile = join(folder, 'memory')
    const tookFile = join(folder, 'took')
    const environment = {
      ...(await stageEnvironment(folder, action, options, log, stage)),
      ...Object.fromEntries(FILE_COMMANDS.map((name) => [`GITHUB_${name.toUpperCase()}`, files[name]])),
      ...job,
      ...options.env,
      ...(options.memory === true ? { RUNNER_MEMORY_FILE: memoryFile } : {}),
      ...(options.leap === undefined ? {} : { LEAP_HELD: options.leap, LEAP_TOOK: tookFile }),
    }
    const preloads = [
      ...(options.memory === true ? [REPORT_MEMORY] : []),
      ...(options.leap === undefined ? [] : [LEAP]),
      ...(options.preloads ?? []),
    ]
    const args = [
      ...preloads.flatMap((module) => ['--import', isAbsolute(module) ? pathToFileURL(module).href : module]),
      ...(options.nodeOptions ?? []),
      join(action.folder, script),
    ]
    const ended = await runProcess(args, environment, join(folder, 'workspace'), options, (line) => {
      log.take(line)
    })
    const contents = await readCommandFiles(files, options.unwritable ?? [], log)
    const [took, peak] = await Promise.all(
      [tookFile, memoryFile].map((file) => readFile(file, 'utf8').catch(() => '')),
    )
    return {
      stage,
      outcome: ended.exitCode === 0 && !log.failed ? 'success' : 'failure',
      ...ended,
      ...(took === '' ? {} : { durationMs: Number(took) }),
      log: log.text,
      annotations: log.annotations,
      ...contents,
      outputs: { ...log.outputs, ...contents.outputs },
      state: { ...log.state, ...contents.state },
      summary: contents.summary === '' ? '' : masker.mask(contents.summary),
      masks: masker.asked,
      foreignCommands: log.foreignCommands,
      debugLines: log.debugLines,
      ...(peak === '' ? {} : { peakMemory: Number(peak) }),
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

const LEAP = join(import.meta.dirname, 'leap.ts')

/** Written as a data URL, so that loading it costs the process no memory worth mentioning. */
const REPORT_MEMORY = `data:text/javascript,${encodeURIComponent(
  `import { writeFileSync } from 'node:fs'
   process.on('exit', () => writeFileSync(process.env.RUNNER_MEMORY_FILE, String(process.resourceUsage().maxRSS * 1024)))`,
)}`

async function commandFiles(
  folder: string,
  unwritable: readonly FileCommand[],
): Promise<Record<FileCommand, string>> {
  const parent = join(folder, '_runner_file_commands')
  await mkdir(parent)
  const entries = await Promise.all(
    FILE_COMMANDS.map(async (name) => {
      const path = join(parent, `${name}_${randomUUID()}`)
      // A folder is there but cannot be written to, also by root.
      await (unwritable.includes(name) ? mkdir(path) : writeFile(path, ''))
      return [name, path] as const
    }),
  )
  return Object.fromEntries(entries) as Record<FileCommand, string>
}

async function stageEnvironment(
  folder: string,
  action: ActionFile,
  options: StageOptions,
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

type Ended = Pick<StageResult, 'exitCode' | 'signal' | 'durationMs' | 'endedAt' | 'afterSignalMs' | 'raw'>

async function runProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
  options: StageOptions,
  take: (line: string) => void,
): Promise<Ended> {
  const started = performance.now()
  const child = spawn(process.execPath, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let raw = ''
  let signalled: number | undefined
  const became = { over: false, hung: false }
  const read = (stream: Readable): Promise<void> =>
    new Promise((resolve) => {
      let rest = ''
      stream.setEncoding('utf8').on('data', (text: string) => {
        raw += text
        // As the runner reads them: a lone CR ends a line too. One at the very end may still be half of a CRLF.
        const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
        rest = lines.pop() ?? ''
        lines.forEach(take)
      })
      stream.on('close', () => {
        if (rest !== '') take(rest.replace(/\r$/, ''))
        resolve()
      })
    })
  for (const { signal, when } of options.signals ?? []) {
    void when.then(() => {
      if (became.over) return
      signalled ??= performance.now()
      child.kill(signal)
    })
  }
  const limitMs = options.limitMs ?? 300_000
  const timer = setTimeout(() => {
    became.hung = true
    child.kill('SIGKILL')
  }, limitMs)
  try {
    const exit = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.once('error', reject)
        child.once('exit', (exitCode, signal) => {
          became.over = true
          resolve({ exitCode, signal })
        })
      },
    )
    const [status] = await Promise.all([exit, read(child.stdout), read(child.stderr)])
    const now = performance.now()
    if (became.hung) throw new Error(`the stage did not end within ${limitMs} ms; so far it printed:\n${raw}`)
    return {
      ...status,
      durationMs: now - started,
      endedAt: Date.now(),
      ...(signalled === undefined ? {} : { afterSignalMs: now - signalled }),
      raw,
    }
  } finally {
    clearTimeout(timer)
  }
}

/** Reads the command files after a stage; one that cannot be understood fails the step. */
async function readCommandFiles(
  files: Readonly<Record<FileCommand, string>>,
  unwritable: readonly FileCommand[],
  log: StepLog,
): Promise<Pick<StageResult, 'outputs' | 'state' | 'env' | 'path' | 'summary'>> {
  const content = async (name: FileCommand): Promise<string> =>
    unwritable.includes(name) ? '' : readFile(files[name], 'utf8')
  const keyValues = async (name: FileCommand): Promise<Record<string, string>> => {
    try {
      return parseKeyValues(await content(name))
    } catch (error) {
      if (!(error instanceof FileCommandError)) throw error
      log.annotate('error', `Unable to process file command '${name}' successfully.`)
      log.annotate('error', error.message)
      log.failed = true
      return {}
    }
  }
  const env = await keyValues('env')
  for (const name of Object.keys(env).filter((key) => key.toUpperCase() === 'NODE_OPTIONS')) {
    log.annotate('error', `Can't store ${name} output parameter using '$GITHUB_ENV' command.`)
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- The variable must not reach later stages.
    delete env[name]
    log.failed = true
  }
  let summary = await content('step_summary')
  if (Buffer.byteLength(summary) > MOST_SUMMARY) {
    log.annotate('error', '$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k')
    summary = ''
  }
  return {
    outputs: await keyValues('output'),
    state: await keyValues('state'),
    env,
    path: (await content('path')).split(/\r?\n/).filter((line) => line !== ''),
    summary,
  }
}
