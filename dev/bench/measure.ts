import { createMeter, type Meter, type Tally, type Transport } from './meter.ts'
import { nothing, type Group, type Tools } from './subjects.ts'

/** One timed run, and the run of {@link nothing} right before it. */
export interface Sample extends Tally {
  readonly wallMs: number
  readonly nothingMs: number
}

/** One run that reported its memory and CPU, and the run of {@link nothing} right before it. */
interface UsageSample {
  readonly memoryMiB: number
  readonly cpuMs: number
  readonly nothingCpuMs: number
}

/** Samples by subject, each list in the order of the rounds. */
export interface Samples {
  readonly timed: Readonly<Record<Transport, Readonly<Record<string, readonly Sample[]>>>>
  /** Over plain HTTP. */
  readonly usage: Readonly<Record<string, readonly UsageSample[]>>
}

interface Rounds {
  readonly warmUp: number
  readonly timed: number
  readonly usage: number
}

/**
 * Runs every subject over both transports, round after round. The rounds that report memory and CPU come last: what
 * reports them costs time.
 *
 * @param progress takes one line per round
 */
export async function measure(
  groups: readonly Group[],
  tools: Tools,
  rounds: Rounds,
  progress: (line: string) => void,
): Promise<Samples> {
  const idle = nothing(tools)
  const stages: { group: Group; transport: Transport; meter: Meter }[] = []
  const timed: Record<Transport, Record<string, Sample[]>> = { plain: {}, tls: {} }
  const usage: Record<string, UsageSample[]> = {}
  try {
    for (const transport of ['plain', 'tls'] as const) {
      for (const group of groups) {
        stages.push({ group, transport, meter: await createMeter(group, transport) })
      }
    }
    for (let round = 1 - rounds.warmUp; round <= rounds.timed; round++) {
      progress(round <= 0 ? `warm-up ${round + rounds.warmUp}` : `run ${round} of ${rounds.timed}`)
      if (round === 1) for (const { meter } of stages) meter.replay()
      for (const { group, transport, meter } of stages) {
        for (const { name, start } of group.subjects) {
          const before = await meter.observe(() => idle.start(meter.world, {}))
          const { result, tally } = await meter.observe(() => start(meter.world, {}))
          const sample = { ...tally, wallMs: result.durationMs, nothingMs: before.result.durationMs }
          if (round > 0) (timed[transport][name] ??= []).push(sample)
        }
      }
    }
    for (let round = 1; round <= rounds.usage; round++) {
      progress(`memory and CPU, run ${round} of ${rounds.usage}`)
      for (const { group, meter } of stages.filter(({ transport }) => transport === 'plain')) {
        for (const { name, start } of group.subjects) {
          const before = await meter.observe(() => idle.start(meter.world, { usage: true }))
          const { result } = await meter.observe(() => start(meter.world, { usage: true }))
          ;(usage[name] ??= []).push({ ...result.usage!, nothingCpuMs: before.result.usage!.cpuMs })
        }
      }
    }
  } finally {
    await Promise.all(stages.map(({ meter }) => meter.world.close()))
  }
  return { timed, usage }
}
