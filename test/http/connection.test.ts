import dns from 'node:dns'
import { once } from 'node:events'
import * as net from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startProxy, type Proxy } from '../../dev/fakes/proxy.ts'
import { Connections } from '../../src/http/connection.ts'
import { openSocket } from '../../src/http/socket.ts'
import { proxyVariables, rawServer, trustedCertificates, type RawServer } from './fixture.ts'

const never = new AbortController().signal

function connections(signal = never): Connections {
  return new Connections(signal, () => undefined)
}

/** Opens a connection; gives what was waited for meanwhile. */
async function open(url: string): Promise<string[]> {
  const told: string[] = []
  const progress = {
    set waitingFor(what: string) {
      told.push(what)
    },
  }
  const socket = await connections().open(new URL(url), never, progress)
  socket.destroy()
  return told
}

async function proxyTo(port: number): Promise<Proxy> {
  const proxy = await startProxy({
    credentials: { user: 'mona', password: 'p@ss' },
    hosts: { 'app-server.example': port },
  })
  onTestFinished(() => proxy.close())
  proxyVariables({ https_proxy: proxy.url, http_proxy: proxy.url })
  return proxy
}

/** A TLS server that notes which name and which protocols it is asked for. */
async function secureServer(): Promise<RawServer & { readonly asked: unknown[] }> {
  const { good } = await trustedCertificates()
  const asked: unknown[] = []
  const server = await rawServer(() => undefined, {
    ...good,
    ALPNCallback: ({ servername, protocols }) => {
      asked.push(servername, ...protocols)
      return protocols[0]
    },
  })
  return { ...server, asked }
}

describe('a connection', () => {
  test.each([
    ['localhost', 'localhost'],
    ['127.0.0.1', false],
  ])('by TLS to %s names %j, and asks for HTTP/1.1', async (host, name) => {
    const { port, asked } = await secureServer()
    expect(await open(`https://${host}:${port}`)).toEqual(['the connection', 'the TLS handshake'])
    expect(asked).toEqual([name, 'http/1.1'])
  })

  test('through a proxy is to the name at its end', async () => {
    const { port, asked } = await secureServer()
    const { targets } = await proxyTo(port)
    expect(await open('https://app-server.example')).toEqual(['the proxy', 'the TLS handshake'])
    expect(asked).toEqual(['app-server.example', 'http/1.1'])
    expect(targets).toEqual([{ target: 'app-server.example:443', answered: 200 }])
    const other = await rawServer(() => undefined, (await trustedCertificates()).wrongHost)
    await proxyTo(other.port)
    await expect(open('https://app-server.example')).rejects.toMatchObject({ code: 'TLS_FAILED' })
  })

  test('in the open, through a proxy', async () => {
    const { targets } = await proxyTo((await rawServer(() => undefined)).port)
    expect(await open('http://app-server.example')).toEqual(['the proxy'])
    expect(targets).toEqual([{ target: 'app-server.example:80', answered: 200 }])
  })

  test.each(['http', 'https'])('by %s is to the host of the URL', async (scheme) => {
    const asked: string[] = []
    vi.spyOn(dns, 'lookup').mockImplementation(((host: string, _: object, found: (error: Error) => void) => {
      asked.push(host)
      found(Object.assign(new Error(), { code: 'ENOTFOUND' }))
    }) as typeof dns.lookup)
    onTestFinished(() => void vi.restoreAllMocks())
    await expect(open(`${scheme}://app-server.example`)).rejects.toThrow('host name not found')
    expect(asked).toEqual(['app-server.example'])
  })

  test('ends with its tunnel', async () => {
    const server = await rawServer(() => undefined)
    const tunnel = net.connect(server.port, '127.0.0.1')
    await once(tunnel, 'connect')
    const opening = openSocket(new URL('https://app-server.example'), never, () => undefined, tunnel)
    tunnel.destroy()
    await expect(opening).rejects.toThrow('connection closed too early')
  })

  test('to an IPv6 address asks no DNS', async () => {
    await expect(open('http://[::1]:1')).rejects.toThrow(/connection refused|EADDRNOTAVAIL/)
  })

  test('is not trusted by NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const { otherAuthority } = await trustedCertificates()
    const { url } = await rawServer(() => undefined, otherAuthority)
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
    onTestFinished(() => {
      vi.unstubAllEnvs()
      warned.mockRestore()
    })
    await expect(open(url)).rejects.toMatchObject({ code: 'TLS_FAILED' })
  })
})

describe('a connection that is opened early', () => {
  const target = new URL('https://app-server.example')
  test.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ https_proxy: 'http://127.0.0.1:1' }, false],
    [{ https_proxy: 'socks5://127.0.0.1:1' }, false],
    [{ https_proxy: 'http://127.0.0.1:1', no_proxy: '.example' }, true],
  ])('is none through a proxy: with %o: %s', (variables, early) => {
    proxyVariables(variables)
    // Cut off, so that nobody looks the name up.
    expect(connections(AbortSignal.abort()).openEarly(target) !== undefined).toBe(early)
  })

  test('that fails is none', async () => {
    const early = connections().openEarly(new URL('http://127.0.0.1:1'))
    expect(await early?.take()).toBeUndefined()
  })

  test('is left open once it is used', async () => {
    const server = await rawServer(() => undefined)
    const opened = connections()
    const socket = (await opened.openEarly(new URL(server.url))?.take()) as net.Socket
    opened.close()
    await new Promise(setImmediate)
    expect(socket.destroyed).toBe(false)
    socket.destroy()
  })
})
