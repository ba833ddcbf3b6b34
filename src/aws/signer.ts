import { buildQueryString } from '@smithy/core/protocols'
import { Hash } from '@smithy/core/serde'
// AWS's own signer. `@aws-sdk/signature-v4`, its former name, only re-exports an old version.
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsCredentials } from './credentials.ts'

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

/** Takes no hash of the body (VPC Lattice User Guide, "SIGv4 authenticated requests for Amazon VPC Lattice"). */
const WITHOUT_PAYLOAD = 'vpc-lattice-svcs'

/**
 * The headers of a request signed with AWS Signature Version 4: those given, and `host`, `x-amz-date`,
 * `x-amz-content-sha256`, `x-amz-security-token`, `authorization`. For every service but S3.
 *
 * @param now in ms since the epoch
 */
export async function signedHeaders(
  { method, url, headers, body }: SignableRequest,
  credentials: AwsCredentials,
  scope: Scope,
  now: number,
): Promise<Record<string, string>> {
  const unsigned = scope.service === WITHOUT_PAYLOAD && { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const request = {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: bag(url.searchParams),
    headers: { ...headers, host: url.host, ...unsigned },
    body,
  }
  const signed = await signer(credentials, scope).sign(request, { signingDate: new Date(now) })
  return signed.headers
}

/**
 * The query of `GET https://{host}/` with the signature in it, sorted by name and encoded as AWS's tools do.
 *
 * @param host with the port, where the `Host` header has one
 * @param query what is asked for, e.g. `Action=connect`; no name twice
 * @param seconds how long it may be used, in s
 * @param now in ms since the epoch
 */
export async function presignedQuery(
  host: string,
  query: URLSearchParams,
  credentials: AwsCredentials,
  scope: Scope,
  seconds: number,
  now: number,
): Promise<string> {
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: Object.fromEntries(query),
    headers: { host },
  }
  const options = { signingDate: new Date(now), expiresIn: seconds }
  const signed = await signer(credentials, scope).presign(request, options)
  return buildQueryString(signed.query ?? {})
}

function signer(credentials: AwsCredentials, scope: Scope): SignatureV4 {
  return new SignatureV4({ ...scope, credentials, sha256: Hash.bind(null, 'sha256') })
}

/** A query in the signer's form. */
function bag(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]))
}
