import type { ActionError } from '../errors.ts'
import { header, serverTime, type Answer } from './answer.ts'
import type { Call } from './call.ts'
import type { Clock, SigningTime } from './clock.ts'
import { placeOf, unanswered } from './errors.ts'
import type { AttemptFailed } from './faults.ts'
import { refusal } from './refusal.ts'
import { isTransient, retryAfterMs } from './retry.ts'

/** What came of one attempt: the value, or why there is none and when to retry. */
export type Outcome<T> =
  | { readonly value: T }
  | {
      readonly error: ActionError
      readonly again: 'never' | 'at once' | 'later'
      /** What the server's `Retry-After` asks for, in ms. */
      readonly retryAfterMs?: number | undefined
    }

/** What the attempts of one call come to: its value, another attempt, or the error. */
export class Outcomes<T> {
  readonly #call: Call<T>
  readonly #clock: Pick<Clock, 'now'>
  readonly #signingTime: SigningTime
  readonly #redact: (text: string) => string
  readonly #debug: (line: string) => void
  /** How many times it was retried for what the system itself said. */
  #judgedAgain = 0

  /**
   * @param redact takes the secrets of the step out of a server's text
   * @param debug takes one line for the debug log
   */
  constructor(
    call: Call<T>,
    clock: Pick<Clock, 'now'>,
    signingTime: SigningTime,
    redact: (text: string) => string,
    debug: (line: string) => void,
  ) {
    this.#call = call
    this.#clock = clock
    this.#signingTime = signingTime
    this.#redact = redact
    this.#debug = debug
  }

  /** What an answer means. @throws ActionError of the call's `read` */
  answered(answer: Answer): Outcome<T> {
    this.#note(String(answer.status))
    return answer.status >= 200 && answer.status < 300
      ? { value: this.#call.read(answer) }
      : this.#refused(answer)
  }

  /** What it means that no complete answer came. */
  failed(fault: AttemptFailed): Outcome<never> {
    this.#note(fault.message)
    return { error: unanswered(this.#call, fault), again: fault.again ? 'later' : 'never' }
  }

  #refused(answer: Answer): Outcome<never> {
    const call = this.#call
    const judgement = call.judge?.(answer) ?? {}
    const error = refusal(call, placeOf(call), answer, judgement, this.#redact)
    if (error.code === 'REDIRECTED') return { error, again: 'never' }
    if (call.signed === true && !isTransient(answer.status) && this.#correctsClock(answer)) {
      return { error, again: 'at once' }
    }
    const { again = 0, never = false } = judgement
    const passes = (isTransient(answer.status) && !never) || again === Infinity
    if (!passes && this.#judgedAgain++ >= again) return { error, again: 'never' }
    const now = serverTime(answer) ?? this.#clock.now()
    return { error, again: 'later', retryAfterMs: retryAfterMs(header(answer, 'retry-after'), now) }
  }

  #correctsClock(answer: Answer): boolean {
    const skewMs = this.#signingTime.correct(answer)
    if (skewMs === undefined) return false
    this.#debug(
      `the clock differs from the server's by ${Math.round(skewMs / 1000)} s; signing again with the server's time`,
    )
    return true
  }

  #note(what: string): void {
    const { method, url } = this.#call
    this.#debug(`${method} ${url.host}${url.pathname}: ${what}`)
  }
}
