import type { ErrorCode } from '../errors.ts'
import type { Answer } from './answer.ts'

/** What one attempt sends. */
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
  /** Do not retry although the status says yes: the system's own words tell that nothing will change by itself. */
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
  /** How long one attempt may take, in ms. */
  readonly attemptMs?: number
  /**
   * Present where a 2xx answer brings a credential that can be taken back: when it ends by itself, as a sentence says it,
   * e.g. `within the hour`. A cancelled step listens for such an answer a little longer.
   */
  readonly grantEnds?: string
  /** Whether the time of this machine is in the signature, so that a wrong clock is a reason to refuse it. */
  readonly signed?: boolean
  /** Headers and body, made anew for each attempt. `now` is the time for signatures, in ms, corrected for skew. */
  readonly prepare: (now: number) => Message | Promise<Message>
  /** Turns a 2xx answer into the value. @throws ActionError `UNUSABLE_ANSWER`, `UNUSABLE_SECRET` */
  readonly read: (answer: Answer) => T
  /** Looks into an answer that is not 2xx. */
  readonly judge?: (answer: Answer) => Judgement
}
