import * as http from 'node:http'
import * as https from 'node:https'
import * as net from 'node:net'
import * as tls from 'node:tls'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { ActionError, showable, type ErrorCode, type Refused } from '../errors.ts'
import { mayCarrySecrets } from '../inputs/inputs.ts'
import type { Secrets } from '../step/redaction.ts'
import { isTransient, next, retryAfterMs } from './retry.ts'

/** The largest answer that is read, in bytes. */
const MAX_BODY = 1024 * 1024
/** How long one try may take unless the call says otherwise, in ms. */
const ATTEMPT_MS = 10_000
/** From this difference on, a clock counts as wrong, in ms. Signatures are accepted up to 5 min off (SigV4). */
const SKEW_MS = 4 * 60_000

/** A complete answer. */
export interface Answer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: http.IncomingHttpHeaders
  /** At most 1 MiB, whole. */
  readonly text: string
  /** The body as JSON; `undefined` where it is none. */
  readonly json: unknown
}

/** What one try sends. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What a system means by an answer that is not 2xx. */
export interface Judgement {
  /** The system's own words from a named field; made safe to show by the client. */
  readonly reason?: unknown
  /** The id of the request in the server's log, likewise. */
  readonly requestId?: unknown
  /** The whole message, for `explain`; not shown. */
  readonly message?: string
  /** Try again although the status says no, at most this many times. */
  readonly again?: number
  /** Do not try again although the status says yes: the system's own words tell that nothing will change by itself. */
  readonly never?: boolean
  /** The time in the signature was refused. */
  readonly skewed?: boolean
  /** Another code than `DENIED`, where the system has one of its own. */
  readonly code?: ErrorCode
  /** What to change. */
  readonly hint?: string
}

/** One request to one system, with everything that is needed to send it again. */
export interface Call<T> {
  /** Who is asked, as a sentence names it: `the app server`. */
  readonly service: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: URL
  /** The audience of the ID token that it carries, if it carries one: its claims explain a refusal. */
  readonly audience?: string
  /** How long one try may take, in ms. */
  readonly attemptMs?: number
  /** Whether the time of this machine is in the signature, so that a wrong clock is a reason to refuse it. */
  readonly signed?: boolean
  /** Headers and body, made anew for each try. `now` is the time for signatures, in ms, corrected for skew. */
  readonly prepare: (now: number) => Message | Promise<Message>
  /** Turns a 2xx answer into the value. @throws ActionError `UNUSABLE_ANSWER`, `UNUSABLE_SECRET` */
  readonly read: (answer: Answer) => T
  /** Looks into an answer that is not 2xx. */
  readonly judge?: (answer: Answer) => Judgement
}

/** Time and chance, given so that tests can hold them. */
export interface Clock {
  /** ms since the epoch, for dates. */
  readonly now: () => number
  /** ms on a clock that is never set, for durations. */
  readonly monotonic: () => number
  /** In [0, 1). */
  readonly random: () => number
  /** Resolves after so many ms; rejects with the signal's reason when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Calls back after so many ms, unless what it returns is called before. */
  readonly timer: (ms: number, call: () => void) => () => void
}

export interface ClientOptions {
  readonly clock: Clock
  /** How long all calls may take together, in ms. */
  readonly limitMs: number
  /** The words for the limit in errors, e.g. `60 s (timeout-seconds)`. */
  readonly limit: string
  /** Ends everything under way; its reason is thrown. */
  readonly signal: AbortSignal
  readonly userAgent: string
  /** What must not be shown, and takes more of it. */
  readonly secrets: Secrets
  /** Takes one line for the debug log. */
  readonly debug: (line: string) => void
}

/** Sends calls within one deadline. */
export interface Client {
  /**
   * Sends a call until it is answered, refused for good, or the deadline is near.
   *
   * @throws ActionError `UNREACHABLE`, `TIMED_OUT`, `TLS_FAILED`, `PROXY_FAILED`, `REDIRECTED`, `OVERLOADED`,
   *   `DENIED`, `CLOCK_SKEWED`, `UNUSABLE_ANSWER`; and what `prepare` and `read` throw
   */
  readonly send: <T>(call: Call<T>) => Promise<T>
  /** Opens a connection that the next call to this origin uses. A failure is left to that call to meet. */
  readonly connectEarly: (url: URL) => void
  /** Closes connections that were opened early and not used. */
  readonly close: () => void
}

/** What a try is waiting for, in the words of an error. */
interface Progress {
  waitingFor: string
}

