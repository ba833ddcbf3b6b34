import type { Tools } from '../exchange.ts'
import { awsCredentials, type AwsCredentials, type CredentialSource } from './credentials.ts'
import type * as signer from './signer.ts'

/** Credentials that have arrived, and what signs with them. */
export interface Signing {
  readonly credentials: AwsCredentials
  readonly signer: typeof signer
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
  return { credentials, signer }
}
