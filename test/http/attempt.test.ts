import type { Socket } from 'node:net'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Call, Message } from '../../src/http/call.ts'
import {
  answering,
  clientSockets,
  ok,
  rawServer,
  testClient,
  trustedCertificates,
  until,
  type Fate,
} from './fixture.ts'

const BUSY = ok('{}', '503 Busy')
const CUT = 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}'

// Node's secure context is made once in a process, and other files need it to know their authority (`vitest --no-isolate`).
beforeEach(async () => {
  await trustedCertificates()
})

/** A message that is there as soon as something has happened. */
function after(happened: () => Promise<unknown>): Pick<Call<unknown>, 'prepare'> {
  return { prepare: () => happened().then(() => ({ headers: {} })) }
}

describe('a connection that is opened while the message is prepared', () => {
  test('carries the request', async () => {
    const server = await answering(ok())
    const { get, client } = testClient()
    expect(await get(server.url, after(server.opened))).toEqual({ a: 1 })
    client.close()
    await server.closed()
    expect(server.received).toHaveLength(1)
  })

  test.each<[string, (socket: Socket) => unknown]>([
    ['closed', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
    ['answered before it is asked', (socket) => socket.write(ok())],
    ['refused before it is asked', (socket) => socket.write(ok('{}', '400 Bad Request'))],
    ['told anything before it is asked', (socket) => socket.write('\n')],
    ['closed when the request comes', (socket) => socket.once('data', () => socket.end())],
    ['reset when the request comes', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ])('and %s is replaced at once', async (name, end) => {
    const server = await rawServer((socket, n) => {
      if (n === 0) end(socket)
      else socket.once('data', () => socket.write(ok()))
    })
    const [sockets, { get, clock }] = [clientSockets(), testClient()]
    const ended = (): boolean => sockets[0]?.destroyed === true || (sockets[0]?.readableLength ?? 0) > 0
    const early = after(() => (name.includes('when') ? server.opened() : until(ended)))
    expect(await get(server.url, early)).toEqual({ a: 1 })
    await server.closed()
    expect(server.received.map((text) => text !== '')).toEqual([name.includes('when'), true])
    expect(clock.slept).toEqual([])
  })

  // Other systems may take a moment to pass bytes on to the same machine.
  test.runIf(process.platform === 'linux')('is replaced where bytes have arrived that nobody has read', async () => {
    const server = await rawServer((socket, n) => n > 0 && socket.once('data', () => socket.write(ok())))
    const [sockets, { get }] = [clientSockets(), testClient()]
    const early = after(async () => {
      await until(() => sockets[0]?.connecting === false)
      const socket = await server.opened()
      socket.write(ok('"unasked"'))
    })
    expect(await get(server.url, early)).toEqual({ a: 1 })
  })

  const reset: Fate = (socket) => socket.resetAndDestroy()
  test.each<[string, [Fate, ...Fate[]], number]>([
    ['is replaced once', [reset, reset, ok()], 3],
    ['is not replaced where its message may be sent only once', [reset, ok()], 2],
    ['is not replaced where an answer had begun', [(socket) => socket.end(CUT), ok()], 2],
    ['is opened for the first attempt only', [BUSY, reset, ok()], 3],
  ])('%s', async (name, fates, connections) => {
    const server = await answering(...fates)
    const { get, clock } = testClient()
    const call = { ...after(server.opened), once: name.includes('only once') }
    expect(await get(server.url, call)).toEqual({ a: 1 })
    expect(server.received).toHaveLength(connections)
    expect(clock.slept).toHaveLength(name.includes('first') ? 2 : 1)
  })

  test('is not opened for a message that is there at once', async () => {
    const server = await answering(reset, ok())
    const { get, clock } = testClient()
    await get(server.url)
    // Otherwise the first one would have been replaced at once.
    expect(clock.slept).toHaveLength(1)
  })

  test('is not replaced where its answer cannot be used', async () => {
    const server = await answering(`HTTP/1.1 200 OK\r\na: ${'b'.repeat(20_000)}\r\n\r\n`, ok())
    await expect(testClient().get(server.url, after(server.opened))).rejects.toMatchObject({ code: 'UNUSABLE_ANSWER' })
    expect(server.received).toHaveLength(1)
  })
})

describe('the time of an attempt', () => {
  test.each([
    ['10 s', {}, {}, 10_000],
    ['what the call says', {}, { attemptMs: 35_000 }, 35_000],
    ['what is left', { limitMs: 4_000 }, {}, 4_000],
    ['none, where nothing is left', { limitMs: -1_000 }, {}, 0],
  ])('is %s', async (_name, options, call, limit) => {
    const server = await answering(ok())
    const { get, clock } = testClient(options)
    await get(server.url, call)
    expect(clock.limits).toEqual([limit])
    expect(clock.running).toBe(0)
  })

  test.each([
    ['the answer', ''],
    ['the rest of the answer', CUT],
  ])('ends it; that it waited for %s is told, and the next one has a time of its own', async (what, fate) => {
    const server = await answering(fate, ok())
    const [sockets, { get, clock, lines }] = [clientSockets(), testClient()]
    const answer = get(server.url, { attemptMs: 1_250 })
    await server.requested()
    await until(() => sockets[0]!.bytesRead >= fate.length)
    await clock.expire()
    expect(await answer).toEqual({ a: 1 })
    expect(lines[0]).toMatch(new RegExp(`no answer within 1.3 s, while waiting for ${what}$`))
    expect(clock.slept).toEqual([125])
    await server.closed()
  })

  test.each([true, false])('counts for the TLS handshake, too (opened early: %s)', async (early) => {
    const silent = await rawServer(() => undefined)
    const { get, clock, client } = testClient({ limitMs: 1_000 })
    const url = `https://127.0.0.1:${silent.port}`
    const answer = get(url, early ? after(silent.opened) : {})
    const failed = expect(answer).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: `The server (127.0.0.1:${silent.port}): no answer within 1 s, while waiting for the TLS handshake. Gave up after 1 attempt in 1 s; the limit is 60 s (timeout-seconds).`,
    })
    await silent.requested()
    await clock.expire()
    await failed
    expect(silent.received).toHaveLength(1)
    client.close()
    await silent.closed()
  })
})

