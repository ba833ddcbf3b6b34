import { randomInt } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { nameOf, type Fault, type FaultEntry } from './faults.ts'
import type { FakeReply, FakeRequest, Handler, Now } from './handler.ts'

/** A request as it came in, and what became of it. */
export interface RecordedRequest {
  readonly method: string
  /** With query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** When it was complete, in ms since the epoch (of the machine, not of the fake). */
  readonly at: number
  /** The status that was answered, or the name of the fault; `undefined` while neither happened. */
  answered: number | string | undefined
}

export interface ServeOptions {
  /** PEM; with it the server speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly faults?: readonly FaultEntry[]
  /** The clock behind the `Date` header. */
  readonly now?: Now
  /** Told of each client whose request gets no whole answer, on purpose. */
  readonly holds?: (client: Socket) => void
  /** Resolves after so many ms, or when the client has gone: how answers are late. By the machine's clock unless given. */
  readonly late?: (ms: number, client: Socket) => Promise<void>
}

/** A fake on loopback. */
export interface FakeServer {
  /** `http://127.0.0.1:PORT` or `https://…`, without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly requests: readonly RecordedRequest[]
  /** How many TCP connections were accepted so far. */
  readonly connections: number
  /** Faults still to come; may be added to at any time. */
  readonly faults: FaultEntry[]
  /** The `n`-th request (from 1), as soon as it has been read whole. */
  readonly seen: (n: number) => Promise<RecordedRequest>
  /** Refuses connections from now on, and cuts those that are open. */
  readonly refuse: () => Promise<void>
  /** Accepts connections again, at the same port. */
  readonly listen: () => Promise<void>
  /** @throws AggregateError where a handler failed: what its client saw then was no answer of the real system */
  readonly close: () => Promise<void>
}

/**
 * Where the ports of fakes are drawn from: below what systems give to outgoing connections and to port 0, so that a port
 * that is refused for a while is not taken by somebody who answers.
 */
const [FIRST_PORT, LAST_PORT] = [20_000, 32_000]
/** How many ports may be in use by others before that is an error. */
const MOST_TRIES = 20

