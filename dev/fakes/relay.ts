import * as net from 'node:net'

/** A TCP relay in front of a server on loopback. */
export interface Relay {
  readonly port: number
  readonly close: () => Promise<void>
}

/**
 * Passes every chunk on, `delayMs` later, each way: a network of twice that round-trip time, but for the TCP
 * handshake, which stays as fast as loopback.
 */
export async function relay(target: number, delayMs: number): Promise<Relay> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const upstream = net.connect({ port: target, host: '127.0.0.1', allowHalfOpen: true })
    pass(client, upstream)
    pass(upstream, client)
  })

  function pass(from: net.Socket, to: net.Socket): void {
    sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (chunk) =>
      setTimeout(() => {
        if (to.writable) to.write(chunk)
      }, delayMs),
    )
    from.on('end', () =>
      setTimeout(() => {
        to.end()
      }, delayMs),
    )
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      setTimeout(() => to.destroy(), delayMs)
    })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}
