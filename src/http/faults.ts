/** An attempt that got no complete answer. It is retried, unless `again` tells that it would fail alike. */
export class AttemptFailed extends Error {
  readonly code: 'UNREACHABLE' | 'TIMED_OUT' | 'TLS_FAILED' | 'PROXY_FAILED' | 'UNUSABLE_ANSWER'
  readonly again: boolean
  readonly hint: string | undefined
  /** Whether any byte of an answer came. */
  answered = false

  constructor(
    code: AttemptFailed['code'],
    message: string,
    more: { again: boolean; hint?: string; cause?: unknown },
  ) {
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

const NETWORK_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name lookup failed',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
}

function networkFault(error: Error): string {
  const code = codeOf(error)
  if (code.startsWith('HPE_')) return 'the answer is not HTTP'
  return NETWORK_FAULTS[code] ?? (code === '' ? 'connection closed too early' : `network error ${code}`)
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
export function connectionFault(error: Error): AttemptFailed {
  const code = codeOf(error)
  const tlsFault = (what: string, hint: string): AttemptFailed =>
    new AttemptFailed('TLS_FAILED', what, { again: false, hint, cause: error })
  if (UNTRUSTED.has(code)) {
    return tlsFault(
      'its certificate is from a certificate authority that this runner does not know',
      'Set NODE_EXTRA_CA_CERTS to the PEM file of that authority, in the environment of the runner or as `env:` of the step.',
    )
  }
  if (code === 'CERT_HAS_EXPIRED')
    return tlsFault('its certificate has expired', 'Renew the certificate of the server.')
  if (code === 'CERT_NOT_YET_VALID') {
    return tlsFault('its certificate is not valid yet', 'Check the clock of this runner.')
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return tlsFault(
      'its certificate is for another host name',
      'Use the host name that the certificate is for.',
    )
  }
  if (REJECTED.test(code)) {
    return tlsFault(`its certificate is not accepted (${code})`, 'The server needs another one.')
  }
  if (/^(ERR_SSL|ERR_TLS|EPROTO|ERR_OSSL)/.test(code)) {
    return tlsFault(`the TLS handshake failed (${code})`, 'Check that the port speaks HTTPS.')
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new AttemptFailed('UNUSABLE_ANSWER', 'the headers of the answer are too large', { again: false })
  }
  return new AttemptFailed('UNREACHABLE', networkFault(error), { again: true, cause: error })
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** Why a signal was aborted, where it was. */
export function reasonOf(signal: AbortSignal): Error | undefined {
  return signal.aborted && signal.reason instanceof Error ? signal.reason : undefined
}

/** Rejects with the signal's reason when it is aborted. */
export function cutOff(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(reasonOf(signal) ?? new Error('cut off'))
    })
  })
}