/** A try that got no complete answer. Always tried again, unless `code` tells that it would fail alike. */
class TryFailed extends Error {
  readonly code: 'UNREACHABLE' | 'TIMED_OUT' | 'TLS_FAILED' | 'PROXY_FAILED' | 'UNUSABLE_ANSWER'
  readonly again: boolean
  readonly hint: string | undefined
  /** Whether any byte of an answer came. */
  answered = false

  constructor(
    code: TryFailed['code'],
    message: string,
    more: { again: boolean; hint?: string; cause?: unknown },
  ) {
    super(message, { cause: more.cause })
    this.code = code
    this.again = more.again
    this.hint = more.hint
  }
}

export function createClient(options: ClientOptions): Client {
  const { clock, signal } = options
  const deadline = clock.monotonic() + options.limitMs
  const early = new Map<string, { socket: Promise<net.Socket | undefined>; progress: Progress }>()
  const closing = new AbortController()
  let skewMs = 0
  let corrected = false

  async function send<T>(call: Call<T>): Promise<T> {
    const started = clock.monotonic()
    const where = `${call.service} (${call.url.host})`
    if (!mayCarrySecrets(call.url)) {
      throw new ActionError('TLS_FAILED', `${capital(where)}: its address does not begin with https://.`, {
        hint: 'Nothing was sent. HTTP is for this machine only (localhost, 127.0.0.1, [::1]).',
      })
    }
    let judged = 0
    for (let failures = 1; ; failures++) {
      signal.throwIfAborted()
      const message = await call.prepare(clock.now() + skewMs)
      const remainingMs = deadline - clock.monotonic()
      let failed: ActionError
      let wait: number | undefined
      try {
        const answer = await attempt(call, message, remainingMs)
        options.debug(`${call.method} ${call.url.host}${call.url.pathname}: ${answer.status}`)
        if (answer.status >= 200 && answer.status < 300) return call.read(answer)
        const judgement = call.judge?.(answer) ?? {}
        failed = refusal(call, where, answer, judgement, options.secrets.redact)
        if (failed.code === 'REDIRECTED') throw failed
        const skew = call.signed === true ? skewOf(answer, clock.now()) : undefined
        if (skew !== undefined && !corrected && !isTransient(answer.status)) {
          corrected = true
          skewMs = skew
          options.debug(
            `the clock is ${Math.round(skew / 1000)} s off by the server's; signing again with its time`,
          )
          continue
        }
        const { again = 0, never = false } = judgement
        const later = (isTransient(answer.status) && !never) || again === Infinity
        if (!later && judged++ >= again) throw failed
        wait = retryAfterMs(header(answer, 'retry-after'), serverTime(answer) ?? clock.now())
      } catch (error) {
        if (!(error instanceof TryFailed)) throw error
        options.debug(`${call.method} ${call.url.host}${call.url.pathname}: ${error.message}`)
        failed = new ActionError(error.code, `${capital(where)}: ${error.message}.`, {
          hint: error.hint,
          cause: error,
        })
        if (!error.again) throw failed
      }
      const then = next({
        failures,
        retryAfterMs: wait,
        remainingMs: deadline - clock.monotonic(),
        random: clock.random,
      })
      if (!then.again) {
        throw givenUp(failed, then.because, failures, clock.monotonic() - started, wait)
      }
      options.debug(`trying again in ${Math.round(then.waitMs)} ms`)
      await clock.sleep(then.waitMs, signal)
    }
  }

  function givenUp(
    last: ActionError,
    because: 'deadline' | 'retry-after',
    tries: number,
    tookMs: number,
    wait: number | undefined,
  ): ActionError {
    const why =
      because === 'retry-after' && wait !== undefined
        ? `It asks to come back in ${Math.ceil(wait / 1000)} s, which leaves no time within the limit of ${options.limit}.`
        : `Given up after ${tries} ${tries === 1 ? 'try' : 'tries'} in ${Math.round(tookMs / 1000)} s; the limit is ${options.limit}.`
    return new ActionError(last.code, `${last.message} ${why}`, {
      hint: last.hint,
      cause: last,
      refused: last.refused,
    })
  }

  async function attempt(call: Call<unknown>, message: Message, remainingMs: number): Promise<Answer> {
    const limitMs = Math.max(0, Math.min(remainingMs, call.attemptMs ?? ATTEMPT_MS))
    const cut = new AbortController()
    const opening = early.get(call.url.origin)
    early.delete(call.url.origin)
    const progress = opening?.progress ?? { waitingFor: 'the connection' }
    const stop = clock.timer(limitMs, () => {
      const waited = `no answer within ${seconds(limitMs)}, while waiting for ${progress.waitingFor}`
      cut.abort(new TryFailed('TIMED_OUT', waited, { again: true }))
    })
    const ends = AbortSignal.any([cut.signal, signal])
    try {
      const prepared = opening && (await Promise.race([opening.socket, aborted(ends)]))
      if (prepared !== undefined && !prepared.destroyed) {
        try {
          return await exchange(call, message, prepared, ends, progress)
        } catch (error) {
          // The server may have closed it while it was idle: that is no failure of this request.
          if (!(error instanceof TryFailed) || error.answered || error.code !== 'UNREACHABLE') throw error
        }
      }
      const socket = await connect(call.url, ends, progress)
      return await exchange(call, message, socket, ends, progress)
    } finally {
      stop()
      // Whatever is still open belongs to this try.
      cut.abort()
    }
  }

  async function connect(url: URL, ends: AbortSignal, progress: Progress): Promise<net.Socket> {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
    const proxy = proxyFor(url)
    if (proxy === 'unusable') {
      throw new TryFailed('PROXY_FAILED', 'the proxy setting of this runner is not a URL', {
        again: false,
        hint: PROXY_HINT,
      })
    }
    progress.waitingFor = proxy ? 'the proxy' : 'the connection'
    const tunnel = proxy && (await openTunnel(proxy, `${url.hostname}:${port}`, ends))
    if (url.protocol === 'http:') {
      return established(tunnel ?? net.connect({ host, port }), 'connect', ends, tunnel !== undefined)
    }
    if (tunnel) progress.waitingFor = 'the TLS handshake'
    const socket = tls.connect({
      host,
      port,
      ...(tunnel && { socket: tunnel }),
      ...(net.isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
      // Also where NODE_TLS_REJECT_UNAUTHORIZED=0 is set: a token is at stake.
      rejectUnauthorized: true,
    })
    socket.once('connect', () => (progress.waitingFor = 'the TLS handshake'))
    return established(socket, 'secureConnect', ends, false)
  }

  /** Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6). */
  function openTunnel(proxy: URL, authority: string, ends: AbortSignal): Promise<net.Socket> {
    const headers: Record<string, string> = { host: authority }
    if (proxy.username !== '' || proxy.password !== '') {
      const basic = Buffer.from(`${proxy.username}:${proxy.password}`).toString('base64')
      options.secrets.conceal(basic)
      if (proxy.password !== '') options.secrets.conceal(proxy.password)
      headers['proxy-authorization'] = `Basic ${basic}`
    }
    const failed = (what: string, again: boolean, cause?: TryFailed): TryFailed => {
      const hint = cause?.hint ?? PROXY_HINT
      return new TryFailed('PROXY_FAILED', `the proxy ${proxy.host} ${what}`, { again, cause, hint })
    }
    const host = proxy.hostname.replace(/^\[|\]$/g, '')
    return new Promise((resolve, reject) => {
      const request = (proxy.protocol === 'https:' ? https : http).request({
        method: 'CONNECT',
        host,
        port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
        path: authority,
        headers,
        agent: false,
        signal: ends,
        rejectUnauthorized: true,
        // Else it would be that of the host header, which is not the proxy's.
        servername: net.isIP(host) === 0 ? host : '',
      })
      request.once('connect', (answer, socket: net.Socket, head) => {
        const status = answer.statusCode ?? 0
        if (status >= 200 && status < 300) {
          socket.unshift(head)
          resolve(socket)
          return
        }
        socket.destroy()
        const wants = status === 407 ? '407: it wants a user name and a password' : String(status)
        reject(failed(`refused the tunnel (${wants})`, isTransient(status)))
      })
      request.on('error', (error) => {
        const fault = connectionFault(error)
        reject(reasonOf(ends) ?? failed(`could not be reached (${fault.message})`, fault.again, fault))
      })
      request.end()
    })
  }

  function established(
    socket: net.Socket,
    event: 'connect' | 'secureConnect',
    ends: AbortSignal,
    already: boolean,
  ): Promise<net.Socket> {
    if (already) return Promise.resolve(socket)
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        socket.destroy()
        reject(reasonOf(ends) ?? new Error('cut off'))
      }
      if (ends.aborted) {
        stop()
        return
      }
      ends.addEventListener('abort', stop, { once: true })
      socket.once(event, () => {
        ends.removeEventListener('abort', stop)
        resolve(socket)
      })
      // Stays on: a socket that waits for its request must not bring the process down.
      socket.on('error', (error) => {
        reject(connectionFault(error))
      })
      socket.once('close', () => {
        reject(connectionFault(new Error('closed')))
      })
    })
  }

  function exchange(
    call: Call<unknown>,
    message: Message,
    socket: net.Socket,
    ends: AbortSignal,
    progress: Progress,
  ): Promise<Answer> {
    progress.waitingFor = 'the answer'
    return new Promise((resolve, reject) => {
      let answered = false
      const fail = (error: Error): void => {
        request.destroy()
        socket.destroy()
        const reason = reasonOf(ends) ?? (error instanceof TryFailed ? error : connectionFault(error))
        if (reason instanceof TryFailed) reason.answered = answered
        reject(reason)
      }
      // http.request over the established socket, TLS or not: no agent in between, nothing that outlives the try.
      const request = http.request({
        createConnection: () => socket,
        method: call.method,
        path: call.url.pathname + call.url.search,
        setHost: false,
        headers: {
          host: call.url.host,
          'user-agent': options.userAgent,
          connection: 'close',
          ...message.headers,
          ...((message.body !== undefined || call.method === 'POST') && {
            'content-length': String(Buffer.byteLength(message.body ?? '')),
          }),
        },
      })
      ends.addEventListener('abort', () => {
        fail(new Error('cut off'))
      })
      if (ends.aborted) {
        fail(new Error('cut off'))
        return
      }
      request.on('error', fail)
      // Without a listener, Node.js would drop the connection and tell nobody.
      request.on('upgrade', () => {
        fail(new TryFailed('UNREACHABLE', 'it answered with an upgrade to another protocol', { again: true }))
      })
      request.on('response', (response) => {
        answered = true
        progress.waitingFor = 'the rest of the answer'
        // One buffer that grows: a million chunks of one byte, kept as they come, would take half a gigabyte.
        let body = Buffer.alloc(16_384)
        let size = 0
        response.on('data', (chunk: Buffer) => {
          const before = size
          size += chunk.length
          if (size > MAX_BODY) {
            fail(new TryFailed('UNUSABLE_ANSWER', 'the answer is larger than 1 MiB', { again: false }))
            return
          }
          if (size > body.length) body = Buffer.concat([body], Math.max(size, body.length * 2))
          chunk.copy(body, before)
        })
        // A body cut short is an error of the response, by Content-Length and by chunks alike.
        response.on('error', fail)
        response.on('end', () => {
          socket.destroy()
          const text = body.toString('utf8', 0, size)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) })
        })
      })
      request.end(message.body)
    })
  }

  function connectEarly(url: URL): void {
    if (early.has(url.origin) || proxyFor(url) !== undefined) return
    const progress = { waitingFor: 'the connection' }
    const socket = connect(url, AbortSignal.any([signal, closing.signal]), progress)
    // The request that finds no socket here opens its own, and meets the reason if it lasts.
    early.set(url.origin, { socket: socket.catch(() => undefined), progress })
  }

  function close(): void {
    closing.abort()
    for (const { socket } of early.values()) void socket.then((open) => open?.destroy())
    early.clear()
  }

  return { send, connectEarly, close }
}

