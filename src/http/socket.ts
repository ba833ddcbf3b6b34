import { once } from 'node:events'
import * as net from 'node:net'
import * as tls from 'node:tls'
import { connectionFailure, reasonOf } from './failure.ts'

/** One for all connections: each would otherwise make its own, which takes as long as the rest of a handshake. */
let context: tls.SecureContext | undefined

/** The port of a URL, or of its scheme where it names none. */
export function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

/**
 * Opens a connection to the origin of a URL, with TLS where its scheme is https.
 *
 * @param ends cuts it off
 * @param connected is called before the TLS handshake
 * @param tunnel leads to the origin, where one does
 * @throws AttemptFailed `UNREACHABLE`, `TLS_FAILED`; the reason of `ends`
 */
export function openSocket(
  url: URL,
  ends: AbortSignal,
  connected: () => void = () => undefined,
  tunnel?: net.Socket,
): Promise<net.Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const to = { host, port: portOf(url) }
  if (url.protocol === 'http:') return tunnel ? Promise.resolve(tunnel) : ready(net.connect(to), 'connect', ends)
  const socket = tls.connect({
    ...to,
    ...(tunnel && { socket: tunnel }),
    secureContext: (context ??= tls.createSecureContext()),
    ...(net.isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    // Also where NODE_TLS_REJECT_UNAUTHORIZED=0 is set: a token is at stake.
    rejectUnauthorized: true,
  })
  if (tunnel) connected()
  else socket.once('connect', connected)
  return ready(socket, 'secureConnect', ends)
}

/** Resolves when a socket has been connected. */
async function ready(socket: net.Socket, event: 'connect' | 'secureConnect', ends: AbortSignal): Promise<net.Socket> {
  // It listens for errors, too, and stays: a socket that waits for its request must not bring the process down.
  const closed = once(socket, 'close').then(() => Promise.reject(new Error('closed')))
  try {
    await Promise.race([once(socket, event, { signal: ends }), closed])
    return socket
  } catch (error) {
    socket.destroy()
    throw reasonOf(ends) ?? connectionFailure(error as Error)
  }
}
