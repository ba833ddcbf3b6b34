import * as net from 'node:net'
import * as tls from 'node:tls'
import { connectionFailure, reasonOf, type Progress } from './failure.ts'
import { proxyFor } from './proxy.ts'
import { openTunnel } from './tunnel.ts'

/** A connection that is being opened while its message is being prepared. */
export interface Opening {
  /**
   * The connection, for one request: `undefined` where it failed, or where something came before it was asked for, which
   * answers no request (RFC 9112 section 9.2). The request opens its own then, and meets the reason if it lasts.
   */
  readonly take: () => Promise<net.Socket | undefined>
  readonly progress: Progress
}

/** Opens connections: directly, or through the proxy of the environment; with TLS where the URL says so. */
export class Connections {
  readonly #signal: AbortSignal
  readonly #mask: (secret: string) => void
  readonly #closing = new AbortController()
  readonly #early = new Set<Promise<net.Socket | undefined>>()

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
  async open(url: URL, ends: AbortSignal, progress: Progress): Promise<net.Socket> {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
    const proxy = proxyFor(url)
    progress.waitingFor = proxy ? 'the proxy' : 'the connection'
    const tunnel = proxy && (await openTunnel(proxy, `${url.hostname}:${port}`, ends, this.#mask))
    if (url.protocol === 'http:') return tunnel ?? ready(net.connect({ host, port }), 'connect', ends)
    if (tunnel) progress.waitingFor = 'the TLS handshake'
    const socket = tls.connect({
      host,
      port,
      ...(tunnel && { socket: tunnel }),
      ...(net.isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
      // Also where NODE_TLS_REJECT_UNAUTHORIZED=0 is set: a token is at stake.
      rejectUnauthorized: true,
    })
    socket.once('connect', () => (progress.waitingFor = 'the TLS handshake'))
    return ready(socket, 'secureConnect', ends)
  }

  /** Begins to open one direct connection to the URL's origin; none where the way leads through a proxy. Never fails. */
  openEarly(url: URL): Opening | undefined {
    if (goesThroughProxy(url)) return undefined
    const progress = { waitingFor: 'the connection' }
    const opening = this.open(url, AbortSignal.any([this.#signal, this.#closing.signal]), progress)
    const early = opening.catch(() => undefined)
    this.#early.add(early)
    const take = async (): Promise<net.Socket | undefined> => {
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
    this.#early.clear()
  }
}

function goesThroughProxy(url: URL): boolean {
  try {
    return proxyFor(url) !== undefined
  } catch {
    // The request itself fails by that setting, and says so.
    return true
  }
}

/** Resolves when a socket has been connected. */
function ready(
  socket: net.Socket,
  event: 'connect' | 'secureConnect',
  ends: AbortSignal,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.destroy()
      reject(reasonOf(ends) ?? new Error('cut off'))
    }
    if (ends.aborted) {
      stop()
      return
    }
    ends.addEventListener('abort', stop, { once: true })
    socket.once(event, () => {
      ends.removeEventListener('abort', stop)
      resolve(socket)
    })
    // Stays on: a socket that waits for its request must not bring the process down.
    socket.on('error', (error) => {
      reject(connectionFailure(error))
    })
    socket.once('close', () => {
      reject(connectionFailure(new Error('closed')))
    })
  })
}
