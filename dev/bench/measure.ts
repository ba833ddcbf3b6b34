import type { StageResult } from '../runner/runner.ts'
import { createMeter, type Tally } from './meter.ts'
import { nothing, type Group } from './subjects.ts'

/** One timed run, and the run of {@link nothing} right before it. */
interface Sample extends Tally {
  readonly wallMs: number
  readonly nothingMs: number
}

/** One run that reported its memory and CPU, and the run of {@link nothing} right before it. */
interface UsageSample extends NonNullable<StageResult['usage']> {
  readonly nothingCpuMs: number
}

/** The samples of one subject, each list in the order of the rounds. */
export interface Samples {
  readonly plain: Sample[]
  readonly tls: Sample[]
  /** Over plain HTTP. */
  readonly usage: UsageSample[]
}

/**
 * Runs every subject over both transports, round after round. The rounds that report memory and CPU come last: what
 * reports them costs time.
 *
 * @param progress takes one line per round
 * @returns the samples by subject
 */
export async function measure(
  groups: readonly Group[],
  rounds: { readonly warmUp: number; readonly timed: number; readonly usage: number },
  progress: (line: string) => void,
): Promise<Record<string, Samples>> {
  const subjects = groups.flatMap((group) => group.subjects)
  const samples = Object.fromEntries(
    subjects.map(({ name }): [string, Samples] => [name, { plain: [], tls: [], usage: [] }]),
  )
  await using stack = new AsyncDisposableStack()
  const stages = []
  for (const transport of ['plain', 'tls'] as const) {
    for (const group of groups) {
      const meter = await createMeter(group, transport)
      stack.use(meter.world)
      stages.push({ group, transport, meter })
    }
  }
  for (let round = 1 - rounds.warmUp; round <= rounds.timed; round++) {
    progress(round <= 0 ? `warm-up ${round + rounds.warmUp}` : `run ${round} of ${rounds.timed}`)
    if (round === 1) for (const { meter } of stages) meter.replay()
    for (const { group, transport, meter } of stages) {
      for (const { name, start } of group.subjects) {
        const before = await meter.observe(() => nothing(meter.world, {}))
        const { result, tally } = await meter.observe(() => start(meter.world, {}))
        const sample = { ...tally, wallMs: result.durationMs, nothingMs: before.result.durationMs }
        if (round > 0) samples[name]![transport].push(sample)
      }
    }
  }
  const how = { usage: true }
  for (let round = 1; round <= rounds.usage; round++) {
    progress(`memory and CPU, run ${round} of ${rounds.usage}`)
    for (const { group, meter } of stages.filter(({ transport }) => transport === 'plain')) {
      for (const { name, start } of group.subjects) {
        const before = await meter.observe(() => nothing(meter.world, how))
        const { result } = await meter.observe(() => start(meter.world, how))
        samples[name]!.usage.push({ ...result.usage!, nothingCpuMs: before.result.usage!.cpuMs })
      }
    }
  }
  return samples
}
