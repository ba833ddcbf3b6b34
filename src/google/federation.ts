import type { Tools } from '../exchange.ts'
import { jsonObject, timeOf } from '../http/answer.ts'
import { formMessage } from '../http/call.ts'
import { credential } from '../identity/credential.ts'
import { iamRefusal, stsRefusal } from './refusal.ts'
import { IAM, type Federation } from './settings.ts'

/** The scope for everything: what a token may do is then decided by IAM alone. */
export const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform'

const STS = 'Google STS'
const IAM_CREDENTIALS = 'Google IAM credentials'

/** A Google access token. */
export interface AccessToken {
  readonly token: string
  readonly expiresAt?: Date
}

/**
 * Trades an ID token for a federated access token: `POST https://sts.googleapis.com/v1/token` (RFC 8693; Google
 * "Security Token Service API"). It represents the job itself, in the form `principal://iam.googleapis.com/…`.
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
export function federatedToken(federation: Federation, tools: Tools): Promise<AccessToken> {
  const { provider, audience, sts } = federation
  return tools.send({
    service: STS,
    method: 'POST',
    url: sts,
    audience,
    grantEnds: 'within the hour',
    prepare: async () =>
      formMessage({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: `${IAM}${provider}`,
        scope: CLOUD_PLATFORM,
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token: await tools.idToken(audience),
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      }),
    refusal: (answer) => stsRefusal(answer, federation),
    read: (answer) => ({
      token: credential(jsonObject(answer, STS, sts)['access_token'], 'access token', STS, tools.mask),
    }),
  })
}

/**
 * An access token of a service account, for an hour: `generateAccessToken` of the "IAM Service Account Credentials API",
 * asked with a federated token.
 *
 * @throws ActionError of {@link federatedToken} and {@link Tools.send}
 */
export function serviceAccountToken(
  federation: Federation,
  serviceAccount: string,
  scope: string,
  tools: Tools,
): Promise<AccessToken> {
  const { iamCredentials } = federation
  const url = new URL(`${iamCredentials}/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`)
  let federated: Promise<AccessToken> | undefined
  return tools.send({
    service: IAM_CREDENTIALS,
    method: 'POST',
    url,
    grantEnds: 'within the hour',
    prepare: async () => {
      federated ??= federatedToken(federation, tools)
      return {
        headers: {
          authorization: `Bearer ${(await federated).token}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify({ scope: [scope] }),
      }
    },
    refusal: (answer) => iamRefusal(answer, federation, serviceAccount, tools.environment),
    read: (answer) => {
      const body = jsonObject(answer, IAM_CREDENTIALS, url)
      const token = credential(body['accessToken'], 'access token', IAM_CREDENTIALS, tools.mask)
      const expiresAt = timeOf(body['expireTime'])
      return { token, ...(expiresAt && { expiresAt }) }
    },
  })
}
