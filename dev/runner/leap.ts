/**
 * A preload (`--import`) that makes long waits short. A timer of a second or more fires after a twentieth of its
 * time, and the clocks of the process then leap to the time it was due: the process believes that it waited.
 * Shorter timers, and everything that waits for the network, take the time they take.
 */
import { performance } from 'node:perf_hooks'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import { promisify } from 'node:util'

const FACTOR = 20
const LONG_MS = 1_000

const realSetTimeout = timers.setTimeout
const realDate = Date
const realPerformanceNow = performance.now.bind(performance)
/** How far the clocks of the process are ahead of the machine's, in ms. */
let ahead = 0

const monotonic = (): number => realPerformanceNow() + ahead

function leapingSetTimeout(
  callback: (...args: unknown[]) => void,
  ms = 1,
  ...args: unknown[]
): NodeJS.Timeout {
  if (!(ms >= LONG_MS)) return realSetTimeout(callback, ms, ...args)
  const due = monotonic() + ms
  return realSetTimeout(() => {
    ahead += Math.max(0, due - monotonic())
    callback(...args)
  }, ms / FACTOR)
}

function wait<T>(
  ms?: number,
  value?: T,
  options: { signal?: AbortSignal; ref?: boolean } = {},
): Promise<T | undefined> {
  const { signal, ref } = options
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer)
      reject(new DOMException('The operation was aborted', { name: 'AbortError', cause: signal?.reason }))
    }
    const timer = leapingSetTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value)
    }, ms)
    if (ref === false) timer.unref()
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

class LeapingDate extends realDate {
  // The arguments of the real constructor, which has many forms; without any it is the time that leaps.
  constructor(...args: [] | [number]) {
    if (args.length === 0) super(LeapingDate.now())
    else super(...args)
  }

  static override now(): number {
    return Math.floor(realDate.now() + ahead)
  }
}

const setTimeout = Object.assign(leapingSetTimeout, { [promisify.custom]: wait })
Object.assign(timers, { setTimeout })
Object.assign(timersPromises, { setTimeout: wait })
syncBuiltinESMExports()
Object.assign(globalThis, { Date: LeapingDate, setTimeout })
performance.now = monotonic
const realHrtime = process.hrtime.bigint.bind(process.hrtime)
process.hrtime.bigint = () => realHrtime() + BigInt(Math.round(ahead * 1e6))
AbortSignal.timeout = (ms) => {
  const controller = new AbortController()
  leapingSetTimeout(() => {
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  }, ms).unref()
  return controller.signal
}
