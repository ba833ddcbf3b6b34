import { ActionError, capital } from '../errors.ts'
import { mayCarrySecrets } from '../inputs/inputs.ts'
import type { Call } from './call.ts'
import type { AttemptFailed } from './faults.ts'

/** Whom a call asks, as a sentence names it: `the app server (app-server.example.com)`. */
export function placeOf({ service, url }: Call<unknown>): string {
  return `${service} (${url.host})`
}

/** @throws ActionError `TLS_FAILED` where the credentials in the call would travel in the open */
export function mustBeSafe(call: Call<unknown>): void {
  if (mayCarrySecrets(call.url)) return
  throw new ActionError(
    'TLS_FAILED',
    `${capital(placeOf(call))}: its address does not begin with https://.`,
    { hint: 'Nothing was sent. Plain HTTP works only on this machine (localhost, 127.0.0.1, [::1]).' },
  )
}

/** An attempt without a complete answer, as an error. */
export function unanswered(call: Call<unknown>, fault: AttemptFailed): ActionError {
  return new ActionError(fault.code, `${capital(placeOf(call))}: ${fault.message}.`, {
    hint: fault.hint ?? nextStep(fault.code, call),
    cause: fault,
  })
}

/** A call whose answer was not listened for to its end: nobody knows what the server did. */
export function unheard(call: Call<unknown>, ends: string, { reason }: AbortSignal): ActionError {
  const cancelled = reason instanceof Error ? reason.message : 'The step was cancelled.'
  return new ActionError(
    'CANCELLED',
    `${cancelled} ${capital(placeOf(call))} had been asked and did not answer.`,
    {
      hint: livesOn(ends),
      cause: reason,
    },
  )
}

/** The error of the last attempt, and why there was no other. */
export function givenUp(
  last: ActionError,
  because: 'deadline' | 'retry-after',
  course: { readonly attempts: number; readonly tookMs: number; readonly waitMs: number | undefined },
  limit: string,
): ActionError {
  const { attempts, tookMs, waitMs } = course
  const why =
    because === 'retry-after' && waitMs !== undefined
      ? `It asks to wait for ${Math.ceil(waitMs / 1000)} s, which leaves no time within the limit of ${limit}.`
      : `Gave up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${Math.round(tookMs / 1000)} s; the limit is ${limit}.`
  return new ActionError(last.code, `${last.message} ${why}`, {
    hint: last.hint,
    cause: last,
    refused: last.refused,
  })
}

function livesOn(ends: string): string {
  return `If it issued a token, nobody has it: it cannot be revoked here, and ends ${ends}.`
}

/** What to know where a server was not reached, or not in time, or its answer was not read to its end. */
function nextStep(
  code: AttemptFailed['code'],
  { url: { origin }, grantEnds }: Call<unknown>,
): string | undefined {
  if (code === 'UNUSABLE_ANSWER' && grantEnds !== undefined) return livesOn(grantEnds)
  if (code === 'UNREACHABLE') {
    return `Check that ${origin} is the right address, and that this runner can reach it: look for a firewall, a private network, or a missing proxy (https_proxy).`
  }
  return code === 'TIMED_OUT'
    ? `If this persists, check whether the server is overloaded, or whether a firewall drops what this runner sends to ${origin}.`
    : undefined
}
