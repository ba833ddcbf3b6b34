import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { AttemptFailed } from '../../src/http/failure.ts'
import type { Proxy } from '../../src/http/proxy.ts'
import { openTunnel } from '../../src/http/tunnel.ts'
import { answering, rawServer, trustedCertificates, until, type Fate } from './fixture.ts'

const TARGET = 'app-server.example:443'
const OK = 'HTTP/1.1 200 Connection established\r\n\r\n'
const HINT =
  'The proxy comes from https_proxy in the environment of the runner; hosts in no_proxy are reached without it.'

function proxyAt(url: string, username = '', password = ''): Proxy {
  return { url: new URL(url), username, password, variable: 'https_proxy' }
}

const masks: string[] = []
const never = new AbortController().signal

function tunnel(proxy: Proxy, ends = never): Promise<Socket> {
  masks.length = 0
  return openTunnel(proxy, TARGET, ends, (secret) => masks.push(secret))
}

function failure(proxy: Proxy): Promise<AttemptFailed> {
  return tunnel(proxy).then(
    () => Promise.reject(new Error('There is a tunnel.')),
    (error: unknown) => error as AttemptFailed,
  )
}

const basic = Buffer.from('mona:p@ss:é').toString('base64')
test.each([
  ['', '', '', []],
  ['mona', 'p@ss:é', `proxy-authorization: Basic ${basic}\r\n`, [basic, 'p@ss:é']],
  ['mona', '', 'proxy-authorization: Basic bW9uYTo=\r\n', ['bW9uYTo=']],
  ['', 'hush', 'proxy-authorization: Basic Omh1c2g=\r\n', ['Omh1c2g=', 'hush']],
])('what is asked by user %j with password %j, which is masked', async (user, password, more, secrets) => {
  const server = await answering(OK)
  const socket = await tunnel(proxyAt(server.url, user, password))
  expect(server.received).toEqual([`CONNECT ${TARGET} HTTP/1.1\r\nhost: ${TARGET}\r\n${more}\r\n`])
  expect(masks).toEqual(secrets)
  socket.destroy()
})

describe('a tunnel', () => {
  const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'
  test.each<[string, readonly string[]]>([
    ['that is there', [OK, 'héllo']],
    ['whose first bytes come with the answer', [`${OK}héllo`]],
    ['of an old proxy', ['HTTP/1.0 200 OK\r\nproxy-agent: x\r\n\r\n', 'héllo']],
    ['of another 2xx', ['HTTP/1.1 299\r\n\r\nhéllo']],
    ['after several', [early, early, 'HTTP/1.1 102 Processing\r\n\r\n', `${OK}héllo`]],
    ['in pieces', [...Array.from(`HTTP/1.1 100\r\n\r\n${OK}`), 'héllo']],
  ])('%s is that of the final answer, and keeps what comes after it', async (_name, pieces) => {
    const server = await answering(async (socket) => {
      for (const piece of pieces) await new Promise((resolve) => socket.setNoDelay().write(piece, resolve))
    })
    const socket = await tunnel(proxyAt(server.url))
    let text = ''
    socket.on('data', (bytes) => (text += bytes.toString()))
    await until(() => text === 'héllo')
    socket.write('ping')
    await until(() => server.received[0]!.endsWith('ping'))
    socket.destroy()
  })

  test('through TLS is to the proxy of that name only', async () => {
    const { good, wrongHost } = await trustedCertificates()
    const reply: Fate = (socket) => socket.once('data', () => socket.write(OK))
    const { port } = await rawServer(reply, good)
    const socket = await tunnel(proxyAt(`https://localhost:${port}`))
    socket.destroy()
    const other = await rawServer(reply, wrongHost)
    expect(await failure(proxyAt(other.url))).toMatchObject({
      code: 'PROXY_FAILED',
      message: `the proxy 127.0.0.1:${other.port} could not be reached (its certificate is for another host name)`,
      hint: 'Use the host name that the certificate is for.',
      again: false,
    })
  })
})

describe('no tunnel', () => {
  test.each([
    [403, '403', false],
    [300, '300', false],
    [502, '502', true],
    [407, '407: it requires a user name and a password', false],
    [101, '101', false],
  ])('where it answers %i', async (status, said, again) => {
    const server = await answering(`HTTP/1.1 ${status} No\r\nupgrade: x\r\n\r\n`, OK)
    expect(await failure(proxyAt(server.url))).toMatchObject({
      code: 'PROXY_FAILED',
      message: `the proxy 127.0.0.1:${server.port} refused the tunnel (${said})`,
      hint: HINT,
      again,
    })
    await server.closed()
  })

  const end: Fate = (socket) => socket.end()
  const [EARLY, NO_HTTP] = ['connection closed too early', 'the answer is not HTTP']
  test.each<[string, Fate, string, boolean]>([
    ['it closes the connection', end, EARLY, true],
    ['it closes it in its headers', (socket) => socket.end('HTTP/1.1 200 OK\r\na:'), EARLY, true],
    ['it resets the connection', (socket) => socket.resetAndDestroy(), 'connection reset', true],
    ['it speaks no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', NO_HTTP, true],
    ['it speaks none after an interim answer', 'HTTP/1.1 100 Continue\r\n\r\nSSH', NO_HTTP, true],
    ['its status is none', 'HTTP/1.1 0200 OK\r\n\r\n', NO_HTTP, true],
    ['its status is too long', 'HTTP/1.1 2000 OK\r\n\r\n', NO_HTTP, true],
    [
      'its headers have no end',
      'HTTP/1.1 200 OK\r\na: '.padEnd(16_385, 'b'),
      'the headers of the answer are too large',
      false,
    ],
  ])('where %s', async (_name, fate, what, again) => {
    const server = await answering(fate)
    expect(await failure(proxyAt(server.url))).toMatchObject({
      code: 'PROXY_FAILED',
      message: `the proxy 127.0.0.1:${server.port} could not be reached (${what})`,
      hint: HINT,
      again,
    })
    await server.closed()
  })

  test('when its time is over: the reason is thrown, and the connection closed', async () => {
    const server = await answering('HTTP/1.1 200 OK\r\n')
    const ends = new AbortController()
    const reason = new Error('the end')
    const failed = expect(tunnel(proxyAt(server.url), ends.signal)).rejects.toBe(reason)
    await server.requested()
    ends.abort(reason)
    await failed
    await server.closed()
  })
})
