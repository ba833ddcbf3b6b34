import type { Tools } from '../exchange.ts'
import { awsCredentials, type CredentialSource } from './credentials.ts'
import type { Scope, SignableRequest } from './signer.ts'

/** Signs requests with credentials that have arrived. Times are in ms since the epoch. */
export interface Signing {
  /** When the credentials end, where that is known. */
  readonly expiresAt?: Date
  /** The headers of a signed request. */
  readonly headers: (request: SignableRequest, scope: Scope, now: number) => Promise<Record<string, string>>
  /** The query of `GET https://{host}/` with the signature in it, valid for so many seconds. */
  readonly query: (host: string, query: URLSearchParams, scope: Scope, seconds: number, now: number) => Promise<string>
}

/**
 * Prepares signing. The signer is loaded while the credentials are on their way, which takes longer.
 *
 * @throws ActionError of {@link awsCredentials}
 */
export async function readyToSign(source: CredentialSource, tools: Tools): Promise<Signing> {
  const [credentials, signer] = await Promise.all([
    awsCredentials(source, tools),
    import(/* webpackChunkName: "aws-signer" */ './signer.ts'),
  ])
  return {
    ...(credentials.expiresAt && { expiresAt: credentials.expiresAt }),
    headers: (request, scope, now) => signer.signedHeaders(request, credentials, scope, now),
    query: (host, query, scope, seconds, now) => signer.presignedQuery(host, query, credentials, scope, seconds, now),
  }
}
