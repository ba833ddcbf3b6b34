import { canonicalRequest, sha256, signatureOf, stringToSign, type SignedRequest } from './signature.ts'
import type { FakeReply, FakeRequest, Now } from './handler.ts'

/** AWS credentials that sign. */
export interface SigningKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** In ms since the epoch; keys without it do not expire. */
  readonly expiresAt?: number
}

export interface SignaturePolicy {
  readonly service: string
  readonly region: string
  /** Finds the keys that AWS knows. */
  readonly credentials: (accessKeyId: string) => SigningKeys | undefined
  readonly now: Now
  /** Headers that have to be signed besides `host` and `x-amz-*`, lower case. */
  readonly signed?: readonly string[]
}

/** Why a signature was refused, with AWS's code and text. */
interface SignatureRefused {
  readonly code:
    | 'MissingAuthenticationTokenException'
    | 'IncompleteSignatureException'
    | 'UnrecognizedClientException'
    | 'ExpiredTokenException'
    | 'InvalidSignatureException'
  readonly message: string
}

/** Of a request that is not signed. */
export const MISSING_TOKEN: SignatureRefused = {
  code: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
}

/** Of keys or a session that AWS does not know. */
const UNKNOWN_TOKEN: SignatureRefused = {
  code: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
}

const SKEW_MS = 300_000
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'
/** The service that signs no payload: "SIGv4 authenticated requests" in the user guide of Amazon VPC Lattice. */
const LATTICE = 'vpc-lattice-svcs'
const UNSIGNED = 'UNSIGNED-PAYLOAD'

function invalid(message: string): SignatureRefused {
  return { code: 'InvalidSignatureException', message }
}

/**
 * Verifies the signature of a request in its `Authorization` header (AWS Signature Version 4). It is made anew by
 * hand, not by the signer that made it, from the headers that the request says are signed.
 *
 * @returns the keys that signed, or why not
 */
