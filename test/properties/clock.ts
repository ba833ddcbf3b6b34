import type { Socket } from 'node:net'
import { awaitsAnswer, watch } from '../../dev/runner/under-way.ts'
import type { Clock } from '../../src/http/clock.ts'

watch()

interface Timer {
  /** In ms of {@link LeapingClock.monotonic}. */
  readonly at: number
  readonly call: () => void
}

/**
 * Time that passes only when nothing else can happen: then it leaps to the next timer.
 *
 * Whether anything else can happen is known, on any machine. A step waits for a timer of this clock or for an answer, and
 * where it waits for an answer, a connection or a request is under way. Between the end of one and the beginning of the
 * next there are only promises that are kept at once, and these are heard of before the event loop takes its next turn. So:
 * a turn with nothing under way is rest. What the step loads meanwhile, by `import()`, takes no time by this clock.
 */
export class LeapingClock implements Clock {
  /** The ports of clients that nobody answers: those of the world, once it stands. */
  held: ReadonlySet<number> = new Set()
  /** The ports of clients whose answer is late. */
  readonly #late = new Set<number>()
  readonly #epoch = Date.now()
  readonly #skewMs: number
  readonly #timers = new Set<Timer>()
  #elapsed = 0
  #random = 1
  #leaping = false

  /** @param skewMs how far the clock of the runner is off, in ms */
  constructor(skewMs: number) {
    this.#skewMs = skewMs
  }

  /** The servers' time, in ms since the epoch. */
  readonly serverNow = (): number => Math.floor(this.#epoch + this.#elapsed)
  readonly now = (): number => this.serverNow() + this.#skewMs
  readonly monotonic = (): number => this.#elapsed
  readonly random = (): number => (this.#random = (this.#random * 16_807) % 2_147_483_647) / 2_147_483_647

  readonly timer = (ms: number, call: () => void): (() => void) => {
    // As setTimeout, which waits for a millisecond at least.
    const timer = { at: this.#elapsed + Math.max(1, ms), call }
    this.#timers.add(timer)
    if (!this.#leaping) void this.#leap()
    return () => this.#timers.delete(timer)
  }

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        wake()
        reject(signal.reason as Error)
      }
      const wake = this.timer(ms, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })

  /** Resolves after so many ms, or when the client has gone: until then it waits in vain. */
  readonly late = (ms: number, client: Socket): Promise<void> =>
    new Promise((resolve) => {
      const port = client.remotePort ?? NaN
      const end = (): void => {
        cancel()
        this.#late.delete(port)
        resolve()
      }
      const cancel = this.timer(ms, end)
      this.#late.add(port)
      client.once('close', end)
    })

  /** No timer fires any more. */
  stop(): void {
    this.#timers.clear()
  }

  async #leap(): Promise<void> {
    this.#leaping = true
    while (this.#timers.size > 0) {
      await new Promise(setImmediate)
      if (awaitsAnswer(() => new Set([...this.held, ...this.#late]))) continue
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#elapsed = Math.max(this.#elapsed, next.at)
      next.call()
    }
    this.#leaping = false
  }
}
