import type { ErrorCode } from '../errors.ts'
import type { Claims, Explanation } from '../explanation.ts'
import type { Headers } from '../inputs/headers.ts'
import type { Answer } from './answer.ts'

/** What one attempt sends. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A message that sends a form, and asks for JSON. */
export function formMessage(
  fields: Readonly<Record<string, string>> | [name: string, value: string][],
  headers: Readonly<Record<string, string>> = {},
): Message {
  return {
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  }
}

/** What a system means by an answer that is not 2xx. */
export interface Refusal {
  /** The system's own words from a named field; made safe to show by the client. */
  readonly reason?: unknown
  /** The id of the request in the server's log, likewise. */
  readonly requestId?: unknown
  /** When to retry, if the status does not tell: at most so many times, until the deadline, or not at all. */
  readonly retry?: { readonly times: number } | 'until the deadline' | 'never'
  /** Another code than `DENIED`, where the system has one of its own. */
  readonly code?: ErrorCode
  /** Where what was asked for does not exist, and the system says so: its name, as a sentence shows it. */
  readonly missing?: string
  /** What a person can do about it. `claims` are those of the ID token that was sent, where they may be shown. */
  readonly explain?: (claims: Claims | undefined) => Explanation
}

/** One request to one system, with everything that is needed to send it again. */
export interface Call<T> {
  /** The server, as a sentence names it: `the app server`. */
  readonly service: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: URL
  /** The audience of the ID token that it carries, if it carries one: its claims explain a refusal. */
  readonly audience?: string
  /**
   * Headers for a gateway in front of the system (the input `headers`); empty where none are given, absent where it has no
   * place. Nothing adds them to another request.
   */
  readonly gateway?: Headers | undefined
  /** How long one attempt may take, in ms. */
  readonly attemptMs?: number
  /**
   * Present if a 2xx answer brings a credential: when it ends by itself, as a sentence says it, e.g. `within the hour`.
   * A cancelled step listens for such an answer a little longer.
   */
  readonly grantEnds?: string
  /** Whether its message holds something that the server takes only once, so that no message may be sent twice. */
  readonly once?: boolean
  /** Whether a 2xx answer without a body is none, and may pass: as of a server that is known to send such. */
  readonly retriesEmpty?: boolean
  /** Whether the time of this machine is in the signature, so that a wrong clock is a reason to refuse it. */
  readonly signed?: boolean
  /**
   * Headers and body, made anew for each attempt. While it waits for something, a connection is opened for it. `now` is
   * the time for signatures, in ms, corrected for skew: to be asked for when all else is there.
   */
  readonly prepare: (now: () => number) => Message | Promise<Message>
  /** Turns a 2xx answer into the value. @throws ActionError `UNUSABLE_ANSWER`, `UNUSABLE_SECRET` */
  readonly read: (answer: Answer) => T
  /** The value of an answer that is not 2xx, where that is an answer all the same: what was to be revoked had ended. */
  readonly readRefusal?: (answer: Answer) => T | undefined
  /** Interprets an answer that is not 2xx, or is empty where it must not be. */
  readonly refusal: (answer: Answer) => Refusal
}

/** The server of a call, as a sentence names it: `the app server (app-server.example.com)`. */
export function placeOf({ service, url }: Pick<Call<unknown>, 'service' | 'url'>): string {
  return `${service} (${url.host})`
}