/** Serves a handler on 127.0.0.1 at a free port. */
export async function serve(handler: Handler, options: ServeOptions = {}): Promise<FakeServer> {
  const requests: RecordedRequest[] = []
  const faults = [...(options.faults ?? [])]
  const arrivals = new EventEmitter().setMaxListeners(0)
  const closed = new AbortController()
  const mistakes: unknown[] = []
  let connections = 0

  const answer = (incoming: http.IncomingMessage, response: http.ServerResponse): void => {
    respond(incoming, response).catch((error: unknown) => {
      // A client that went away is part of many scenarios; anything else is a mistake in a fake.
      if (incoming.socket.destroyed) return
      mistakes.push(error)
      response.statusCode = 599
      response.end('the fake failed')
    })
  }
  const scheme = options.tls === undefined ? 'http' : 'https'
  const server = options.tls === undefined ? http.createServer(answer) : https.createServer(options.tls, answer)
  server.on('connection', () => connections++)
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())

  async function respond(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await text(incoming)
    const headers = Object.fromEntries(
      Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
    )
    const path = incoming.url ?? '/'
    const method = incoming.method ?? 'GET'
    const record: RecordedRequest = { method, path, headers, body, at: Date.now(), answered: undefined }
    const request: FakeRequest = {
      method,
      url: new URL(`${scheme}://${headers['host'] ?? '127.0.0.1'}${path}`),
      headers,
      body,
    }
    requests.push(record)
    arrivals.emit('request')

    const applied = nextFault(request)
    if (options.now !== undefined) response.setHeader('date', new Date(options.now()).toUTCString())
    record.answered = nameOf(applied)
    const sent = await apply(applied, request, response)
    record.answered ??= sent
  }

  function nextFault(request: FakeRequest): Fault {
    const entry = faults[0]
    if (entry === undefined) return { kind: 'none' }
    if (typeof entry === 'object' && 'forEver' in entry) {
      const { forEver } = entry
      return (typeof forEver === 'function' ? forEver(request) : forEver) ?? { kind: 'none' }
    }
    faults.shift()
    return (typeof entry === 'function' ? entry(request) : entry) ?? { kind: 'none' }
  }

  /** Resolves to the status that was sent, if any. */
  async function apply(
    applied: Fault,
    request: FakeRequest,
    response: http.ServerResponse,
  ): Promise<number | undefined> {
    const socket = response.socket!
    const gone = new AbortController()
    response.once('close', () => {
      gone.abort()
    })
    /** Ends early when the client or the server has gone. */
    const pause = (ms: number): Promise<void> =>
      setTimeout(ms, undefined, { signal: AbortSignal.any([closed.signal, gone.signal]) }).catch(() => undefined)
    if (['hang', 'endless-headers', 'drip'].includes(applied.kind)) options.holds?.(socket)
    switch (applied.kind) {
      case 'none':
        return send(response, await handler(request))
      case 'delay':
        await (options.late?.(applied.ms, socket) ?? pause(applied.ms))
        return send(response, await handler(request))
      case 'held':
        await applied.until
        return apply(applied.then, request, response)
      case 'alter':
        return send(response, applied.change(await handler(request)))
      case 'lost':
        await handler(request)
        reset(socket)
        return undefined
      case 'reset':
        reset(socket)
        return undefined
      case 'reset-in-body':
        response.writeHead(applied.status, { 'content-type': 'application/json' })
        response.write('{"token":"', () => {
          reset(socket)
        })
        return undefined
      case 'short-body':
        response.writeHead(applied.status, { 'content-type': 'application/json', 'content-length': '1000' })
        response.write('{"token":"', () => socket.end())
        return undefined
      case 'answer':
        return send(response, applied.reply)
      case 'hang':
        return undefined
      case 'endless-headers':
        socket.write('HTTP/1.1 200 OK\r\n')
        for (let n = 0; !socket.destroyed; n++) {
          socket.write(`x-filler-${n}: ${n}\r\n`)
          await pause(applied.everyMs)
        }
        return undefined
      case 'drip':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000000' })
        response.write('{')
        while (!socket.destroyed) {
          await pause(applied.everyMs)
          response.write(' ')
        }
        return undefined
      case 'flood':
        response.writeHead(applied.status, { 'content-type': 'application/json' })
        await pipeline(Readable.from(flood(applied.megabytes)), response)
        return undefined
      case 'echo':
        return send(response, { status: applied.status, body: echo(request) })
      case 'raw':
        socket.end(applied.bytes)
        return undefined
    }
  }

  let port = 0
  const listen = async (): Promise<void> => {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  }
  const refuse = async (): Promise<void> => {
    const ended = once(server.close(), 'close')
    server.closeAllConnections()
    await ended
  }
  for (let tries = 0; !server.listening; tries++) {
    port = randomInt(FIRST_PORT, LAST_PORT)
    await listen().catch((error: unknown) => {
      if (tries >= MOST_TRIES || !(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE')
        throw error
    })
  }

  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    requests,
    get connections() {
      return connections
    },
    faults,
    seen: async (n) => {
      while (requests.length < n) await once(arrivals, 'request')
      return requests[n - 1]!
    },
    refuse,
    listen,
    async close() {
      closed.abort()
      if (server.listening) await refuse()
      if (mistakes.length > 0) throw new AggregateError(mistakes, 'A fake failed.')
    },
  }
}

function send(response: http.ServerResponse, reply: FakeReply): number {
  const { body } = reply
  const json = typeof body === 'object' && !(body instanceof Uint8Array)
  if (json) response.setHeader('content-type', 'application/json')
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
  response.statusCode = reply.status
  response.end(json ? JSON.stringify(body) : body)
  return reply.status
}

function reset(socket: Socket): void {
  // The socket of a TLS server has no reset of its own; the peer sees the connection break off all the same.
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}

function* flood(megabytes: number): Generator<Buffer> {
  yield Buffer.from('{"token":"')
  const block = Buffer.alloc(100_000, 'a')
  for (let sent = 0; sent < megabytes * 1_000_000; sent += block.length) yield block
  yield Buffer.from('"}')
}

function echo(request: FakeRequest): object {
  const text = [
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    request.url.href,
    request.body,
  ].join('\n')
  return {
    requestId: text,
    status: 0,
    message: text,
    Message: text,
    error: text,
    error_description: text,
    errors: [text],
    code: text,
    Error: { Code: text, Message: text },
  }
}
