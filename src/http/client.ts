import type { ActionError } from '../errors.ts'
import { header, serverTime, type Answer } from './answer.ts'
import { answerTo } from './attempt.ts'
import type { Call, Message } from './call.ts'
import type { Clock } from './clock.ts'
import { Connections, type Opening } from './connection.ts'
import { AttemptFailed, givenUp, mustBeSafe, unanswered, unread } from './failure.ts'
import { Pace } from './pace.ts'
import { mayPass, refusalError, retriesOf } from './refusal.ts'
import { isTransient, retryAfterMs, waitFor } from './retry.ts'

/** How long one attempt may take unless the call says otherwise, in ms. */
const ATTEMPT_MS = 10_000
/** From this difference on, a clock counts as wrong, in ms. Signatures are accepted up to 5 min off (SigV4). */
const SKEW_MS = 4 * 60_000

/** What a client must know of the step's secrets. */
export interface Redaction {
  /** Has a secret masked from the log. */
  readonly mask: (secret: string) => void
  /** A server's text without the secrets. */
  readonly redact: (text: string) => string
}

export interface ClientOptions {
  readonly clock: Clock
  /** How long all calls may take together, in ms. */
  readonly limitMs: number
  /** The words for the limit in errors, e.g. `60 s (timeout-seconds)`. */
  readonly limit: string
  /** Ends everything under way; its reason is thrown. */
  readonly signal: AbortSignal
  /** Aborted later than `signal`: until then an answer that may bring a credential is listened for. As `signal` unless given. */
  readonly patience?: AbortSignal
  readonly userAgent: string
  readonly secrets: Redaction
  /** Takes one line for the debug log. */
  readonly debug: (line: string) => void
}

/** What came of one attempt: the value, or why there is none and when to retry. */
type Outcome<T> =
  | { readonly value: T }
  | {
      readonly error: ActionError
      readonly retry: 'never' | 'at once' | 'later'
      /** What the server's `Retry-After` asks for, in ms. */
      readonly retryAfterMs?: number | undefined
    }

/** Sends calls within one deadline. */
export class Client {
  readonly #options: ClientOptions
  readonly #deadline: number
  readonly #connections: Connections
  /** By how much the machine's clock is behind that of a server which refused a signature, in ms. */
  #skewMs: number | undefined
  readonly #paces = new Map<string, Pace>()

  constructor(options: ClientOptions) {
    const { clock, limitMs, signal, secrets } = options
    this.#options = options
    this.#deadline = clock.monotonic() + limitMs
    this.#connections = new Connections(signal, secrets.mask)
  }

  /**
   * Sends a call until it is answered, refused for good, or the deadline is near.
   *
   * @throws ActionError `UNREACHABLE`, `TIMED_OUT`, `TLS_FAILED`, `PROXY_FAILED`, `REDIRECTED`, `OVERLOADED`,
   *   `DENIED`, `CLOCK_SKEWED`, `UNUSABLE_ANSWER`; and what `prepare` and `read` throw
   */
  readonly send = async <T>(call: Call<T>): Promise<T> => {
    const { clock, signal, debug, limit } = this.#options
    mustBeSafe(call)
    const started = clock.monotonic()
    const retried = { times: 0 }
    for (let attempts = 1; ; attempts++) {
      const preparing = call.prepare(() => clock.now() + (this.#skewMs ?? 0))
      // Later ones would only add to the load of a server that is in trouble.
      const isWaiting = attempts === 1 && preparing instanceof Promise
      const early = isWaiting ? this.#connections.openEarly(call.url) : undefined
      const outcome = await this.#attempt(call, await preparing, early, retried)
      if ('value' in outcome) return outcome.value
      const { error, retry, retryAfterMs } = outcome
      if (retry === 'never' || signal.aborted) throw error
      if (retry === 'at once') continue
      const { random } = clock
      const waitMs = waitFor({ failures: attempts, retryAfterMs, remainingMs: this.#remainingMs(), random })
      if (waitMs === undefined) {
        const tookMs = clock.monotonic() - started
        throw givenUp(error, { attempts, tookMs, retryAfterMs }, limit)
      }
      debug(`trying again in ${waitMs} ms`)
      await clock.sleep(waitMs, signal)
    }
  }

  /** Closes connections that were opened early and not used. */
  close(): void {
    this.#connections.close()
  }

  #remainingMs(): number {
    return this.#deadline - this.#options.clock.monotonic()
  }

  /** @param retried how often the call was retried for what the system itself said */
  async #attempt<T>(
    call: Call<T>,
    message: Message,
    early: Opening | undefined,
    retried: { times: number },
  ): Promise<Outcome<T>> {
    const { debug, signal } = this.#options
    const note = (what: string): void => {
      debug(`${call.method} ${call.url.host}${call.url.pathname}: ${what}`)
    }
    const pace = this.#paces.get(call.url.origin) ?? new Pace()
    this.#paces.set(call.url.origin, pace)
    await pace.enter()
    let answer: Answer | undefined
    try {
      const limitMs = Math.max(0, Math.min(this.#remainingMs(), call.attemptMs ?? ATTEMPT_MS))
      const means = { patience: signal, ...this.#options, connections: this.#connections }
      answer = await answerTo(call, message, early, limitMs, means)
    } catch (failure) {
      if (!(failure instanceof AttemptFailed)) throw failure
      note(failure.message)
      return { error: unanswered(call, failure), retry: failure.again ? 'later' : 'never' }
    } finally {
      pace.leave(answer?.status === 429)
    }
    note(String(answer.status))
    const isEmpty = call.retriesEmpty === true && answer.text.trim() === ''
    const isGood = answer.status >= 200 && answer.status < 300 && !isEmpty
    if (!isGood) {
      const value = call.readRefusal?.(answer)
      return value === undefined ? this.#refused(call, answer, retried) : { value }
    }
    try {
      return { value: call.read(answer) }
    } catch (error) {
      throw unread(call, answer, error)
    }
  }

  #refused(call: Call<unknown>, answer: Answer, retried: { times: number }): Outcome<never> {
    const { secrets, clock } = this.#options
    const refusal = call.refusal(answer)
    const error = refusalError(call, answer, refusal, secrets.redact)
    if (error.code === 'REDIRECTED') return { error, retry: 'never' }
    if (call.signed === true && !isTransient(answer.status) && this.#correctsClock(answer)) {
      return { error, retry: 'at once' }
    }
    if (!mayPass(answer, refusal) && retried.times++ >= retriesOf(refusal)) return { error, retry: 'never' }
    const now = serverTime(answer) ?? clock.now()
    return { error, retry: 'later', retryAfterMs: retryAfterMs(header(answer, 'retry-after'), now) }
  }

  /**
   * Takes a server's clock from the answer that refused a signature, where it is four minutes or more away. Once: a
   * signature that is then refused again has another fault.
   */
  #correctsClock(answer: Answer): boolean {
    const { clock, debug } = this.#options
    const skewMs = (serverTime(answer) ?? clock.now()) - clock.now()
    if (this.#skewMs !== undefined || Math.abs(skewMs) < SKEW_MS) return false
    this.#skewMs = skewMs
    debug(`the clock differs from the server's by ${Math.round(skewMs / 1000)} s; signing again with the server's time`)
    return true
  }
}
