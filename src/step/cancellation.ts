import { ActionError } from '../errors.ts'
import type { Clock } from '../http/clock.ts'

/** How long a cancelled step listens for the answer that may bring a credential, in ms. */
const PATIENCE_MS = 3_000
/** When a cancelled step gives up, in ms after the signal: the runner kills it after 10 s (actions/runner `ProcessInvoker.cs`). */
const END_MS = 4_500

/** The stages in which a step ends that is cancelled, or exceeds `timeout-minutes`: to both the runner sends the same signal. Each signal's reason is an ActionError `CANCELLED`. */
export interface Cancellation {
  /** Aborted at once: nothing new begins. */
  readonly signal: AbortSignal
  /** Aborted 3 s later: an answer that may bring a credential is not waited for any longer. */
  readonly patience: AbortSignal
  /** Aborted 4.5 s later, or when the runner asks again: revoking ends too. */
  readonly end: AbortSignal
  /** Begins the end; a second call ends everything at once. */
  readonly cancel: (by: string) => void
}

export function createCancellation({ timer }: Pick<Clock, 'timer'>): Cancellation {
  const [begins, patience, end] = [new AbortController(), new AbortController(), new AbortController()]
  return {
    signal: begins.signal,
    patience: patience.signal,
    end: end.signal,
    cancel: (by) => {
      const reason = new ActionError('CANCELLED', `The step was cancelled or timed out (${by}).`)
      if (begins.signal.aborted) {
        patience.abort(reason)
        end.abort(reason)
        return
      }
      begins.abort(reason)
      timer(PATIENCE_MS, () => {
        patience.abort(reason)
      })
      timer(END_MS, () => {
        end.abort(reason)
      })
    },
  }
}

/** The error of a step that was cancelled, with the result of its last call. */
export function cancelled({ signal }: Cancellation, cause: unknown): ActionError {
  const reason = signal.reason as ActionError
  if (!(cause instanceof ActionError)) return new ActionError('CANCELLED', reason.message, { cause })
  if (cause.code === 'CANCELLED') return cause
  return new ActionError('CANCELLED', `${reason.message} ${cause.message}`, { explain: cause.explain, cause })
}
