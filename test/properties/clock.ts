import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'
import type { Clock } from '../../src/http/clock.ts'

/*
 * What this process has under way on the network: connections that are being opened, and requests without their whole
 * answer. The clock asks first, so that no leap overtakes an answer, however slow the machine.
 */
const opening = new Set<net.Socket>()
const requests = new Set<ClientRequest>()

net.connect = watched(net.connect.bind(net), 'connect')
tls.connect = watched(tls.connect.bind(tls), 'secureConnect')
syncBuiltinESMExports()
subscribe('http.client.request.start', (message) => {
  const { request } = message as { readonly request: ClientRequest }
  requests.add(request)
  request.once('close', () => requests.delete(request))
})

function watched<Connect extends (...args: never) => net.Socket>(connect: Connect, opened: string): Connect {
  return ((...args) => {
    const socket = connect(...args)
    opening.add(socket)
    for (const event of [opened, 'close']) socket.once(event, () => opening.delete(socket))
    return socket
  }) as Connect
}

/** The local port of each client that waits for a connection or an answer; `undefined` where it has none yet. */
function clientsUnderWay(): (number | undefined)[] {
  return [...opening, ...[...requests].map(({ socket }) => socket)].map((socket) => socket?.localPort)
}

interface Timer {
  /** In ms of {@link LeapingClock.monotonic}. */
  readonly at: number
  readonly call: () => void
  /** Where this is a late answer: the port of the client that waits for it. */
  readonly client?: number
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
  /** The ports of clients that nobody answers: those of the world, once it has started. */
  held: ReadonlySet<number> = new Set()
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

  readonly timer = (ms: number, call: () => void): (() => void) => this.#set(ms, { call })

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
  readonly late = (ms: number, client: net.Socket): Promise<void> =>
    new Promise((resolve) => this.#set(ms, { call: resolve, client: client.remotePort ?? NaN }))

  /** No timer fires any more. */
  stop(): void {
    this.#timers.clear()
  }

  #set(ms: number, timer: Omit<Timer, 'at'>): () => void {
    // As setTimeout, which waits for a millisecond at least.
    const set = { ...timer, at: this.#elapsed + Math.max(1, ms) }
    this.#timers.add(set)
    if (!this.#leaping) void this.#leap()
    return () => this.#timers.delete(set)
  }

  async #leap(): Promise<void> {
    this.#leaping = true
    while (this.#timers.size > 0) {
      await new Promise(setImmediate)
      const clients = new Set(clientsUnderWay())
      const late = [...this.#timers].filter(({ client }) => client !== undefined)
      const gone = late.find(({ client }) => !clients.has(client))
      for (const { client } of late) clients.delete(client)
      for (const client of this.held) clients.delete(client)
      if (gone !== undefined) this.#fire(gone, 'at once')
      else if (clients.size === 0) this.#fire([...this.#timers].sort((a, b) => a.at - b.at)[0])
    }
    this.#leaping = false
  }

  #fire(timer: Timer | undefined, when?: 'at once'): void {
    if (timer === undefined) return
    this.#timers.delete(timer)
    if (when === undefined) this.#elapsed = Math.max(this.#elapsed, timer.at)
    timer.call()
  }
}
