import type { FakeReply, FakeRequest } from './handler.ts'

/** One way in which a request can go wrong. Made by {@link fault}. */
export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'reset-in-body'; readonly status: number }
  | { readonly kind: 'short-body'; readonly status: number }
  | { readonly kind: 'answer'; readonly name: string; readonly reply: FakeReply }
  | { readonly kind: 'hang' }
  | { readonly kind: 'endless-headers'; readonly everyMs: number }
  | { readonly kind: 'drip'; readonly everyMs: number }
  | { readonly kind: 'flood'; readonly megabytes: number; readonly status: number }
  | { readonly kind: 'echo'; readonly status: number }
  | { readonly kind: 'raw'; readonly bytes: string | Uint8Array }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'held'; readonly until: Promise<unknown>; readonly then: Fault }
  | { readonly kind: 'lost' }
  | { readonly kind: 'alter'; readonly change: (real: FakeReply) => FakeReply }

/** An entry of a list of faults: each is used for one request, in order, but for {@link forEver}. */
export type FaultEntry = Fault | ((request: FakeRequest) => Fault | undefined) | Forever

/** A fault for every request from here on. */
interface Forever {
  readonly forEver: Fault | ((request: FakeRequest) => Fault | undefined)
}

/** Keeps a fault for every request from here on; a function is asked each time. */
export function forEver(entry: Forever['forEver']): Forever {
  return { forEver: entry }
}

interface StatusOptions {
  readonly body?: FakeReply['body']
  readonly headers?: Readonly<Record<string, string>>
  /** Seconds, or a point in time that is sent as an HTTP date. */
  readonly retryAfter?: number | Date
  /** The `Date` header: the clock of the server. */
  readonly date?: Date
}

/** Faults by name. */
export const fault = {
  /** No fault: the real answer. Holds a place in the list. */
  none: (): Fault => ({ kind: 'none' }),
  /** The connection is reset before any byte of an answer. */
  reset: (): Fault => ({ kind: 'reset' }),
  /** The connection is reset in the middle of a chunked body that starts like JSON. */
  resetInBody: (status = 200): Fault => ({ kind: 'reset-in-body', status }),
  /** The connection is closed properly, before as many bytes as `Content-Length` said. */
  shortBody: (status = 200): Fault => ({ kind: 'short-body', status }),
  /** This answer instead of the real one. */
  answer: (reply: FakeReply, name = `status ${reply.status}`): Fault => ({ kind: 'answer', name, reply }),
  /** An answer with this status instead of the real one. */
  status(status: number, options: StatusOptions = {}): Fault {
    const { retryAfter, date, body = { message: `status ${status}` } } = options
    const headers = {
      ...options.headers,
      ...(retryAfter !== undefined && {
        'retry-after': retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter),
      }),
      ...(date !== undefined && { date: date.toUTCString() }),
    }
    return fault.answer({ status, headers, body })
  },
  /** The request is taken and never answered. */
  hang: (): Fault => ({ kind: 'hang' }),
  /** One more header line every `everyMs`, without end. */
  endlessHeaders: (everyMs = 100): Fault => ({ kind: 'endless-headers', everyMs }),
  /** Headers at once, then one byte of the body every `everyMs`, without end. */
  drip: (everyMs = 1_000): Fault => ({ kind: 'drip', everyMs }),
  /** A body of so many MB (10⁶ bytes), sent as fast as the client reads and never held in memory. */
  flood: (megabytes = 400, status = 200): Fault => ({ kind: 'flood', megabytes, status }),
  redirect: (to: string | URL, status = 302): Fault =>
    fault.answer({ status, headers: { location: String(to) }, body: '' }, `redirect ${status}`),
  /** What a captive portal, a proxy or a single-page application answers. */
  html: (status = 200): Fault => {
    const headers = { 'content-type': 'text/html; charset=utf-8' }
    const body = '<!doctype html>\n<html><head><title>Sign in</title></head><body>Sign in to go on</body></html>\n'
    return fault.answer({ status, headers, body }, `html ${status}`)
  },
  /** An error whose text holds every header and the body of the request, under all names an error text goes by. */
  echo: (status = 400): Fault => ({ kind: 'echo', status }),
  /** These bytes instead of an answer, then the end of the connection. */
  raw: (bytes: string | Uint8Array): Fault => ({ kind: 'raw', bytes }),
  /** The real answer, so many ms late. */
  delay: (ms: number): Fault => ({ kind: 'delay', ms }),
  /** The real answer, or another fault, as soon as something has happened. */
  held: (until: Promise<unknown>, then: Fault = { kind: 'none' }): Fault => ({ kind: 'held', until, then }),
  /** The request is carried out, then the connection is reset: what was granted is lost on the way. */
  lost: (): Fault => ({ kind: 'lost' }),
  /** The real answer, changed on the way. */
  alter: (change: (real: FakeReply) => FakeReply): Fault => ({ kind: 'alter', change }),
} as const

/** How a recorded request names the fault it met; `undefined` where it gets the real answer, if late. */
export function nameOf(fault: Fault): string | undefined {
  if (fault.kind === 'none' || fault.kind === 'delay') return undefined
  if (fault.kind === 'held') return nameOf(fault.then)
  return fault.kind === 'answer' ? fault.name : fault.kind
}
