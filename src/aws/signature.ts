import { createHash, createHmac } from 'node:crypto'

/** AWS credentials. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiresAt?: Date
}

/** What a signature is good for. */
export interface Scope {
  /** e.g. `eu-central-1` */
  readonly region: string
  /** The signing name of the service, e.g. `lambda`. */
  readonly service: string
}

/** A request to sign. */
export interface SignableRequest {
  readonly method: string
  readonly url: URL
  /** All of these are signed; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * The headers of a request signed with AWS Signature Version 4: those given, and `host`, `x-amz-date`,
 * `x-amz-content-sha256`, `x-amz-security-token`, `authorization`. For every service but S3.
 *
 * Source: AWS IAM User Guide, "Create a signed AWS API request".
 *
 * @param now in ms since the epoch
 */
export function signedHeaders(
  { method, url, headers: given, body }: SignableRequest,
  credentials: AwsCredentials,
  scope: Scope,
  now: number,
): Record<string, string> {
  const date = amzDate(now)
  const headers = {
    ...given,
    host: url.host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': date,
    ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
  }
  const canonical = canonicalRequest({ method, path: url.pathname, query: url.searchParams, headers, body })
  const signature = signatureOf(stringToSign(canonical, scope, date), credentials, scope, date)
  return {
    ...headers,
    authorization: `${ALGORITHM} Credential=${credentialOf(credentials, scope, date)}, SignedHeaders=${namesOf(headers).join(';')}, Signature=${signature}`,
  }
}

/**
 * The query of `GET https://{host}/` with the signature in it, sorted by name.
 *
 * Source: AWS IAM User Guide, "Create a signed AWS API request", the signature in the query string.
 *
 * @param host with the port, where the `Host` header has one
 * @param query what is asked for, e.g. `Action=connect`
 * @param seconds how long it may be used, in s
 * @param now in ms since the epoch
 */
export function presignedQuery(
  host: string,
  query: URLSearchParams,
  credentials: AwsCredentials,
  scope: Scope,
  seconds: number,
  now: number,
): string {
  const date = amzDate(now)
  const signed = new URLSearchParams(query)
  signed.set('X-Amz-Algorithm', ALGORITHM)
  signed.set('X-Amz-Credential', credentialOf(credentials, scope, date))
  signed.set('X-Amz-Date', date)
  signed.set('X-Amz-Expires', String(seconds))
  if (credentials.sessionToken !== undefined) signed.set('X-Amz-Security-Token', credentials.sessionToken)
  signed.set('X-Amz-SignedHeaders', 'host')
  const canonical = canonicalRequest({ method: 'GET', path: '/', query: signed, headers: { host }, body: '' })
  signed.set('X-Amz-Signature', signatureOf(stringToSign(canonical, scope, date), credentials, scope, date))
  return canonicalQuery(signed)
}

/** A request in the one form in which both sides hash it. `path` and `query` as they are sent. */
export function canonicalRequest(request: {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}): string {
  const { method, path, query, headers, body } = request
  const names = namesOf(headers)
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${canonicalValue(headers[name] ?? '')}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n')
}

/** @param date as of {@link amzDate} */
export function stringToSign(canonical: string, scope: Scope, date: string): string {
  return [ALGORITHM, date, scopeOf(scope, date), sha256(canonical)].join('\n')
}

/** @returns in hex */
export function signatureOf(
  text: string,
  { secretAccessKey }: AwsCredentials,
  scope: Scope,
  date: string,
): string {
  const key = scopeOf(scope, date)
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part).digest(), `AWS4${secretAccessKey}`)
  return hmac(key, text).digest('hex')
}

function namesOf(headers: Readonly<Record<string, string>>): string[] {
  return Object.keys(headers).sort()
}

function credentialOf({ accessKeyId }: AwsCredentials, scope: Scope, date: string): string {
  return `${accessKeyId}/${scopeOf(scope, date)}`
}

function scopeOf({ region, service }: Scope, date: string): string {
  return `${date.slice(0, 8)}/${region}/${service}/aws4_request`
}

/** `20150830T123600Z` */
function amzDate(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** Every service but S3 wants each segment encoded once more than it is sent, and no empty ones. */
function canonicalPath(path: string): string {
  return encode(path.replace(/\/+/g, '/')).replaceAll('%2F', '/')
}

/** Sorted by encoded name, then by encoded value. */
function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map((pair) => pair.join('='))
    .join('&')
}

/** Without blanks at its ends, and with one in place of several. */
function canonicalValue(value: string): string {
  return value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')
}

/** URI encoding as AWS wants it: everything but `A-Za-z0-9-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): ReturnType<typeof createHmac> {
  return createHmac('sha256', key).update(text)
}
