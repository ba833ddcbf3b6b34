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
 * `x-amz-content-sha256`, `x-amz-security-token`, `authorization`.
 *
 * Source: AWS IAM User Guide, "Create a signed AWS API request".
 *
 * @param now in ms since the epoch
 */
export function signedHeaders(
  request: SignableRequest,
  credentials: AwsCredentials,
  scope: Scope,
  now: number,
): Record<string, string> {
  const date = amzDate(now)
  const payloadHash = sha256(request.body)
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.url.host,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': date,
    ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
  }
  const names = Object.keys(headers).sort().join(';')
  const canonical = canonicalRequest(
    request.method,
    request.url,
    request.url.searchParams,
    headers,
    payloadHash,
  )
  const credential = `${credentials.accessKeyId}/${scopeOf(date, scope)}`
  const signature = sign(canonical, credentials, scope, date)
  headers['authorization'] =
    `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`
  return headers
}

/**
 * A URL that carries its own signature in the query, good for a `GET` without body (AWS IAM User Guide, "Add the
 * signature to the query string").
 *
 * @param url with its query, e.g. `https://db.example:5432/?Action=connect`; the port is signed as part of the host
 * @param seconds how long it may be used, in s
 * @param now in ms since the epoch
 */
export function presignedUrl(
  url: URL,
  host: string,
  credentials: AwsCredentials,
  scope: Scope,
  seconds: number,
  now: number,
): string {
  const date = amzDate(now)
  const query = new URLSearchParams(url.searchParams)
  query.set('X-Amz-Algorithm', ALGORITHM)
  query.set('X-Amz-Credential', `${credentials.accessKeyId}/${scopeOf(date, scope)}`)
  query.set('X-Amz-Date', date)
  query.set('X-Amz-Expires', String(seconds))
  if (credentials.sessionToken !== undefined) query.set('X-Amz-Security-Token', credentials.sessionToken)
  query.set('X-Amz-SignedHeaders', 'host')
  const canonical = canonicalRequest('GET', url, query, { host }, sha256(''))
  const signature = sign(canonical, credentials, scope, date)
  return `${url.protocol}//${host}${url.pathname}?${canonicalQuery(query)}&X-Amz-Signature=${signature}`
}

function canonicalRequest(
  method: string,
  url: URL,
  query: URLSearchParams,
  headers: Readonly<Record<string, string>>,
  payloadHash: string,
): string {
  const names = Object.keys(headers).sort()
  return [
    method,
    canonicalPath(url.pathname),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n')
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

function sign(canonical: string, credentials: AwsCredentials, scope: Scope, date: string): string {
  const text = [ALGORITHM, date, scopeOf(date, scope), sha256(canonical)].join('\n')
  const key = [date.slice(0, 8), scope.region, scope.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  )
  return createHmac('sha256', key).update(text).digest('hex')
}

function scopeOf(date: string, { region, service }: Scope): string {
  return `${date.slice(0, 8)}/${region}/${service}/aws4_request`
}

/** `20150830T123600Z` */
function amzDate(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
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
