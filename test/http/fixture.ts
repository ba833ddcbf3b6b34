import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import * as net from 'node:net'
import { setImmediate } from 'node:timers/promises'
import * as tls from 'node:tls'
import { onTestFinished, vi } from 'vitest'
import { createCertificates, type Certificates } from '../../dev/fakes/certificates.ts'
import type { Handler } from '../../dev/fakes/handler.ts'
import { serve, type FakeServer, type ServeOptions } from '../../dev/fakes/serve.ts'
import { parseJson, type Answer } from '../../src/http/answer.ts'
import type { Call } from '../../src/http/call.ts'
import { Client, type ClientOptions } from '../../src/http/client.ts'
import type { Clock } from '../../src/http/clock.ts'

/** When every {@link HeldClock} begins. */
export const START = Date.UTC(2026, 10, 21, 9)
/** What {@link testClient} takes out of every text. */
export const SECRET = 'a-secret-of-the-step'

/** Time that passes only where it is slept, or by {@link expire}. */
export class HeldClock implements Clock {
  elapsed = 0
  /** The waits between attempts, in ms. */
  readonly slept: number[] = []
  /** How long each attempt may take, in ms. */
  readonly limits: number[] = []
  readonly #timers = new Set<() => void>()

  readonly now = (): number => START + this.elapsed
  readonly monotonic = (): number => 1e6 + this.elapsed
  readonly random = (): number => 0.5
  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    this.slept.push(ms)
    this.elapsed += ms
    return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve()
  }
  readonly timer = (ms: number, call: () => void): (() => void) => {
    this.limits.push(ms)
    const timer = (): void => {
      this.elapsed += ms
      call()
    }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many attempts run. */
  get running(): number {
    return this.#timers.size
  }

  /** Lets the time of the attempt run out, as soon as one has begun. */
  async expire(): Promise<void> {
    await until(() => this.running > 0)
    for (const timer of this.#timers) timer()
  }
}

export interface TestClient {
  readonly client: Client
  /** Sends a call to a URL, and gives the JSON of the answer. */
  readonly get: (url: string, more?: Partial<Call<unknown>>) => Promise<unknown>
  readonly clock: HeldClock
  readonly lines: readonly string[]
  readonly masks: readonly string[]
  /** Of the job. */
  readonly cancelled: AbortController
}

export function testClient(more: Partial<ClientOptions> = {}): TestClient {
  const clock = new HeldClock()
  const lines: string[] = []
  const masks: string[] = []
  const cancelled = new AbortController()
  const client = new Client({
    clock,
    limitMs: 60_000,
    limit: '60 s (timeout-seconds)',
    signal: cancelled.signal,
    userAgent: 'test/1',
    secrets: { mask: (secret) => masks.push(secret), redact: (text) => text.replaceAll(SECRET, '***') },
    debug: (line) => lines.push(line),
    ...more,
  })
  onTestFinished(() => {
    client.close()
  })
  return { client, get: (url, call) => client.send(callTo(url, call)), clock, lines, masks, cancelled }
}

export function callTo<T = unknown>(url: string, more: Partial<Call<T>> = {}): Call<T> {
  return {
    service: 'the server',
    method: 'GET',
    url: new URL(url),
    prepare: () => ({ headers: {} }),
    read: ({ json }) => json as T,
    refusal: () => ({}),
    ...more,
  }
}

/** An answer of a server. A text as body is sent as it is. */
export function answer(status: number, body: unknown = '', headers: Answer['headers'] = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, text, json: parseJson(text) }
}

/** A fake that is closed with its test. */
export async function serving(handler: Handler, options?: ServeOptions): Promise<FakeServer> {
  const server = await serve(handler, options)
  onTestFinished(() => server.close())
  return server
}

/** What happens to a connection: it is sent these bytes and stays open, or anything else. */
export type Fate = string | Buffer | ((socket: net.Socket) => unknown)

export interface RawServer {
  readonly url: string
  readonly port: number
  /** What came over each connection so far. */
  readonly received: readonly string[]
  /** When the first connection has brought something. */
  readonly requested: () => Promise<void>
  /** When the n-th connection, from 0, has been opened. */
  readonly opened: (n?: number) => Promise<net.Socket>
  /** When every connection has been closed by both sides. */
  readonly closed: () => Promise<void>
}

/**
 * A server of exact bytes.
 *
 * @param fates of the connections, each when the first bytes have come; the last one is also that of all further ones
 */
export function answering(...fates: [Fate, ...Fate[]]): Promise<RawServer> {
  return rawServer((socket, n) => {
    const fate = fates[n] ?? fates.at(-1)!
    socket.once('data', () => {
      if (typeof fate === 'function') fate(socket)
      else socket.write(fate)
    })
  })
}

/** @param secure with a certificate, the server speaks TLS */
export async function rawServer(
  each: (socket: net.Socket, n: number) => unknown,
  secure?: tls.TlsOptions,
): Promise<RawServer> {
  const sockets: net.Socket[] = []
  const received: string[] = []
  const open = (socket: net.Socket): void => {
    const n = sockets.push(socket) - 1
    received.push('')
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => (received[n] = `${received[n] ?? ''}${bytes.toString()}`))
    each(socket, n)
  }
  const server = secure === undefined ? net.createServer(open) : tls.createServer(secure, open)
  server.on('tlsClientError', (_error: Error, socket: net.Socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as net.AddressInfo
  return {
    url: `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    received,
    requested: () => until(() => (received[0] ?? '') !== ''),
    opened: async (n = 0) => {
      await until(() => sockets[n] !== undefined)
      return sockets[n]!
    },
    closed: () => until(() => sockets.every(({ closed }) => closed)),
  }
}

/** The sockets that this process opens from now on, until the test is over. */
export function clientSockets(): readonly net.Socket[] {
  const sockets: net.Socket[] = []
  const note = (message: unknown): void => void sockets.push((message as { socket: net.Socket }).socket)
  subscribe('net.client.socket', note)
  onTestFinished(() => void unsubscribe('net.client.socket', note))
  return sockets
}

/** Waits for turns of the event loop, not for time. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate()
}

/** An HTTP answer with a JSON body, with which the connection stays open. */
export function ok(body = '{"a":1}', status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

let made: Promise<Certificates> | undefined

/** Certificates for `localhost`, 127.0.0.1 and `app-server.example`, whose authority is trusted until the test is over. */
export async function trustedCertificates(): Promise<Certificates> {
  made ??= createCertificates(['app-server.example'])
  const certificates = await made
  const before = tls.getCACertificates('default')
  tls.setDefaultCACertificates([certificates.authority])
  onTestFinished(() => {
    tls.setDefaultCACertificates(before)
  })
  return certificates
}

/** No proxy but that of these variables, until the test is over. */
export function proxyVariables(variables: Readonly<Record<string, string>>): void {
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, undefined)
  // After all of them: on Windows, https_proxy and HTTPS_PROXY are one variable.
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}
