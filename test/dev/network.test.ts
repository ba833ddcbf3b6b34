import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import * as tls from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createCertificates, type Certificates } from '../../dev/fakes/certificates.ts'
import { startProxy, type Proxy, type ProxyOptions } from '../../dev/fakes/proxy.ts'
import { relay } from '../../dev/fakes/relay.ts'
import { serve, type FakeServer } from '../../dev/fakes/serve.ts'

let certificates: Certificates
let plain: FakeServer
beforeAll(async () => {
  certificates = await createCertificates(['app.example'])
  plain = await serve(() => ({ status: 200, body: 'hello' }))
})
afterAll(async () => {
  await plain.close()
})

describe('a certificate', () => {
  async function connect(
    kind: 'good' | 'expired' | 'wrongHost' | 'otherAuthority',
    servername: string,
  ): Promise<void> {
    const server = await serve(() => ({ status: 200 }), { tls: certificates[kind] })
    try {
      const socket = tls.connect({
        port: server.port,
        host: '127.0.0.1',
        ca: certificates.authority,
        servername,
      })
      await once(socket, 'secureConnect')
      socket.destroy()
    } finally {
      await server.close()
    }
  }

  test.each(['localhost', 'app.example'])('is good for %s', async (name) => {
    await expect(connect('good', name)).resolves.toBeUndefined()
  })

  test.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['otherAuthority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('is refused: %s', async (kind, code) => {
    await expect(connect(kind, 'localhost')).rejects.toMatchObject({ code })
  })

  test('is good for the address, and serves requests', async () => {
    const server = await serve(({ url }) => ({ status: 200, body: url.href }), { tls: certificates.good })
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      https.get(`${server.url}/x`, { ca: certificates.authority, agent: false }, resolve).on('error', reject)
    })
    expect(await text(response)).toBe(`https://127.0.0.1:${server.port}/x`)
    await server.close()
  })
})

describe('the proxy', () => {
  let proxy: Proxy
  afterEach(async () => {
    await proxy.close()
  })

  /** What the proxy says to a CONNECT, and the tunnel. */
  async function connect(
    options: ProxyOptions,
    target: string,
    authorization?: string,
  ): Promise<[number, Socket]> {
    proxy = await startProxy(options)
    const request = http.request({
      port: proxy.port,
      host: '127.0.0.1',
      method: 'CONNECT',
      path: target,
      headers: authorization === undefined ? {} : { 'proxy-authorization': authorization },
    })
    request.end()
    const [response, socket] = (await once(request, 'connect')) as [http.IncomingMessage, Socket]
    return [response.statusCode!, socket]
  }

  test('connects a host name to a port on loopback', async () => {
    const [status, socket] = await connect({ hosts: { 'app.example': plain.port } }, 'app.example:443')
    expect(status).toBe(200)
    socket.write('GET / HTTP/1.1\r\nhost: app.example\r\nconnection: close\r\n\r\n')
    expect(await text(socket)).toContain('hello')
    expect(proxy.targets).toEqual([{ target: 'app.example:443', answered: 200 }])
  })

  test('connects loopback itself, and nothing else', async () => {
    expect((await connect({}, `127.0.0.1:${plain.port}`))[0]).toBe(200)
    await proxy.close()
    expect((await connect({}, 'elsewhere.example:443'))[0]).toBe(502)
  })

  test('demands its password', async () => {
    const credentials = { user: 'me', password: 'p@ss' }
    const right = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
    expect((await connect({ credentials }, `127.0.0.1:${plain.port}`))[0]).toBe(407)
    expect(proxy.url).toBe(`http://me:p%40ss@127.0.0.1:${proxy.port}`)
    expect(proxy.targets[0]!.answered).toBe(407)
    await proxy.close()
    expect((await connect({ credentials }, `127.0.0.1:${plain.port}`, 'Basic eDp5'))[0]).toBe(407)
    await proxy.close()
    expect((await connect({ credentials }, `127.0.0.1:${plain.port}`, right))[0]).toBe(200)
  })

  test.each([
    ['refuse', 403],
    ['bad-gateway', 502],
  ] as const)('can %s', async (mode, status) => {
    expect((await connect({ mode }, `127.0.0.1:${plain.port}`))[0]).toBe(status)
  })

  test('can hang', async () => {
    const answer = connect({ mode: 'hang' }, `127.0.0.1:${plain.port}`)
    await vi.waitFor(() => {
      expect(proxy.targets).toEqual([{ target: `127.0.0.1:${plain.port}`, answered: 'hang' }])
    })
    await Promise.all([expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' }), proxy.close()])
  })

  test('says 502 where the server refuses', async () => {
    const gone = await serve(() => ({ status: 200 }))
    await gone.close()
    expect((await connect({}, `127.0.0.1:${gone.port}`))[0]).toBe(502)
  })
})

test('a relay holds what it passes on', async () => {
  const slow = await relay(() => plain.port, 60)
  const before = performance.now()
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get({ port: slow.port, host: '127.0.0.1', agent: false }, resolve).on('error', reject)
  })
  expect(await text(response)).toBe('hello')
  expect(performance.now() - before).toBeGreaterThan(115)
  await slow.close()
})
