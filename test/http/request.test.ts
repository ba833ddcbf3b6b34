import { once } from 'node:events'
import * as net from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/http/call.ts'
import { request } from '../../src/http/request.ts'
import { answering, clientSockets, ok, rawServer, testClient, type Fate } from './fixture.ts'

const MIB = 1024 * 1024
const HEAD = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`

/** A body as one chunk. */
function chunk(body: string): string {
  return `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`
}

describe('what is sent', () => {
  test.each([
    ['GET', {}, undefined, ''],
    ['DELETE', { authorization: 'Bearer x' }, undefined, 'authorization: Bearer x\r\n'],
    ['POST', {}, undefined, 'content-length: 0\r\n'],
    ['POST', { 'content-type': 'a/b' }, 'é1', 'content-type: a/b\r\ncontent-length: 3\r\n'],
    // What the call says of these, counts; but not for the length.
    ['GET', { 'user-agent': 'me', 'content-length': '7' }, '', 'content-length: 0\r\n'],
  ] as const)('%s with %o and the body %j', async (method, headers, body, more) => {
    const server = await answering(ok())
    const message = { headers, ...(body !== undefined && { body }) }
    await testClient().get(`${server.url}/a/b?c=d`, { method, prepare: () => message })
    const agent = 'user-agent' in headers ? headers['user-agent'] : 'test/1'
    expect(server.received).toEqual([
      `${method} /a/b?c=d HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nuser-agent: ${agent}\r\nconnection: close\r\n${more}\r\n${body ?? ''}`,
    ])
  })

  test('headers for a gateway, which take the place of no other', async () => {
    const server = await answering(ok())
    const gateway = { host: 'elsewhere', authorization: 'theirs', 'x-a': 'b' }
    const prepare = (): Message => ({ headers: { authorization: 'ours' } })
    await testClient().get(server.url, { gateway, prepare })
    expect(server.received[0]).toBe(
      `GET / HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nauthorization: ours\r\nx-a: b\r\nuser-agent: test/1\r\nconnection: close\r\n\r\n`,
    )
  })
})

const whole = JSON.stringify('ä'.repeat((MIB - 2) / 2))
const cut = 'connection reset'

describe('a complete answer', () => {
  test.each<[string, Fate, unknown]>([
    ['with a length', ok(), { a: 1 }],
    ['in chunks', `${CHUNKED}${chunk('{"a":')}${chunk('1}')}0\r\n\r\n`, { a: 1 }],
    ['until the end of the connection', (socket) => socket.end(`${HEAD}\r\n{"a":1}`), { a: 1 }],
    ['of 1 MiB', ok(whole), JSON.parse(whole)],
    ['after interim ones', `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\na: b\r\n\r\n${ok()}`, { a: 1 }],
    ['with a byte order mark', ok('\uFEFF{"a":1}'), { a: 1 }],
    ['that is no JSON', ok('{"a":1},'), undefined],
    ['without a body', `HTTP/1.1 204 No Content\r\n\r\n`, undefined],
    ['with bytes behind it', `${ok()}\n\n`, { a: 1 }],
    ['with bytes behind its last chunk', `${CHUNKED}${chunk('{"a":1}')}0\r\n\r\n{}`, { a: 1 }],
    ['with bytes behind it, and Connection: close', `${ok().replace('\r\n', '\r\nconnection: close\r\n')}{}`, { a: 1 }],
    ['with a body where there is none', 'HTTP/1.1 204 No Content\r\n\r\n{}', undefined],
  ])('%s is the answer; the connection is closed', async (_name, fate, json) => {
    const server = await answering(fate)
    const { get, clock } = testClient()
    expect(await get(server.url)).toEqual(json)
    await server.closed()
    expect(server.received).toHaveLength(1)
    expect(clock.slept).toEqual([])
  })

  test('closes the connection, also where the request was not read whole', async () => {
    const server = await answering((socket) => socket.pause().write(ok()))
    const [sockets, { get }] = [clientSockets(), testClient()]
    const body = 'a'.repeat(20 * MIB)
    expect(await get(server.url, { method: 'POST', prepare: () => ({ headers: {}, body }) })).toEqual({ a: 1 })
    expect(sockets[0]?.destroyed).toBe(true)
  })

  test('is given with its status and headers', async () => {
    const server = await answering(ok('{"a":1}', '201 Created\r\nX-Id: 7\r\nset-cookie: a\r\nset-cookie: b'))
    expect(await testClient().get(server.url, { read: (whole) => whole })).toEqual({
      status: 201,
      headers: { 'content-length': '7', 'x-id': '7', 'set-cookie': ['a', 'b'] },
      text: '{"a":1}',
      json: { a: 1 },
    })
  })
})

describe('no complete answer', () => {
  test.each<[string, Fate, string]>([
    ['a body shorter than its length', (socket) => socket.end(`${HEAD}content-length: 9\r\n\r\n{}`), cut],
    ['a body without a last chunk', (socket) => socket.end(`${CHUNKED}${chunk('{}')}`), cut],
    [
      'a reset in the body',
      (socket) => socket.write(`${HEAD}content-length: 9\r\n\r\n{}`, () => socket.resetAndDestroy()),
      cut,
    ],
    ['a chunk that is none', `${CHUNKED}${chunk('{}')}z\r\n`, 'the answer is not HTTP'],
    ['an error cut in its body', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\n\r\n{}'), cut],
    ['an end in its headers', (socket) => socket.end(`${HEAD}content-le`), cut],
    ['an end at once', (socket) => socket.end(), cut],
    ['a reset', (socket) => socket.resetAndDestroy(), cut],
    ['what is no HTTP', '220 mail.example ESMTP\r\n', 'the answer is not HTTP'],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      'it answered with an upgrade to another protocol',
    ],
  ])('%s: asked again; the connection is closed', async (_name, fate, what) => {
    const server = await answering(fate, ok())
    const { get, clock, lines } = testClient()
    expect(await get(server.url)).toEqual({ a: 1 })
    await server.closed()
    expect(lines[0]).toBe(`GET 127.0.0.1:${server.port}/: ${what}`)
    expect(clock.slept).toEqual([125])
  })
})

describe('an answer that is too large', () => {
  const large = 'the answer is larger than 1 MiB'
  test.each([
    ['a byte more than 1 MiB', ok(`${whole} `), large],
    ['a byte more than 1 MiB in chunks', `${CHUNKED}${chunk(whole)}${chunk(' ')}`, large],
    ['a refusal', ok(`${whole} `, '503 Busy'), large],
    [
      'headers of more than 16 kB',
      `${HEAD}a: ${'b'.repeat(20_000)}\r\n\r\n`,
      'the headers of the answer are too large',
    ],
  ])('%s: refused at once; the connection is closed', async (_name, bytes, what) => {
    const server = await answering(bytes)
    const { get, clock } = testClient()
    await expect(get(server.url)).rejects.toMatchObject({
      code: 'UNUSABLE_ANSWER',
      message: `The server (127.0.0.1:${server.port}): ${what}.`,
    })
    await server.closed()
    expect(server.received).toHaveLength(1)
    expect(clock.slept).toEqual([])
  })
})

test('nothing is sent when it is over already', async () => {
  const server = await rawServer(() => undefined)
  const socket = net.connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  const call = { method: 'GET', url: new URL(server.url) } as const
  const ends = AbortSignal.abort(new Error('the end'))
  await expect(request(socket, call, { headers: {} }, 'test/1', ends, { waitingFor: '' })).rejects.toThrow('the end')
  await server.closed()
  expect(server.received).toEqual([''])
})
