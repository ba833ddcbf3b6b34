import { evaluate, type ActionFile } from '../dev/runner/action-file.ts'
import { githubContext, runOf, situations } from '../dev/runner/context.ts'
import { linesOf, Masker } from '../dev/runner/masker.ts'
import type { StageResult } from '../dev/runner/runner.ts'
import { StepLog } from '../dev/runner/step-log.ts'
import type { World } from '../dev/world.ts'
import { ActionError } from '../src/errors.ts'
import type { Runner } from '../src/step/runner.ts'

/** One thing that a step told the runner: a plain line, or a workflow command by its name. */
interface Said {
  readonly as: 'line' | 'grouped line' | 'add-mask' | 'debug' | 'notice' | 'warning' | 'error' | 'group' | 'endgroup'
  readonly text: string
}

/** How a stage in this process differs from the usual. */
export interface RecordedStage {
  /** In addition to, or instead of, those of the world. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** What happened; a push unless given. */
  readonly event?: keyof typeof situations
  /** What the main stage saved. */
  readonly state?: Readonly<Record<string, string>>
  /** Files of the runner that cannot be written. */
  readonly unwritable?: readonly ('output' | 'state' | 'step_summary')[]
  readonly debugging: boolean
}

/** A runner in this process, and all that a step told it and handed to it, as it came: nothing is masked. */
interface Recorder {
  readonly runner: Runner
  readonly said: readonly Said[]
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
  /** Names of the inputs that were read. */
  readonly read: ReadonlySet<string>
}

/**
 * A runner that records. It has the inputs and variables of a world and the defaults of the action's `action.yml`, and
 * accepts no input or output that the `action.yml` does not declare.
 */
export function createRecorder(world: World, action: ActionFile, stage: RecordedStage): Recorder {
  const { identity, handlers } = world
  const github = githubContext(identity, 'github' in handlers ? world.url('github') : undefined)
  const environment = {
    ...Object.fromEntries(Object.entries(github).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value])),
    ...world.env,
    ...stage.env,
  }
  const given: Readonly<Record<string, string>> = { ...world.inputs, ...stage.inputs }
  const { unwritable = [], debugging } = stage
  const said: Said[] = []
  const outputs: Record<string, string> = {}
  const state: Record<string, string> = {}
  const read = new Set<string>()
  let summary = ''

  const say =
    (as: Said['as']) =>
    (text: string): void => {
      said.push({ as, text })
    }
  const write = (file: 'output' | 'state', values: Record<string, string>, name: string, value: string): void => {
    if (unwritable.includes(file)) throw new ActionError('NOT_WRITTEN', `The ${file} file cannot be written.`)
    values[name] = value
  }
  const runner: Runner = {
    environment,
    input: (name) => {
      if (!(name in action.inputs)) throw new Error(`action.yml declares no input ${name}`)
      read.add(name)
      return (given[name] ?? evaluate(action.inputs[name]?.default ?? '', { github })).trim()
    },
    mask: say('add-mask'),
    saveState: (name, value) => {
      write('state', state, name, value)
    },
    state: (name) => stage.state?.[name] ?? state[name] ?? '',
    output: (name, value) => {
      const isOwn = 'secrets' in given || name in action.outputs
      if (!isOwn) throw new Error(`action.yml declares no output ${name}`)
      write('output', outputs, name, value)
    },
    info: say('line'),
    debug: say('debug'),
    warning: say('warning'),
    notice: say('notice'),
    error: say('error'),
    group: (title, lines) => {
      say('group')(title)
      lines.forEach(say('grouped line'))
      say('endgroup')('')
    },
    summary: (markdown) => {
      if (unwritable.includes('step_summary')) return Promise.reject(new Error('EISDIR'))
      summary += markdown
      return Promise.resolve()
    },
    run: () => Promise.resolve(runOf(environment, situations[stage.event ?? 'push'].payload(identity))),
    debugging,
  }
  return {
    runner,
    said,
    outputs,
    state,
    read,
    get summary() {
      return summary
    },
  }
}

/**
 * What became of a stage, with the log of the runner emulation: every word goes through it as `@actions/core` prints it.
 *
 * @param masks values masked from the start
 */
export function stageOf(
  recorder: Recorder,
  stage: 'main' | 'post',
  succeeded: boolean,
  masks: readonly string[],
): StageResult {
  const masker = new Masker(masks)
  const log = new StepLog(masker, recorder.runner.debugging)
  const printed = recorder.said.map(({ as, text }) => (as.endsWith('line') ? text : `::${as}::${escaped(text)}`))
  const raw = printed.map((line) => `${line}\n`).join('')
  for (const line of linesOf(raw)) log.take(line)
  return {
    stage,
    outcome: succeeded ? 'success' : 'failure',
    exitCode: succeeded ? 0 : 1,
    signal: null,
    durationMs: 0,
    log: log.text,
    raw,
    annotations: log.annotations,
    outputs: recorder.outputs,
    state: recorder.state,
    summary: masker.maskLines(recorder.summary),
    masks: masker.asked,
    foreignCommands: log.foreignCommands,
    debugLines: log.debugLines,
  }
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