export function verifySignature(request: FakeRequest, policy: SignaturePolicy): SigningKeys | SignatureRefused {
  const { method, url, headers, body } = request
  const { authorization } = headers
  if (authorization === undefined) return MISSING_TOKEN
  const parts = /^AWS4-HMAC-SHA256 Credential=([^\s,]+), ?SignedHeaders=([^\s,]+), ?Signature=([0-9a-f]{64})$/.exec(
    authorization,
  )
  if (parts === null) {
    return { code: 'IncompleteSignatureException', message: 'Authorization header is not a complete AWS4 signature.' }
  }
  const [, credential = '', signedHeaders = '', signature = ''] = parts
  const names = signedHeaders.split(';')
  const mustBeSigned = [
    'host',
    ...(policy.signed ?? []),
    ...Object.keys(headers).filter((name) => name.startsWith('x-amz-')),
  ]
  const unsigned = mustBeSigned.find((name) => !names.includes(name))
  if (unsigned !== undefined) {
    return invalid(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`)
  }
  if (names.join() !== names.toSorted().join() || names.some((name) => headers[name] === undefined)) {
    return invalid(MISMATCH)
  }
  // What the last line of the canonical request has to be ("SIGv4 authenticated requests", VPC Lattice User Guide).
  const payload = policy.service === LATTICE ? UNSIGNED : sha256(body)
  const told = headers['x-amz-content-sha256'] ?? (policy.service === LATTICE ? '' : payload)
  const signed = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(names.map((name) => [name, headers[name]!])),
    payload,
  }
  const date = headers['x-amz-date'] ?? ''
  const given = { credential, date, validMs: SKEW_MS, token: headers['x-amz-security-token'], signature }
  return verify(told === payload ? given : { ...given, signature: '' }, signed, policy)
}

/**
 * Verifies a presigned URL, the form in which a password of a database is made, which signs the host alone.
 *
 * @param url with scheme, and with all that belongs to a signature
 * @returns the keys that signed, or why not
 */
export function verifyPresigned(method: string, url: URL, policy: SignaturePolicy): SigningKeys | SignatureRefused {
  const query = new URLSearchParams(url.searchParams)
  const text = (name: string): string => query.get(name) ?? ''
  const given = {
    credential: text('X-Amz-Credential'),
    date: text('X-Amz-Date'),
    validMs: Number(text('X-Amz-Expires')) * 1_000,
    token: query.get('X-Amz-Security-Token') ?? undefined,
    signature: text('X-Amz-Signature'),
  }
  query.delete('X-Amz-Signature')
  const signed = { method, path: url.pathname, query, headers: { host: url.host }, payload: sha256('') }
  return verify(given, signed, policy)
}

/** What comes with a signature. */
interface Given {
  readonly credential: string
  readonly date: string
  readonly validMs: number
  readonly token: string | undefined
  readonly signature: string
}

function verify(
  { credential, date, validMs, token, signature }: Given,
  request: SignedRequest,
  policy: SignaturePolicy,
): SigningKeys | SignatureRefused {
  const keys = checkCredential(credential, date, validMs, policy)
  if ('code' in keys) return keys
  if (keys.sessionToken !== token) return UNKNOWN_TOKEN
  const canonical = canonicalRequest(request)
  const text = stringToSign(canonical, policy, date)
  if (signature === signatureOf(text, keys.secretAccessKey, policy, date)) return keys
  // AWS adds what should have been signed: every signed header with its value, tokens among them.
  return invalid(
    `${MISMATCH}\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${text}'\n`,
  )
}

/** Checks the scope, the time and the keys of a signature. */
function checkCredential(
  credential: string,
  date: string,
  validMs: number,
  policy: SignaturePolicy,
): SigningKeys | SignatureRefused {
  const [accessKeyId = '', day, region, service, end, ...more] = credential.split('/')
  const scope = [
    [region === policy.region, 'to a valid region'],
    [service === policy.service, `to correct service: '${policy.service}'`],
    [end === 'aws4_request' && more.length === 0, "with a valid terminator: 'aws4_request'"],
  ].flatMap(([held, rule]) => (held === true ? [] : `Credential should be scoped ${String(rule)}. `))
  if (scope.length > 0) return invalid(scope.join(''))
  const at = Date.parse(date.replace(/^(\d{4})(\d{2})(\d{2}T\d{2})(\d{2})(\d{2}Z)$/, '$1-$2-$3:$4:$5'))
  if (Number.isNaN(at) || date.slice(0, 8) !== day) {
    return invalid('Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP')
  }
  const now = policy.now()
  if (at + validMs < now) {
    return invalid(
      `Signature expired: ${date} is now earlier than ${stamp(now - validMs)} (${stamp(now)} - ${validMs / 60_000} min.)`,
    )
  }
  if (at - SKEW_MS > now) {
    return invalid(
      `Signature not yet current: ${date} is still later than ${stamp(now + SKEW_MS)} (${stamp(now)} + 5 min.)`,
    )
  }
  const keys = policy.credentials(accessKeyId)
  if (keys === undefined) return UNKNOWN_TOKEN
  if (keys.expiresAt !== undefined && keys.expiresAt <= now) {
    return { code: 'ExpiredTokenException', message: 'The security token included in the request is expired' }
  }
  return keys
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** The answer of the platform in front of a function, an API or a service to a signature it does not accept. */
export function platformRefusal(
  { service, region }: Pick<SignaturePolicy, 'service' | 'region'>,
  refused: SignatureRefused,
): FakeReply {
  const unsigned = refused.code === 'MissingAuthenticationTokenException'
  if (service === LATTICE) {
    const text = unsigned
      ? `AccessDeniedException: User: anonymous is not authorized to perform: vpc-lattice-svcs:Invoke on resource: arn:aws:vpc-lattice:${region}:123456789012:service/svc-0123456789abcdef0/access_tokens because no service-based policy allows the vpc-lattice-svcs:Invoke action`
      : `${refused.code}: ${refused.message}`
    return { status: 403, headers: { 'content-type': 'text/plain' }, body: text }
  }
  return {
    status: 403,
    headers: { 'x-amzn-errortype': refused.code },
    body: unsigned && service === 'lambda' ? { Message: 'Forbidden' } : { message: refused.message },
  }
}
