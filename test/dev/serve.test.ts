import * as http from 'node:http'
import * as net from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { fault, forEver, type FaultEntry } from '../../dev/fakes/faults.ts'
import type { FakeRequest, Handler } from '../../dev/fakes/handler.ts'
import { serve, type FakeServer, type ServeOptions } from '../../dev/fakes/serve.ts'

const open: FakeServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const hello: Handler = () => ({ status: 200, body: { hello: 'world' } })

async function start(
  faults: FaultEntry[] = [],
  handler = hello,
  options: ServeOptions = {},
): Promise<FakeServer> {
  const server = await serve(handler, { faults, ...options })
  open.push(server)
  return server
}

/** The answer to one request on a connection of its own. */
function get(server: FakeServer, path = '/', body = ''): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http
      .request(`${server.url}${path}`, { method: 'POST', agent: false, headers: { 'x-test': 'a' } }, resolve)
      .on('error', reject)
      .end(body)
  })
}

/** The bytes that come on a connection until `enough`, or its end. */
function bytes(server: FakeServer, enough: (soFar: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let soFar = ''
    const socket = net.connect(server.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      soFar += chunk
      if (enough(soFar)) socket.destroy()
    })
    socket.on('close', () => {
      resolve(soFar)
    })
    socket.on('error', reject)
  })
}

describe('a server', () => {
  test('gives the handler the request, and sends its reply', async () => {
    let seen: FakeRequest | undefined
    const server = await start([], (request) => {
      seen = request
      return { status: 201, headers: { 'x-reply': 'b' }, body: { a: 1 } }
    })
    const response = await get(server, '/path?q=1', 'über')
    expect(response.statusCode).toBe(201)
    expect(response.headers).toMatchObject({ 'x-reply': 'b', 'content-type': 'application/json' })
    expect(await text(response)).toBe('{"a":1}')
    expect(seen).toMatchObject({ method: 'POST', body: 'über' })
    expect(seen!.url.href).toBe(`${server.url}/path?q=1`)
    expect(seen!.headers['x-test']).toBe('a')
  })

  test('records requests, what was answered, and connections', async () => {
    const server = await start([fault.status(503)])
    const first = server.seen(1)
    await get(server, '/one', 'body')
    await get(server, '/two')
    expect(await first).toMatchObject({ method: 'POST', path: '/one', body: 'body', answered: 'status 503' })
    expect((await server.seen(2)).answered).toBe(200)
    expect(server.requests).toHaveLength(2)
    expect(server.connections).toBe(2)
  })

  test('dates its answers by its own clock', async () => {
    const server = await start([fault.status(500), fault.status(500, { date: new Date(0) })], hello, {
      now: () => 86_400_000,
    })
    expect((await get(server)).headers.date).toBe('Fri, 02 Jan 1970 00:00:00 GMT')
    expect((await get(server)).headers.date).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
    expect((await get(server)).headers.date).toBe('Fri, 02 Jan 1970 00:00:00 GMT')
  })

  test('refuses connections and accepts them again at the same port', async () => {
    const server = await start()
    await server.refuse()
    await expect(get(server)).rejects.toThrow('ECONNREFUSED')
    await server.listen()
    expect((await get(server)).statusCode).toBe(200)
  })

  test('uses faults in order, then answers', async () => {
    const server = await start([
      fault.status(500),
      fault.none(),
      (request) => (request.url.pathname === '/b' ? fault.status(502) : undefined),
    ])
    const statuses = []
    for (const path of ['/', '/', '/b', '/b']) statuses.push((await get(server, path)).statusCode)
    expect(statuses).toEqual([500, 200, 502, 200])
  })

  test('keeps a fault for ever, also one that depends on the request', async () => {
    const server = await start([forEver((request) => (request.body === 'x' ? fault.status(500) : undefined))])
    const statuses = []
    for (const body of ['x', '', 'x']) statuses.push((await get(server, '/', body)).statusCode)
    expect(statuses).toEqual([500, 200, 500])
  })
})

