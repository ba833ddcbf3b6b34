import * as http from 'node:http'
import * as net from 'node:net'
import { listen } from './loopback.ts'

export interface ProxyOptions {
  /** Ports on loopback by host name; other names than these and 127.0.0.1 are answered with 502. */
  readonly hosts?: Readonly<Record<string, number>>
  /** User and password that are demanded; 407 without them. */
  readonly credentials?: { readonly user: string; readonly password: string }
  /** Answers every CONNECT with 403. */
  readonly mode?: 'refuse'
}

/** A forward proxy on loopback that speaks CONNECT and nothing else. */
export interface Proxy {
  /** `http://127.0.0.1:PORT`, with user and password where they are demanded. */
  readonly url: string
  readonly port: number
  /** `host:port` of every CONNECT, and what was answered. */
  readonly targets: readonly { readonly target: string; readonly answered: number }[]
  /** The client at the other end of the tunnel that a server sees as this connection, if it is one. */
  readonly behind: (connection: net.Socket) => net.Socket | undefined
  readonly close: () => Promise<void>
}

export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const { credentials, mode, hosts = {} } = options
  const targets: { target: string; answered: number }[] = []
  const clients = new Map<number, net.Socket>()
  const expected =
    credentials === undefined
      ? undefined
      : `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`

  const server = http.createServer((_request, response) => {
    response.writeHead(405).end('CONNECT only')
  })
  server.on('connect', (request, client: net.Socket, head: Buffer) => {
    const target = request.url ?? ''
    const refuse = (status: number, headers = '', body = ''): void => {
      targets.push({ target, answered: status })
      client.end(
        `HTTP/1.1 ${status} ${http.STATUS_CODES[status]!}\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`,
      )
    }
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      refuse(407, 'proxy-authenticate: Basic realm="proxy"\r\n')
      return
    }
    if (mode === 'refuse') {
      refuse(403)
      return
    }
    const [host = '', port = ''] = target.split(':')
    const mapped = hosts[host] ?? (host === '127.0.0.1' || host === 'localhost' ? Number(port) : undefined)
    if (mapped === undefined) {
      refuse(502, 'content-type: text/html\r\n', '<html><body>Bad gateway</body></html>')
      return
    }
    const upstream = listening.track(net.connect(mapped, '127.0.0.1'))
    let connected = false
    upstream.once('connect', () => {
      connected = true
      clients.set(upstream.localPort ?? NaN, client)
      targets.push({ target, answered: 200 })
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.write(head)
      client.pipe(upstream).pipe(client)
    })
    upstream.once('error', () => {
      if (connected) client.destroy()
      else refuse(502)
    })
    client.once('error', () => upstream.destroy())
  })

  const listening = await listen(server)
  const login =
    credentials === undefined
      ? ''
      : `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`
  return {
    url: `http://${login}127.0.0.1:${listening.port}`,
    port: listening.port,
    targets,
    behind: ({ remotePort = NaN }) => clients.get(remotePort),
    close: listening.close,
  }
}
