import type { Answer } from './answer.ts'
import type { Call, Message } from './call.ts'
import { createSigningTime, type Clock } from './clock.ts'
import { Connections } from './connection.ts'
import { givenUp, mustBeSafe } from './errors.ts'
import { AttemptFailed } from './faults.ts'
import { Outcomes, type Outcome } from './outcome.ts'
import { next } from './retry.ts'
import { answerTo } from './attempt.ts'

/** How long one attempt may take unless the call says otherwise, in ms. */
const ATTEMPT_MS = 10_000

/** What a client must know of the step's secrets. */
export interface Redaction {
  /** Has a secret masked from the log. */
  readonly conceal: (secret: string) => void
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

/** Sends calls within one deadline. */
export interface Client {
  /**
   * Sends a call until it is answered, refused for good, or the deadline is near.
   *
   * @throws ActionError `UNREACHABLE`, `TIMED_OUT`, `TLS_FAILED`, `PROXY_FAILED`, `REDIRECTED`, `OVERLOADED`,
   *   `DENIED`, `CLOCK_SKEWED`, `UNUSABLE_ANSWER`; and what `prepare` and `read` throw
   */
  readonly send: <T>(call: Call<T>) => Promise<T>
  /** Opens one connection that the next call to this origin uses. A failure is left to that call to meet. */
  readonly connectEarly: (url: URL) => void
  /** Closes connections that were opened early and not used. */
  readonly close: () => void
}

export function createClient(options: ClientOptions): Client {
  const { clock, signal, patience = signal, userAgent, secrets, debug, limit } = options
  const deadline = clock.monotonic() + options.limitMs
  const remainingMs = (): number => deadline - clock.monotonic()
  const connections = new Connections(signal, secrets.conceal)
  const signingTime = createSigningTime(clock.now)
  const means = { connections, clock, signal, patience, userAgent }

  async function send<T>(call: Call<T>): Promise<T> {
    mustBeSafe(call)
    const started = clock.monotonic()
    const outcomes = new Outcomes(call, clock, signingTime, secrets.redact, debug)
    for (let attempts = 1; ; attempts++) {
      signal.throwIfAborted()
      const outcome = await attemptOnce(call, await call.prepare(signingTime.now()), outcomes)
      if ('value' in outcome) return outcome.value
      if (outcome.again === 'never' || signal.aborted) throw outcome.error
      if (outcome.again === 'at once') continue
      const { error, retryAfterMs } = outcome
      const then = next({
        failures: attempts,
        retryAfterMs,
        remainingMs: remainingMs(),
        random: clock.random,
      })
      if (!then.again) {
        const tookMs = clock.monotonic() - started
        throw givenUp(error, then.because, { attempts, tookMs, waitMs: retryAfterMs }, limit)
      }
      debug(`trying again in ${Math.round(then.waitMs)} ms`)
      await clock.sleep(then.waitMs, signal)
    }
  }

  async function attemptOnce<T>(call: Call<T>, message: Message, outcomes: Outcomes<T>): Promise<Outcome<T>> {
    let answer: Answer
    try {
      const limitMs = Math.max(0, Math.min(remainingMs(), call.attemptMs ?? ATTEMPT_MS))
      answer = await answerTo(call, message, limitMs, means)
    } catch (error) {
      if (!(error instanceof AttemptFailed)) throw error
      return outcomes.failed(error)
    }
    return outcomes.answered(answer)
  }

  return {
    send,
    connectEarly: (url) => {
      connections.openEarly(url)
    },
    close: () => {
      connections.close()
    },
  }
}
