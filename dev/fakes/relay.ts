import * as net from 'node:net'
import * as tls from 'node:tls'
import type { Certificate } from './certificates.ts'
import { listen, type Listening } from './loopback.ts'

/** A TCP relay in front of a server on loopback. */
export type Relay = Pick<Listening, 'port' | 'close'>

/**
 * Passes every chunk on, `delayMs` later, each way: a network of twice that round-trip time, but for the TCP
 * handshake, which stays as fast as loopback.
 *
 * @param target port of the server at the time of a connection
 * @param certificate with it clients speak TLS, which ends here
 */
export async function relay(target: () => number, delayMs: number, certificate?: Certificate): Promise<Relay> {
  const accept = (client: net.Socket): void => {
    const upstream = listening.track(net.connect({ port: target(), host: '127.0.0.1', allowHalfOpen: true }))
    pass(client, upstream)
    pass(upstream, client)
  }
  const options = { allowHalfOpen: true }
  const server =
    certificate === undefined
      ? net.createServer(options, accept)
      : tls.createServer({ ...options, ...certificate }, accept)
  const listening = await listen(server)

  function pass(from: net.Socket, to: net.Socket): void {
    const later = (then: () => void): void => {
      if (delayMs > 0) setTimeout(then, delayMs)
      else then()
    }
    from.setNoDelay(true)
    from.on('data', (chunk) => {
      later(() => {
        if (to.writable) to.write(chunk)
      })
    })
    from.on('end', () => {
      later(() => to.end())
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      later(() => to.destroy())
    })
  }

  return listening
}
