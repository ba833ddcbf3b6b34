import * as net from 'node:net'
import * as tls from 'node:tls'
import { connectionFault, reasonOf, type Progress } from './faults.ts'
import { proxyFor } from './proxy.ts'
import { openTunnel } from './tunnel.ts'

/** A connection that is being opened for a later request. */
interface Opening {
  /** `undefined` where it failed: the request opens its own then, and meets the reason if it lasts. */
  readonly socket: Promise<net.Socket | undefined>
  readonly progress: Progress
}

/** Opens connections: directly, or through the proxy of the environment; with TLS where the URL says so. */
export class Connections {
  readonly #signal: AbortSignal
  readonly #conceal: (secret: string) => void
  readonly #closing = new AbortController()
  readonly #early = new Map<string, Opening[]>()

  /**
   * @param signal cuts off what is opened early
   * @param conceal has a secret masked from the log
   */
  constructor(signal: AbortSignal, conceal: (secret: string) => void) {
    this.#signal = signal
    this.#conceal = conceal
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
    const tunnel = proxy && (await openTunnel(proxy, `${url.hostname}:${port}`, ends, this.#conceal))
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

  /** Begins to open one direct connection to the URL's origin, which {@link Connections.taken} hands out. Never fails. */
  openEarly(url: URL): void {
    if (goesThroughProxy(url)) return
    const progress = { waitingFor: 'the connection' }
    const socket = this.open(url, AbortSignal.any([this.#signal, this.#closing.signal]), progress)
    const opening = { socket: socket.catch(() => undefined), progress }
    this.#early.set(url.origin, [...(this.#early.get(url.origin) ?? []), opening])
  }

  /** A connection that was opened early to the URL's origin, the first of them, if there is one; for one request. */
  taken(url: URL): Opening | undefined {
    return this.#early.get(url.origin)?.shift()
  }

  /** Closes what was opened early and not used. */
  close(): void {
    this.#closing.abort()
    for (const { socket } of [...this.#early.values()].flat()) void socket.then((open) => open?.destroy())
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
      reject(connectionFault(error))
    })
    socket.once('close', () => {
      reject(connectionFault(new Error('closed')))
    })
  })
}
