import { ActionError, systemCode } from '../errors.ts'
import { mayCarrySecrets } from '../inputs/url.ts'
import { capital } from '../text.ts'
import type { Answer } from './answer.ts'
import { authorityHint } from './authority.ts'
import { placeOf, type Call } from './call.ts'
import { gatewayHint } from './gateway.ts'

/** An attempt that got no complete answer. It is retried, unless `again` says that it would fail in the same way. */
export class AttemptFailed extends Error {
  readonly code: 'UNREACHABLE' | 'TIMED_OUT' | 'TLS_FAILED' | 'PROXY_FAILED' | 'UNUSABLE_ANSWER'
  readonly again: boolean
  readonly hint: string | undefined
  /** Whether any byte of an answer came. */
  answered = false

  constructor(code: AttemptFailed['code'], message: string, more: { again: boolean; hint?: string; cause?: unknown }) {
    super(message, { cause: more.cause })
    this.code = code
    this.again = more.again
    this.hint = more.hint
  }
}

/** What an attempt is waiting for, in the words of an error. */
export interface Progress {
  waitingFor: string
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name lookup failed',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
}

function networkFailure(error: Error): string {
  const code = systemCode(error)
  return NETWORK[code] ?? (code === '' ? 'connection closed too early' : `network error ${code}`)
}

const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
])

/** Other codes for a certificate that is not accepted (Node.js, "TLS (SSL)", "X509 certificate error codes"). */
const REJECTED =
  /^(?:CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/

/** What an error of a socket means. Node's codes: "Errors" and "TLS (SSL)" in its documentation. */
export function connectionFailure(error: Error): AttemptFailed {
  const code = systemCode(error)
  const tlsFailure = (what: string, hint: string): AttemptFailed =>
    new AttemptFailed('TLS_FAILED', what, { again: false, hint, cause: error })
  if (UNTRUSTED.has(code)) {
    return tlsFailure(
      'its certificate is from a certificate authority that this runner does not know',
      authorityHint(process.env['NODE_EXTRA_CA_CERTS'] ?? ''),
    )
  }
  // RFC 8446, section 6.2.
  if (code.endsWith('ALERT_CERTIFICATE_REQUIRED')) {
    return tlsFailure(
      'it requires a client certificate',
      'This action offers none: the server must accept requests without one on this address.',
    )
  }
  if (code === 'CERT_HAS_EXPIRED')
    return tlsFailure('its certificate has expired', 'Renew the certificate of the server.')
  if (code === 'CERT_NOT_YET_VALID') {
    return tlsFailure('its certificate is not valid yet', 'Check the clock of this runner.')
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return tlsFailure('its certificate is for another host name', 'Use the host name that the certificate is for.')
  }
  if (REJECTED.test(code)) {
    return tlsFailure(`its certificate is not accepted (${code})`, 'The server needs another one.')
  }
  if (/^(ERR_SSL|ERR_TLS|EPROTO|ERR_OSSL)/.test(code)) {
    return tlsFailure(`the TLS handshake failed (${code})`, 'Check that the port speaks HTTPS.')
  }
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge()
  if (code.startsWith('HPE_')) return notHttp(error)
  return new AttemptFailed('UNREACHABLE', networkFailure(error), { again: true, cause: error })
}

export function headersTooLarge(): AttemptFailed {
  return new AttemptFailed('UNUSABLE_ANSWER', 'the headers of the answer are too large', { again: false })
}

export function notHttp(cause?: Error): AttemptFailed {
  return new AttemptFailed('UNREACHABLE', 'the answer is not HTTP', { again: true, cause })
}

/** Why a signal was aborted, where it was. */
export function reasonOf(signal: AbortSignal): Error | undefined {
  return signal.reason instanceof Error ? signal.reason : undefined
}

/** Rejects with the signal's reason when it is aborted. */
export function cutOff(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })
}

/** @throws ActionError `TLS_FAILED` if the credentials in the call would travel in the open */
export function mustBeSafe(call: Call<unknown>): void {
  if (mayCarrySecrets(call.url)) return
  throw new ActionError('TLS_FAILED', `${capital(placeOf(call))}: its address does not begin with https://.`, {
    hint: 'Nothing was sent. Plain HTTP works only on this machine (localhost, 127.0.0.1, [::1]).',
  })
}

/** An attempt without a complete answer, as an error. */
export function unanswered(call: Call<unknown>, failure: AttemptFailed): ActionError {
  return new ActionError(failure.code, `${capital(placeOf(call))}: ${failure.message}.`, {
    hint: failure.hint ?? nextStep(failure.code, call),
    cause: failure,
  })
}

/** A call whose answer was not listened for to its end: nobody knows what the server did. */
export function unheard(call: Call<unknown>, ends: string, reason: Error): ActionError {
  return new ActionError(
    'CANCELLED',
    `${reason.message} ${capital(placeOf(call))} had been asked and did not answer.`,
    { hint: livesOn(ends), cause: reason },
  )
}

/** The error of the last attempt, and why there was no other. */
export function givenUp(
  last: ActionError,
  course: { readonly attempts: number; readonly tookMs: number; readonly retryAfterMs: number | undefined },
  limit: string,
): ActionError {
  const { attempts, tookMs, retryAfterMs = 0 } = course
  const why =
    retryAfterMs > 0
      ? `It asks to wait for ${Math.ceil(retryAfterMs / 1000)} s, which leaves no time within the limit of ${limit}.`
      : `Gave up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${Math.round(tookMs / 1000)} s; the limit is ${limit}.`
  return new ActionError(last.code, `${last.message} ${why}`, {
    explain: last.explain,
    cause: last,
    refused: last.refused,
  })
}

/** What `read` threw, and what else may help: that a credential of the answer may live on, what a gateway may want. */
export function unread(call: Call<unknown>, answer: Answer, error: unknown): unknown {
  if (!(error instanceof ActionError)) return error
  const isLost = !error.leavesNothing && call.grantEnds !== undefined
  const more = `${gatewayHint(call, answer)?.hint ?? ''} ${isLost ? livesOn(call.grantEnds) : ''}`.trim()
  if (more === '') return error
  const hint = `${error.explain(undefined).hint ?? ''} ${more}`.trim()
  return new ActionError(error.code, error.message, { hint, cause: error.cause })
}

function livesOn(ends: string): string {
  return `If it issued a token, nobody has it: it cannot be revoked here, and ends ${ends}.`
}

/** What to know where a server was not reached, or not in time, or its answer was not read to its end. */
function nextStep(code: AttemptFailed['code'], { url: { origin }, grantEnds }: Call<unknown>): string | undefined {
  if (code === 'UNUSABLE_ANSWER' && grantEnds !== undefined) return livesOn(grantEnds)
  if (code === 'UNREACHABLE') {
    return `Check that ${origin} is the right address, and that this runner can reach it: look for a firewall, a private network, or a missing proxy (https_proxy).`
  }
  return code === 'TIMED_OUT'
    ? `If this persists, check whether the server is overloaded, or whether a firewall drops what this runner sends to ${origin}.`
    : undefined
}
