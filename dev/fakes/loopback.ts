import type * as net from 'node:net'

/** A server that listens on loopback. */
export interface Listening {
  readonly port: number
  /** Takes note of a socket that is cut when the server is closed. Those of its clients are noted already. */
  readonly track: <S extends net.Socket>(socket: S) => S
  /** Accepts nothing more, and cuts every socket. */
  readonly close: () => Promise<void>
}

/** Has a server listen at a free port of 127.0.0.1. */
export async function listen(server: net.Server): Promise<Listening> {
  const sockets = new Set<net.Socket>()
  const track: Listening['track'] = (socket) => {
    sockets.add(socket)
    return socket.once('close', () => sockets.delete(socket))
  }
  server.on('connection', track)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as net.AddressInfo).port,
    track,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}
