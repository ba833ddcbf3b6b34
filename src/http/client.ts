import type { Socket } from 'node:net'
import { ActionError, capital } from '../errors.ts'
import { mayCarrySecrets } from '../inputs/inputs.ts'
import { header, serverTime, type Answer } from './answer.ts'
import type { Call, Message } from './call.ts'
import { createSigningTime, type Clock } from './clock.ts'
import { Connections } from './connection.ts'
import { cutOff, TryFailed } from './faults.ts'
import { refusal } from './refusal.ts'
import { request } from './request.ts'
import { isTransient, next, retryAfterMs } from './retry.ts'

/** How long one try may take unless the call says otherwise, in ms. */
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

/** What came of one try: the value, or why there is none and when to try again. */
type Outcome<T> =
  | { readonly value: T }
  | {
      readonly error: ActionError
      readonly again: 'never' | 'at once' | 'later'
      /** What the server's `Retry-After` asks for, in ms. */
      readonly retryAfterMs?: number | undefined
    }

/** What a call has been through. */
interface Course {
  /** How many times it was tried again for what the system itself said. */
  judgedAgain: number
}

export function createClient(options: ClientOptions): Client {
  const { clock, signal, secrets, debug } = options
  const deadline = clock.monotonic() + options.limitMs
  const remainingMs = (): number => deadline - clock.monotonic()
  const connections = new Connections(signal, secrets.conceal)
  const signingTime = createSigningTime(clock.now)

  async function send<T>(call: Call<T>): Promise<T> {
    mustBeSafe(call)
    const started = clock.monotonic()
    const course: Course = { judgedAgain: 0 }
    for (let failures = 1; ; failures++) {
      signal.throwIfAborted()
      const message = await call.prepare(signingTime.now())
      const outcome = await tryOnce(call, message, course)
      if ('value' in outcome) return outcome.value
      if (outcome.again === 'never' || signal.aborted) throw outcome.error
      if (outcome.again === 'at once') continue
      const then = next({
        failures,
        retryAfterMs: outcome.retryAfterMs,
        remainingMs: remainingMs(),
        random: clock.random,
      })
      if (!then.again) {
        const tookMs = clock.monotonic() - started
        throw givenUp(outcome.error, whyGivenUp(then.because, failures, tookMs, outcome.retryAfterMs))
      }
      debug(`trying again in ${Math.round(then.waitMs)} ms`)
      await clock.sleep(then.waitMs, signal)
    }
  }

  async function tryOnce<T>(call: Call<T>, message: Message, course: Course): Promise<Outcome<T>> {
    const what = `${call.method} ${call.url.host}${call.url.pathname}`
    let answer: Answer
    try {
      answer = await answerTo(call, message)
    } catch (cause) {
      if (!(cause instanceof TryFailed)) throw cause
      debug(`${what}: ${cause.message}`)
      const { code, hint, again } = cause
      const error = new ActionError(code, `${capital(placeOf(call))}: ${cause.message}.`, {
        hint: hint ?? nextStep(code, call.url),
        cause,
      })
      return { error, again: again ? 'later' : 'never' }
    }
    debug(`${what}: ${answer.status}`)
    if (answer.status >= 200 && answer.status < 300) return { value: call.read(answer) }
    return refused(call, answer, course)
  }

  function refused(call: Call<unknown>, answer: Answer, course: Course): Outcome<never> {
    const judgement = call.judge?.(answer) ?? {}
    const error = refusal(call, placeOf(call), answer, judgement, secrets.redact)
    if (error.code === 'REDIRECTED') return { error, again: 'never' }
    if (call.signed === true && !isTransient(answer.status)) {
      const skewMs = signingTime.correct(answer)
      if (skewMs !== undefined) {
        debug(`the clock is ${Math.round(skewMs / 1000)} s off by the server's; signing again with its time`)
        return { error, again: 'at once' }
      }
    }
    const { again = 0, never = false } = judgement
    const passes = (isTransient(answer.status) && !never) || again === Infinity
    if (!passes && course.judgedAgain++ >= again) return { error, again: 'never' }
    const now = serverTime(answer) ?? clock.now()
    return { error, again: 'later', retryAfterMs: retryAfterMs(header(answer, 'retry-after'), now) }
  }

  /** The answer to one try, which may take no longer than the call, and the step, allow. */
  async function answerTo(call: Call<unknown>, message: Message): Promise<Answer> {
    const limitMs = Math.max(0, Math.min(remainingMs(), call.attemptMs ?? ATTEMPT_MS))
    const cut = new AbortController()
    const early = connections.taken(call.url)
    const progress = early?.progress ?? { waitingFor: 'the connection' }
    const stop = clock.timer(limitMs, () => {
      const waited = `no answer within ${seconds(limitMs)}, while waiting for ${progress.waitingFor}`
      cut.abort(new TryFailed('TIMED_OUT', waited, { again: true }))
    })
    const ends = AbortSignal.any([cut.signal, signal])
    const listening = call.grantEnds === undefined ? signal : (options.patience ?? signal)
    const send = async (socket: Socket): Promise<Answer> => {
      signal.throwIfAborted()
      try {
        return await request(
          socket,
          call,
          message,
          options.userAgent,
          AbortSignal.any([cut.signal, listening]),
          progress,
        )
      } catch (error) {
        if (!signal.aborted || call.grantEnds === undefined) throw error
        throw unheard(call, call.grantEnds, signal)
      }
    }
    try {
      const opened = early && (await Promise.race([early.socket, cutOff(ends)]))
      if (opened !== undefined && !opened.destroyed) {
        try {
          return await send(opened)
        } catch (error) {
          // The server may have closed it while it was idle: that is no failure of this request.
          if (!(error instanceof TryFailed) || error.answered || error.code !== 'UNREACHABLE') throw error
        }
      }
      const socket = await connections.open(call.url, ends, progress)
      return await send(socket)
    } finally {
      stop()
      // Whatever is still open belongs to this try.
      cut.abort()
    }
  }

  function whyGivenUp(
    because: 'deadline' | 'retry-after',
    tries: number,
    tookMs: number,
    waitMs: number | undefined,
  ): string {
    return because === 'retry-after' && waitMs !== undefined
      ? `It asks to come back in ${Math.ceil(waitMs / 1000)} s, which leaves no time within the limit of ${options.limit}.`
      : `Given up after ${tries} ${tries === 1 ? 'try' : 'tries'} in ${Math.round(tookMs / 1000)} s; the limit is ${options.limit}.`
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

/** Whom a call asks, as a sentence names it: `the app server (app-server.example.com)`. */
function placeOf({ service, url }: Call<unknown>): string {
  return `${service} (${url.host})`
}

/** @throws ActionError `TLS_FAILED` where the credentials in the call would travel in the open */
function mustBeSafe(call: Call<unknown>): void {
  if (mayCarrySecrets(call.url)) return
  throw new ActionError(
    'TLS_FAILED',
    `${capital(placeOf(call))}: its address does not begin with https://.`,
    { hint: 'Nothing was sent. HTTP is for this machine only (localhost, 127.0.0.1, [::1]).' },
  )
}

/** A call whose answer was not listened for to its end: nobody knows what the server did. */
function unheard(call: Call<unknown>, ends: string, { reason }: AbortSignal): ActionError {
  const cancelled = reason instanceof Error ? reason.message : 'The step was cancelled.'
  return new ActionError(
    'CANCELLED',
    `${cancelled} ${capital(placeOf(call))} had been asked and did not answer.`,
    {
      hint: `If it issued a token, nobody has it: it cannot be revoked here, and ends ${ends}.`,
      cause: reason,
    },
  )
}

/** What to look at where a server was not reached, or not in time. */
function nextStep(code: TryFailed['code'], { origin }: URL): string | undefined {
  if (code === 'UNREACHABLE') {
    return `Check that ${origin} is the right address, and that this runner may reach it: a firewall, a private network, a proxy that is not set (https_proxy).`
  }
  return code === 'TIMED_OUT'
    ? `Where this lasts, see whether the server is overloaded, or a firewall drops what this runner sends to ${origin}.`
    : undefined
}

function givenUp(last: ActionError, why: string): ActionError {
  return new ActionError(last.code, `${last.message} ${why}`, {
    hint: last.hint,
    cause: last,
    refused: last.refused,
  })
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
