/**
 * What this process has under way on the network: connections that are being opened, and requests without their whole
 * answer. Who makes time leap asks first, so that no leap overtakes an answer, however slow the machine.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'

const opening = new Set<net.Socket>()
const requests = new Set<ClientRequest>()

/** Starts to watch; once, before anything connects. */
export function watch(): void {
  net.connect = watched(net.connect.bind(net), 'connect')
  tls.connect = watched(tls.connect.bind(tls), 'secureConnect')
  syncBuiltinESMExports()
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { readonly request: ClientRequest }
    requests.add(request)
    request.once('close', () => requests.delete(request))
  })
}

function watched<Connect extends (...args: never) => net.Socket>(connect: Connect, opened: string): Connect {
  return ((...args) => {
    const socket = connect(...args)
    opening.add(socket)
    for (const event of [opened, 'close']) socket.once(event, () => opening.delete(socket))
    return socket
  }) as Connect
}

/** The local port of each client that waits for a connection or an answer; `undefined` where it has none yet. */
export function clientsUnderWay(): (number | undefined)[] {
  return [...opening, ...[...requests].map(({ socket }) => socket)].map((socket) => socket?.localPort)
}
