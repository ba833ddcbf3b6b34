/**
 * A preload (`--import`) under which the clocks of the process do not depend on the speed of the machine: they do not move
 * but for the timers, each of which moves them to the time it was due. A timer of a second or more fires after a twentieth
 * of its time, a shorter one after its time, and neither while an answer can be on its way ({@link file://./under-way.ts}).
 *
 * Into the file that `LEAP_HELD` names, the fakes write the ports of the clients whose requests they hold on purpose, a
 * line each; into that of `LEAP_TOOK`, this module writes how long the process believes that it lasted, in ms.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { clientsUnderWay, watch } from './under-way.ts'

const FACTOR = 20
const LONG_MS = 1_000
/** So often a timer looks whether it may leap, in ms. Looks count, not time: a process that got no turn has seen nothing. */
const LOOK_MS = 10

const { LEAP_HELD, LEAP_TOOK } = process.env
const realSetTimeout = setTimeout
const epoch = Date.now()
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
  const timer = setInterval(() => {
    if (!awaitsAnswer()) looks++
    if (looks * LOOK_MS < wait) return
    clearInterval(timer)
    fire()
  }, LOOK_MS)
  return timer
}

// What `src` asks the time of, and waits by.
Object.assign(globalThis, { setTimeout: leapingSetTimeout })
Date.now = () => Math.floor(epoch + elapsed)
process.hrtime.bigint = () => BigInt(Math.round(elapsed * 1e6))
process.on('exit', () => {
  writeFileSync(LEAP_TOOK!, String(elapsed))
})
