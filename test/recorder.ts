import { evaluate, type ActionFile } from '../dev/runner/action-file.ts'
import { githubContext, runOf, situations } from '../dev/runner/context.ts'
import { linesOf, Masker } from '../dev/runner/masker.ts'
import type { StageResult } from '../dev/runner/runner.ts'
import { StepLog } from '../dev/runner/step-log.ts'
import type { World } from '../dev/world.ts'
import { ActionError } from '../src/errors.ts'
import type { Runner } from '../src/step/runner.ts'

/** One thing that a step told the runner, as it came: nothing is masked. */
interface Said {
  readonly as:
    Exclude<keyof Runner, 'environment' | 'input' | 'saveState' | 'run' | 'debugging'> | 'grouped line' | 'endgroup'
  /** Of an output or a state. */
  readonly name?: string
  readonly text: string
}

/**
 * A runner in this process.
 *
 * @param unwritable what cannot be written: `output`, `state`, `step_summary`, or one name, as `output token`
 * @param tell takes note of what it is told
 */
export function fakeRunner(
  given: Pick<Runner, 'environment' | 'input' | 'state' | 'run' | 'debugging'>,
  unwritable: readonly string[],
  tell: (said: Said) => void,
): Runner {
  const say =
    (as: Said['as']) =>
    (text: string): void => {
      tell({ as, text })
    }
  const write =
    (as: 'output' | 'state') =>
    (name: string, text: string): void => {
      if ([as, `${as} ${name}`].some((each) => unwritable.includes(each)))
        throw new ActionError('NOT_WRITTEN', `The ${as} file cannot be written.`)
      tell({ as, name, text })
    }
  return {
    ...given,
    mask: say('mask'),
    saveState: write('state'),
    output: write('output'),
    info: say('info'),
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
      say('summary')(markdown)
      return Promise.resolve()
    },
  }
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

interface Recorder {
  readonly runner: Runner
  readonly said: readonly Said[]
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
  const read = new Set<string>()
  const input = (name: string): string => {
    if (!(name in action.inputs)) throw new Error(`action.yml declares no input ${name}`)
    read.add(name)
    return (given[name] ?? evaluate(action.inputs[name]?.default ?? '', { github })).trim()
  }
  const state = (name: string): string => stage.state?.[name] ?? ''
  const run = (): ReturnType<Runner['run']> =>
    Promise.resolve(runOf(environment, situations[stage.event ?? 'push'].payload(identity)))
  const said: Said[] = []
  const runner = fakeRunner({ environment, input, state, run, debugging }, unwritable, (each) => {
    const isOwn = each.as !== 'output' || 'secrets' in given || each.name! in action.outputs
    if (!isOwn) throw new Error(`action.yml declares no output ${each.name!}`)
    said.push(each)
  })
  return { runner, said, read }
}

/** The texts that were told in these ways. */
export function textsOf(said: readonly Said[], ...kinds: Said['as'][]): string[] {
  return said.flatMap(({ as, text }) => (kinds.includes(as) ? [text] : []))
}

/**
 * What became of a stage, with the log of the runner emulation: every word goes through it as `@actions/core` prints it.
 *
 * @param masks values masked from the start
 */
export function stageOf(
  { runner, said }: Recorder,
  stage: 'main' | 'post',
  succeeded: boolean,
  masks: readonly string[],
): StageResult {
  const masker = new Masker(masks)
  const log = new StepLog(masker, runner.debugging)
  const valuesOf = (file: 'output' | 'state'): Record<string, string> =>
    Object.fromEntries(said.flatMap(({ as, name = '', text }) => (as === file ? [[name, text]] : [])))
  const raw = said.map(printed).join('')
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
    outputs: valuesOf('output'),
    state: valuesOf('state'),
    summary: masker.maskLines(textsOf(said, 'summary').join('')),
    masks: masker.asked,
    foreignCommands: log.foreignCommands,
    debugLines: log.debugLines,
  }
}

/** As `@actions/core` prints it; nothing of what goes to a file. */
function printed({ as, text }: Said): string {
  if (as === 'output' || as === 'state' || as === 'summary') return ''
  if (as === 'info' || as === 'grouped line') return `${text}\n`
  const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  return `::${as === 'mask' ? 'add-mask' : as}::${escaped}\n`
}
