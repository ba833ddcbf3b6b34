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