/** The proxy for a URL by the environment; its setting may be something that is no URL. */
function proxyFor(url: URL): URL | 'unusable' | undefined {
  try {
    return getProxyUrl(url)
  } catch {
    // The error is not passed on: it holds the setting, which may hold a password.
    return 'unusable'
  }
}

const PROXY_HINT =
  'The proxy comes from https_proxy (or HTTPS_PROXY) of the runner; hosts in no_proxy are reached without it.'

/** An answer that is not 2xx, as an error. */
function refusal(
  call: Call<unknown>,
  where: string,
  answer: Answer,
  judgement: Judgement,
  redact: Secrets['redact'],
): ActionError {
  const status = `${answer.status} ${http.STATUS_CODES[answer.status] ?? ''}`.trim()
  if (answer.status >= 300 && answer.status < 400) {
    return new ActionError('REDIRECTED', `${capital(where)} answered with a redirect (${status}).`, {
      hint: `No redirect is followed, since the request carries a credential. Give the final URL instead of ${call.url.origin}${call.url.pathname}.`,
    })
  }
  const redacted = (text: unknown): string | undefined =>
    typeof text === 'string' ? redact(text) : undefined
  const reason = showable(redacted(judgement.reason))
  const requestId = showable(redacted(judgement.requestId), 100)
  const message = redacted(judgement.message)
  const refused: Refused = {
    service: call.service,
    status: answer.status,
    ...(call.audience !== undefined && { audience: call.audience }),
    ...(reason !== undefined && { reason }),
    ...(requestId !== undefined && { requestId }),
    ...(message !== undefined && { message }),
  }
  const overloaded =
    (isTransient(answer.status) && judgement.never !== true) || (judgement.again ?? 0) === Infinity
  const code = overloaded ? 'OVERLOADED' : (judgement.code ?? (judgement.skewed ? 'CLOCK_SKEWED' : 'DENIED'))
  const verb = overloaded ? 'could not answer' : 'refused'
  const words = reason === undefined ? '' : `: ${reason}`
  return new ActionError(
    code,
    `${capital(where)} ${verb} (${status})${words}${/[.!?…]$/.test(words) ? '' : '.'}`,
    {
      hint: judgement.hint ?? (code === 'DENIED' ? htmlHint(answer, call.url) : undefined),
      refused,
    },
  )
}