describe('a fault', () => {
  test('reset: no byte of an answer', async () => {
    const server = await start([fault.reset()])
    await expect(get(server)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(server.requests[0]!.answered).toBe('reset')
  })

  test('reset in the body', async () => {
    const server = await start([fault.resetInBody()])
    const response = await get(server)
    expect(response.statusCode).toBe(200)
    await expect(text(response)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('short body: closed properly, with less than Content-Length', async () => {
    const server = await start([fault.shortBody()])
    const answer = await bytes(server, () => false)
    expect(answer).toContain('content-length: 1000\r\n')
    expect(answer.split('\r\n\r\n')[1]).toBe('{"token":"')
    server.faults.push(fault.shortBody())
    await expect(text(await get(server))).rejects.toThrow('aborted')
  })

  test('status with Retry-After in seconds and as a date, headers and body', async () => {
    const server = await start([
      fault.status(429, { retryAfter: 7, headers: { 'x-a': 'b' }, body: 'slow down' }),
      fault.status(503, { retryAfter: new Date(0) }),
    ])
    const seconds = await get(server)
    expect(seconds.headers).toMatchObject({ 'retry-after': '7', 'x-a': 'b' })
    expect(await text(seconds)).toBe('slow down')
    expect((await get(server)).headers['retry-after']).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
  })

  test('hang: taken, never answered', async () => {
    const server = await start([fault.hang()])
    let settled = false
    const answer = get(server).finally(() => (settled = true))
    expect((await server.seen(1)).answered).toBe('hang')
    expect((await get(server)).statusCode).toBe(200)
    expect(settled).toBe(false)
    await Promise.all([expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' }), server.close()])
  })

  test('endless headers', async () => {
    const server = await start([fault.endlessHeaders(1)])
    const answer = await bytes(server, (soFar) => soFar.includes('x-filler-9:'))
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nx-filler-0: 0\r\n/)
    expect(answer).not.toContain('\r\n\r\n')
  })

  test('drip: one byte at a time', async () => {
    const server = await start([fault.drip(1)])
    const answer = await bytes(server, (soFar) => (soFar.split('\r\n\r\n')[1]?.length ?? 0) > 5)
    expect(answer.split('\r\n\r\n')[1]).toBe('{     ')
  })

  test('flood: sent whole to a client that reads, and left off when one goes away', async () => {
    const server = await start([fault.flood(20), fault.flood(400)])
    let length = 0
    for await (const chunk of await get(server)) length += (chunk as Buffer).length
    expect(length).toBe(20_000_000 + '{"token":""}'.length)
    const response = await get(server)
    response.destroy()
    expect((await get(server)).statusCode).toBe(200)
    expect(server.requests.map(({ answered }) => answered)).toEqual(['flood', 'flood', 200])
  })

  test('redirect', async () => {
    const server = await start([fault.redirect('https://elsewhere.example/', 307)])
    const response = await get(server)
    expect(response.statusCode).toBe(307)
    expect(response.headers.location).toBe('https://elsewhere.example/')
  })

  test('html', async () => {
    const server = await start([fault.html()])
    const response = await get(server)
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(await text(response)).toContain('<html>')
  })

  test('echo: the request in every field an error text has', async () => {
    const server = await start([fault.echo(403)])
    const body = JSON.parse(await text(await get(server, '/p', 'the body'))) as Record<string, string>
    for (const name of ['message', 'Message', 'error', 'error_description']) {
      expect(body[name]).toContain('x-test: a')
      expect(body[name]).toContain('the body')
    }
  })

  test('raw: these bytes and the end', async () => {
    const server = await start([fault.raw('SSH-2.0-OpenSSH\r\n')])
    expect(await bytes(server, () => false)).toBe('SSH-2.0-OpenSSH\r\n')
  })

  test('delay: the real answer, later', async () => {
    const server = await start([fault.delay(100)])
    const before = performance.now()
    expect((await get(server)).statusCode).toBe(200)
    expect(performance.now() - before).toBeGreaterThan(95)
    expect(server.requests[0]!.answered).toBe(200)
  })

  test('lost: carried out, not answered', async () => {
    let carriedOut = 0
    const server = await start([fault.lost()], () => {
      carriedOut++
      return { status: 200 }
    })
    await expect(get(server)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(carriedOut).toBe(1)
  })

  test('alter: the real answer, changed', async () => {
    const server = await start([fault.alter((real) => ({ ...real, status: 202 }))])
    const response = await get(server)
    expect(response.statusCode).toBe(202)
    expect(await text(response)).toBe('{"hello":"world"}')
  })
})
