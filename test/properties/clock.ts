import { awaited, underWay, watch } from '../../dev/runner/under-way.ts'
import type { Clock } from '../../src/http/clock.ts'

/** So many turns of the event loop without news are enough for a promise that was kept to be heard of. */
const TURNS = 3
/** So long a try may take from its timer to its connection, in ms of the real time: what it needs may have to be loaded. */
const BEGIN_MS = 40

watch()

interface Timer {
  /** In ms of {@link LeapingClock.monotonic}. */
  readonly at: number
  readonly call: () => void
  readonly what: 'try' | 'sleep' | 'late answer'
}

/** Time that passes only when nothing else can happen: then it leaps to the next timer. */
export class LeapingClock implements Clock {
  /** The ports of clients that nobody answers: those of the world, once it stands. */
  held: ReadonlySet<number> = new Set()
  readonly #epoch = Date.now()
  readonly #skewMs: number
  readonly #timers = new Set<Timer>()
  #elapsed = 0
  #random = 1
  #watching = false

  constructor(skewMs: number) {
    this.#skewMs = skewMs
  }

  /** The servers' time, in ms since the epoch. */
  readonly serverNow = (): number => Math.floor(this.#epoch + this.#elapsed)
  readonly now = (): number => this.serverNow() + this.#skewMs
  readonly monotonic = (): number => this.#elapsed
  readonly random = (): number => (this.#random = (this.#random * 16_807) % 2_147_483_647) / 2_147_483_647

  readonly timer = (ms: number, call: () => void): (() => void) => this.#set(ms, call, 'try')

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        end()
        reject(signal.reason as Error)
      }
      const end = this.#set(
        ms,
        () => {
          signal.removeEventListener('abort', stop)
          resolve()
        },
        'sleep',
      )
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })

  /** Resolves after so many ms, while a try waits for it. */
  late(ms: number): Promise<void> {
    return new Promise((resolve) => this.#set(ms, resolve, 'late answer'))
  }

  /** No timer fires any more. */
  stop(): void {
    this.#timers.clear()
  }

  #set(ms: number, call: () => void, what: Timer['what']): () => void {
    // As setTimeout, which waits for a millisecond at least.
    const timer = { at: this.#elapsed + Math.max(1, ms), call, what }
    this.#timers.add(timer)
    if (!this.#watching) void this.#watch()
    return () => this.#timers.delete(timer)
  }

  async #watch(): Promise<void> {
    this.#watching = true
    while (this.#timers.size > 0) {
      await this.#rest()
      const [next] = [...this.#timers].sort((a, b) => a.at - b.at)
      if (next !== undefined) this.#fire(next)
    }
    this.#watching = false
  }

  /** Resolves when nothing is on its way that could still happen at this time. */
  async #rest(): Promise<void> {
    const since = performance.now()
    for (let quiet = 0; quiet < TURNS; quiet++) {
      await new Promise(setImmediate)
      const answered = awaited(this.held) > this.#count('late answer')
      const begins = this.#count('try') > underWay() && performance.now() - since < BEGIN_MS
      if (answered || begins) quiet = 0
    }
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer)
    this.#elapsed = Math.max(this.#elapsed, timer.at)
    // The answer to a try that is cut off comes too late for anybody.
    const late = [...this.#timers].find(({ what }) => what === 'late answer')
    if (timer.what === 'try' && late !== undefined && this.held.size === 0) this.#timers.delete(late)
    timer.call()
  }

  #count(wanted: Timer['what']): number {
    return [...this.#timers].filter(({ what }) => what === wanted).length
  }
}