function htmlHint(answer: Answer, url: URL): string | undefined {
  if (!looksLikeHtml(answer)) return undefined
  return `The answer is a web page. Check that ${url.origin} is the right address and that no gateway or login page stands before it.`
}

function looksLikeHtml(answer: Answer): boolean {
  return (header(answer, 'content-type') ?? '').includes('html') || /^\s*</.test(answer.text)
}

/**
 * The JSON object of an answer.
 *
 * @throws ActionError `UNUSABLE_ANSWER` where the body is no JSON object
 */
export function jsonObject(answer: Answer, service: string, url: URL): Record<string, unknown> {
  if (isObject(answer.json)) return answer.json
  const what = looksLikeHtml(answer)
    ? 'a web page (HTML)'
    : answer.text.trim() === ''
      ? 'nothing'
      : 'no JSON object'
  throw new ActionError(
    'UNUSABLE_ANSWER',
    `${capital(service)} (${url.host}) answered ${answer.status} with ${what}.`,
    {
      hint: `Check that ${url.origin}${url.pathname} is the address of the API and that no gateway or login page stands before it.`,
    },
  )
}

/** A member of a JSON object, by its path; `undefined` where there is none. */
export function member(json: unknown, ...path: readonly string[]): unknown {
  let value = json
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** A point in time in an answer: text (ISO 8601), or seconds since the epoch; `undefined` where it is none. */
export function timeOf(value: unknown): Date | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const time = new Date(typeof value === 'number' ? value * 1000 : value)
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** A header's first value. */
export function header(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: whoever needs JSON says so, see jsonObject.
    return undefined
  }
}