describe('a step that is cancelled', () => {
  const reason = new Error('The job was cancelled.')
  const grantEnds = 'within the hour'
  const never = new AbortController().signal

  test.each([true, false])('does not send what was prepared meanwhile (waiting: %s)', async (waits) => {
    const server = await answering(ok())
    const [sockets, { get, client, cancelled }] = [clientSockets(), testClient({ patience: never })]
    const prepare = (): Message => {
      cancelled.abort(reason)
      return { headers: {} }
    }
    const call = waits ? () => until(() => sockets[0]?.connecting === false).then(prepare) : prepare
    await expect(get(server.url, { prepare: call, grantEnds })).rejects.toBe(reason)
    client.close()
    await server.closed()
    expect(server.received.join('')).toBe('')
  })

  test('waits for a connection no longer', async () => {
    const silent = await rawServer(() => undefined)
    const { get, cancelled } = testClient()
    const failed = expect(get(`https://127.0.0.1:${silent.port}`, { grantEnds })).rejects.toBe(reason)
    await silent.requested()
    cancelled.abort(reason)
    await failed
    await silent.closed()
  })

  test('closes what it opens early', async () => {
    const silent = await rawServer(() => undefined)
    const { get, cancelled } = testClient()
    const call = after(() => silent.opened().then(silent.closed))
    const failed = expect(get(`https://127.0.0.1:${silent.port}`, call)).rejects.toBe(reason)
    await silent.opened()
    cancelled.abort(reason)
    await failed
  })

  const lost = {
    code: 'CANCELLED',
    message: expect.stringMatching(
      /^The job was cancelled\. The server \(127\.0\.0\.1:\d+\) had been asked and did not answer\.$/,
    ) as string,
    text: expect.stringMatching(
      / If it issued a token, nobody has it: it .* here, and ends within the hour\.$/,
    ) as string,
    cause: reason,
  }
  const impatient = (_socket: Socket, patience: AbortController): void => {
    patience.abort()
  }
  test.each<[string, (socket: Socket, patience: AbortController) => unknown, Partial<Call<unknown>>, unknown]>([
    ['is not waited for where it brings nothing', () => undefined, {}, reason],
    ['is, where it may bring a credential', (socket) => socket.write(ok()), { grantEnds }, { a: 1 }],
    ['but not without end', impatient, { grantEnds }, lost],
    ['nor where none can come', (socket) => socket.resetAndDestroy(), { grantEnds }, lost],
    ['is the last word as a refusal', (socket) => socket.write(BUSY), { grantEnds }, { code: 'OVERLOADED' }],
  ])('has an answer under way, which %s', async (_name, then, call, outcome) => {
    const [cancelled, patience] = [new AbortController(), new AbortController()]
    const server = await answering((socket) => {
      cancelled.abort(reason)
      then(socket, patience)
    })
    const { get, clock } = testClient({ signal: cancelled.signal, patience: patience.signal })
    expect(await get(server.url, call).catch((error: unknown) => error)).toMatchObject(outcome as object)
    await server.closed()
    expect([server.received.length, clock.slept]).toEqual([1, []])
  })

  test('does not sleep', async () => {
    const cancelled = new AbortController()
    const server = await answering(BUSY)
    const { get } = testClient({
      signal: cancelled.signal,
      debug: (line) => {
        if (line.startsWith('trying again')) cancelled.abort(reason)
      },
    })
    let made = 0
    const prepare = (): Message => ({ headers: { made: String(++made) } })
    await expect(get(server.url, { prepare })).rejects.toBe(reason)
    expect(made).toBe(1)
    expect(server.received).toHaveLength(1)
  })
})
