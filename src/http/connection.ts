import type { Socket } from 'node:net'
import type { Progress } from './failure.ts'
import { proxyFor } from './proxy.ts'
import { openSocket, portOf } from './socket.ts'
import { openTunnel } from './tunnel.ts'

/** A connection that is being opened while its message is being prepared. */
export interface Opening {
  /**
   * The connection, for one request: `undefined` if it failed, or if something arrived before it was needed, which
   * answers no request (RFC 9112 section 9.2). The request opens its own then, and meets the reason if it lasts.
   */
  readonly take: () => Promise<Socket | undefined>
  readonly progress: Progress
}

/** Opens connections: directly, or through the proxy of the environment; with TLS where the URL says so. */
export class Connections {
  readonly #signal: AbortSignal
  readonly #mask: (secret: string) => void
  readonly #closing = new AbortController()
  readonly #early = new Set<Promise<Socket | undefined>>()

  /**
   * @param signal cuts off what is opened early
   * @param mask has a secret masked from the log
   */
  constructor(signal: AbortSignal, mask: (secret: string) => void) {
    this.#signal = signal
    this.#mask = mask
  }

  /**
   * A socket over which a request can be sent at once.
   *
   * @param ends cuts it off
   * @param progress is told what is waited for
   * @throws AttemptFailed `UNREACHABLE`, `TLS_FAILED`, `PROXY_FAILED`; the reason of `ends`
   */
  async open(url: URL, ends: AbortSignal, progress: Progress): Promise<Socket> {
    const proxy = proxyFor(url)
    progress.waitingFor = proxy ? 'the proxy' : 'the connection'
    const tunnel = proxy && (await openTunnel(proxy, `${url.hostname}:${portOf(url)}`, ends, this.#mask))
    return openSocket(url, ends, () => (progress.waitingFor = 'the TLS handshake'), tunnel)
  }

  /** Begins to open one direct connection to the URL's origin; none if the way leads through a proxy. Never fails. */
  openEarly(url: URL): Opening | undefined {
    try {
      if (proxyFor(url) !== undefined) return undefined
    } catch {
      // The request itself fails by that setting, and says so.
      return undefined
    }
    const progress = { waitingFor: 'the connection' }
    const opening = this.open(url, AbortSignal.any([this.#signal, this.#closing.signal]), progress)
    const early = opening.catch(() => undefined)
    this.#early.add(early)
    const take = async (): Promise<Socket | undefined> => {
      const socket = await early
      // What has arrived is read in this turn of the event loop.
      await new Promise(setImmediate)
      this.#early.delete(early)
      if (socket !== undefined && !socket.destroyed && socket.readableLength === 0) return socket
      socket?.destroy()
      return undefined
    }
    return { take, progress }
  }

  /** Closes what was opened early and not used. */
  close(): void {
    this.#closing.abort()
    for (const early of this.#early) void early.then((socket) => socket?.destroy())
  }
}