/** The server's clock by its `Date` header, in ms; not from a cache (`Age`). RFC 9110 section 6.6.1. */
function serverTime(answer: Answer): number | undefined {
  if (header(answer, 'age') !== undefined) return undefined
  const time = Date.parse(header(answer, 'date') ?? '')
  return Number.isNaN(time) ? undefined : time
}

function skewOf(answer: Answer, now: number): number | undefined {
  const time = serverTime(answer)
  return time !== undefined && Math.abs(time - now) >= SKEW_MS ? time - now : undefined
}

const NETWORK_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name lookup failed',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
}

function networkFault(error: Error): string {
  const code = codeOf(error)
  if (code.startsWith('HPE_')) return 'the answer is not HTTP'
  return NETWORK_FAULTS[code] ?? (code === '' ? 'connection closed too early' : `network error ${code}`)
}

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
])

function connectionFault(error: Error): TryFailed {
  const code = codeOf(error)
  const tlsFault = (what: string, hint: string): TryFailed =>
    new TryFailed('TLS_FAILED', what, { again: false, hint, cause: error })
  if (UNTRUSTED.has(code)) {
    return tlsFault(
      'its certificate is from a certificate authority that this runner does not know',
      'Set NODE_EXTRA_CA_CERTS to the PEM file of that authority, in the environment of the runner or as `env:` of the step.',
    )
  }
  if (code === 'CERT_HAS_EXPIRED')
    return tlsFault('its certificate has expired', 'The server needs a new one.')
  if (code === 'CERT_NOT_YET_VALID') {
    return tlsFault('its certificate is not valid yet', 'Check the clock of this runner.')
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return tlsFault(
      'its certificate is for another host name',
      'Use the host name that the certificate is for.',
    )
  }
  if (/^(ERR_SSL|ERR_TLS|EPROTO|CERT_|ERR_OSSL)/.test(code)) {
    return tlsFault(`the TLS handshake failed (${code})`, 'Check that the port speaks HTTPS.')
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new TryFailed('UNUSABLE_ANSWER', 'the headers of the answer are too large', { again: false })
  }
  return new TryFailed('UNREACHABLE', networkFault(error), { again: true, cause: error })
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Rejects with the signal's reason when it is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(reasonOf(signal) ?? new Error('cut off'))
    })
  })
}

/** Why a signal was aborted, where it was. */
function reasonOf(signal: AbortSignal): Error | undefined {
  return signal.aborted && signal.reason instanceof Error ? signal.reason : undefined
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
