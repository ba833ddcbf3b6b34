import { serverTime, type Answer } from './answer.ts'

/** From this difference on, a clock counts as wrong, in ms. Signatures are accepted up to 5 min off (SigV4). */
const SKEW_MS = 4 * 60_000

/** Time and chance, as parameters so that tests can control them. */
export interface Clock {
  /** ms since the epoch, for dates. */
  readonly now: () => number
  /** ms on a clock that is never set, for durations. */
  readonly monotonic: () => number
  /** In [0, 1). */
  readonly random: () => number
  /** Resolves after so many ms; rejects with the signal's reason when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Calls back after so many ms, unless what it returns is called before. */
  readonly timer: (ms: number, call: () => void) => () => void
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: Date.now,
  // Not performance.now(): that global loads eight modules of Node.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms)
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      }
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop)
    }),
  timer: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => {
      clearTimeout(timer)
    }
  },
}

/** The time for signatures: the machine's, or a server's once that has shown that the machine's is wrong. */
export interface SigningTime {
  /** In ms since the epoch. */
  readonly now: () => number
  /**
   * Takes a server's clock from the answer that refused a signature, where it is four minutes or more away. Once:
   * a signature that is then refused again has another fault.
   *
   * @returns by how many ms the machine's clock is behind; `undefined` where nothing changed
   */
  readonly correct: (answer: Answer) => number | undefined
}

/** @param now the time of the machine, in ms since the epoch */
export function createSigningTime(now: () => number): SigningTime {
  let skewMs: number | undefined
  return {
    now: () => now() + (skewMs ?? 0),
    correct: (answer) => {
      const time = serverTime(answer)
      if (skewMs !== undefined || time === undefined || Math.abs(time - now()) < SKEW_MS) return undefined
      skewMs = time - now()
      return skewMs
    },
  }
}
