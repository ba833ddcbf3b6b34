import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readAction } from './action-file.ts'
import { stageEnvironment, type StepOptions } from './environment.ts'
import { commandFiles, readCommandFiles, type FileCommand, type FileCommandValues } from './file-commands.ts'
import { Masker } from './masker.ts'
import { runProcess, type Ended, type ProcessOptions } from './process.ts'
import { StepLog, type Annotation } from './step-log.ts'

export interface StageOptions extends StepOptions, ProcessOptions {
  /** Absolute folder with an `action.yml`. */
  readonly action: string
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
  /** Whether to measure the peak memory. */
  readonly memory?: boolean
}

/** What became of a stage. All texts but `raw` and the values of outputs, state and env are masked. */
export interface StageResult extends Ended, FileCommandValues {
  readonly stage: 'main' | 'post'
  /** `success` unless the process failed, or a command of it. */
  readonly outcome: 'success' | 'failure'
  /** As GitHub shows it. */
  readonly log: string
  readonly annotations: readonly Annotation[]
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
  return runStage('main', options, new Masker(options.masks), { env: {}, state: {} })
}

/** Runs the post stage after a main stage: same inputs, its state, its environment, its masks. */
export async function runPost(options: StageOptions, main: StageResult): Promise<StageResult> {
  return runStage('post', options, new Masker(main.masks), main)
}

async function runStage(
  stage: 'main' | 'post',
  options: StageOptions,
  masker: Masker,
  job: Pick<StageResult, 'env' | 'state'>,
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
      ...(await stageEnvironment(folder, action, options, log, stage, job, files)),
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
    const contents = await readCommandFiles(files, log)
    const [took, peak] = await Promise.all([tookFile, memoryFile].map((file) => readFile(file, 'utf8').catch(() => '')))
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
      summary: masker.maskLines(contents.summary),
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
