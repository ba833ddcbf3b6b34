/**
 * A preload (`--import`) under which the clocks of the process do not depend on the speed of the machine: they do not move
 * but for the timers, each of which moves them to the time it was due. A timer of a second or more fires after a twentieth
 * of its time, a shorter one after its time, and neither while an answer can be on its way ({@link file://./under-way.ts}).
 *
 * Into the file that `LEAP_HELD` names, the fakes write the ports of the clients whose requests they hold on purpose, a
 * line each; into that of `LEAP_TOOK`, this module writes how long the process believes that it lasted, in ms.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { performance } from 'node:perf_hooks'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import { promisify } from 'node:util'
import { clientsUnderWay, watch } from './under-way.ts'

const FACTOR = 20
const LONG_MS = 1_000
/** So often a timer looks whether it may leap, in ms. Looks count, not time: a process that got no turn has seen nothing. */
const LOOK_MS = 10

const { LEAP_HELD, LEAP_TOOK } = process.env
const realSetTimeout = timers.setTimeout
const realSetInterval = timers.setInterval
const realDate = Date
const epoch = realDate.now()
/** How long the process believes that it runs, in ms. */
let elapsed = 0

watch()

/** Whether anything that is under way may still be answered. */
function awaitsAnswer(): boolean {
  const clients = clientsUnderWay()
  if (clients.length === 0) return false
  const held = new Set(readFileSync(LEAP_HELD!, 'utf8').split('\n').map(Number))
  return clients.some((port) => port === undefined || !held.has(port))
}

function leapingSetTimeout(callback: (...args: unknown[]) => void, ms = 1, ...args: unknown[]): NodeJS.Timeout {
  // As the real one: a millisecond at least.
  const due = elapsed + Math.max(1, ms)
  const fire = (): void => {
    elapsed = Math.max(elapsed, due)
    callback(...args)
  }
  if (!(ms >= LOOK_MS)) return realSetTimeout(fire, ms)
  const wait = ms >= LONG_MS ? ms / FACTOR : ms
  let looks = 0
  const timer = realSetInterval(() => {
    if (!awaitsAnswer()) looks++
    if (looks * LOOK_MS < wait) return
    clearInterval(timer)
    fire()
  }, LOOK_MS)
  return timer
}

function leapingWait<T>(
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
    return Math.floor(epoch + elapsed)
  }
}

const setTimeout = Object.assign(leapingSetTimeout, { [promisify.custom]: leapingWait })
Object.assign(timers, { setTimeout })
Object.assign(timersPromises, { setTimeout: leapingWait })
Object.assign(globalThis, { Date: LeapingDate, setTimeout })
performance.now = () => elapsed
process.hrtime.bigint = () => BigInt(Math.round(elapsed * 1e6))
AbortSignal.timeout = (ms) => {
  const controller = new AbortController()
  leapingSetTimeout(() => {
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  }, ms).unref()
  return controller.signal
}
syncBuiltinESMExports()
process.on('exit', () => {
  writeFileSync(LEAP_TOOK!, String(elapsed))
})
