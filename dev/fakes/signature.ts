/**
 * AWS Signature Version 4, made by hand from "Create a signed AWS API request" (AWS IAM User Guide): what the fakes hold
 * against the signatures of the signer that is bundled, so that two hands check each other. For every service but S3.
 */
import { createHash, createHmac } from 'node:crypto'

/** What a signature is good for. */
export interface Scope {
  readonly region: string
  readonly service: string
}

/** A request as it is sent. */
export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Those that are signed; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** SHA-256 of the body in hex, or `UNSIGNED-PAYLOAD`. */
  readonly payload: string
}

/** A request in the one form in which both sides hash it. */
export function canonicalRequest({ method, path, query, headers, payload }: SignedRequest): string {
  const names = Object.keys(headers).sort()
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${canonicalValue(headers[name] ?? '')}`),
    '',
    names.join(';'),
    payload,
  ].join('\n')
}

/** @param date as in `x-amz-date` */
export function stringToSign(canonical: string, scope: Scope, date: string): string {
  return ['AWS4-HMAC-SHA256', date, scopeOf(scope, date), sha256(canonical)].join('\n')
}

/** @returns in hex */
export function signatureOf(text: string, secretAccessKey: string, scope: Scope, date: string): string {
  const key = scopeOf(scope, date)
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part).digest(), `AWS4${secretAccessKey}`)
  return hmac(key, text).digest('hex')
}

/** @returns in hex */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function scopeOf({ region, service }: Scope, date: string): string {
  return `${date.slice(0, 8)}/${region}/${service}/aws4_request`
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
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function hmac(key: string | Buffer, text: string): ReturnType<typeof createHmac> {
  return createHmac('sha256', key).update(text)
}
