import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readAction } from './action-file.ts'
import { stageEnvironment, type StepOptions } from './environment.ts'
import { commandFiles, readCommandFiles, type FileCommand, type FileCommandValues } from './file-commands.ts'
import { linesOf, Masker } from './masker.ts'
import { runProcess, type Ended, type ProcessOptions } from './process.ts'
import { StepLog, type Annotation } from './step-log.ts'

export interface StageOptions extends StepOptions, ProcessOptions {
  /** Absolute folder with an `action.yml`. */
  readonly action: string
  /** Values masked from the start, as a repository's secrets are. */
  readonly masks?: readonly string[]
  /** Modules loaded before the action: absolute paths or URLs. */
  readonly preloads?: readonly string[]
  /** Further options of node. */
  readonly nodeOptions?: readonly string[]
  /** Command files that cannot be written. */
  readonly unwritable?: readonly FileCommand[]
  /** Whether to measure the peak memory and the time of the CPU. */
  readonly usage?: boolean
}

/** What became of a stage. All texts but `raw` and the values of outputs and state are masked. */
export interface StageResult extends Ended, FileCommandValues {
  readonly stage: 'main' | 'post'
  /** `success` unless the process failed. */
  readonly outcome: 'success' | 'failure'
  /** As GitHub shows it. */
  readonly log: string
  readonly annotations: readonly Annotation[]
  /** Every value masked so far in the job. */
  readonly masks: readonly string[]
  readonly foreignCommands: readonly string[]
  readonly debugLines: readonly string[]
  /** Present where it was asked for and the process lived to tell. */
  readonly usage?: { readonly memoryMiB: number; readonly cpuMs: number }
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

/** Runs the post stage after a main stage: same inputs, its state, its masks. */
export async function runPost(options: StageOptions, main: StageResult): Promise<StageResult> {
  return runStage('post', options, new Masker(main.masks), main.state)
}

async function runStage(
  stage: 'main' | 'post',
  options: StageOptions,
  masker: Masker,
  state: StageResult['state'],
): Promise<StageResult> {
  const action = readAction(options.action)
  const script = action.runs[stage]
  if (script === undefined) throw new Error(`${options.action} has no 'runs.${stage}'`)
  await using folder = await mkdtempDisposable(join(tmpdir(), 'runner-'))
  const at = (name: string): string => join(folder.path, name)
  const log = new StepLog(masker, options.debug === true)
  const files = await commandFiles(folder.path, options.unwritable ?? [])
  const environment = {
    ...(await stageEnvironment(folder.path, action, options, log, stage, state, files)),
    ...(options.usage === true ? { USAGE_FILE: at('usage') } : {}),
  }
  if (options.usage === true) await writeFile(at('usage.cjs'), REPORT_USAGE)
  const args = [
    ...(options.usage === true ? ['--require', at('usage.cjs')] : []),
    ...(options.preloads ?? []).flatMap((module) => [
      '--import',
      isAbsolute(module) ? pathToFileURL(module).href : module,
    ]),
    ...(options.nodeOptions ?? []),
    join(options.action, script),
  ]
  const ended = await runProcess(args, environment, at('workspace'), options)
  for (const line of linesOf(ended.raw)) log.take(line)
  const contents = await readCommandFiles(files)
  const usage = await readFile(at('usage'), 'utf8').catch(() => '')
  return {
    stage,
    outcome: ended.exitCode === 0 ? 'success' : 'failure',
    ...ended,
    log: log.text,
    annotations: log.annotations,
    ...contents,
    summary: masker.maskLines(contents.summary),
    masks: masker.asked,
    foreignCommands: log.foreignCommands,
    debugLines: log.debugLines,
    ...(usage && { usage: JSON.parse(usage) as NonNullable<StageResult['usage']> }),
  }
}

/**
 * CommonJS, so that loading it costs the process next to nothing. On Linux `maxRSS` includes what the parent had before it
 * became this program; the high-water mark does not.
 */
const REPORT_USAGE = `process.once('exit', () => {
  const { readFileSync, writeFileSync } = process.getBuiltinModule('node:fs')
  const kibibytes = process.platform === 'linux'
    ? Number(/^VmHWM:\\s*(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
    : process.resourceUsage().maxRSS
  const { user, system } = process.cpuUsage()
  const usage = { memoryMiB: kibibytes / 1024, cpuMs: (user + system) / 1000 }
  writeFileSync(process.env.USAGE_FILE, JSON.stringify(usage))
})`
