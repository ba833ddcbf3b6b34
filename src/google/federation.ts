import type { Environment, Tools } from '../exchange.ts'
import { jsonObject, timeOf } from '../http/answer.ts'
import { credential } from '../identity/credential.ts'
import { judgeGoogle, judgeSts } from './refusal.ts'
import { IAM, STS, type Federation } from './settings.ts'

/** The scope of everything; what a token may do is then up to IAM alone. */
export const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform'

const IAM_CREDENTIALS = 'Google IAM credentials'

/** A Google access token. */
export interface AccessToken {
  readonly token: string
  readonly expiresAt?: Date
}

/**
 * Trades an ID token for a federated access token: `POST https://sts.googleapis.com/v1/token` (RFC 8693; Google
 * "Security Token Service API"). It stands for the job itself, in the form `principal://iam.googleapis.com/…`.
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
export function federatedToken({ provider, audience, sts }: Federation, tools: Tools): Promise<string> {
  return tools.send({
    service: STS,
    method: 'POST',
    url: sts,
    audience,
    prepare: async () => ({
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: `${IAM}${provider}`,
        scope: CLOUD_PLATFORM,
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token: await tools.idToken(audience),
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      }).toString(),
    }),
    judge: judgeSts,
    read: (answer) =>
      credential(jsonObject(answer, STS, sts)['access_token'], 'access token', STS, tools.conceal),
  })
}

/**
 * An access token of a service account, for an hour: `generateAccessToken` of the "IAM Service Account Credentials API".
 *
 * @param federated what {@link federatedToken} gave
 * @throws ActionError of {@link Tools.send}
 */
export function serviceAccountToken(
  federation: Federation,
  federated: string,
  serviceAccount: string,
  scope: string,
  tools: Tools,
): Promise<AccessToken> {
  const { iamCredentials } = federation
  const url = new URL(`${iamCredentials}/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`)
  return tools.send({
    service: IAM_CREDENTIALS,
    method: 'POST',
    url,
    prepare: () => ({
      headers: {
        authorization: `Bearer ${federated}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ scope: [scope] }),
    }),
    judge: (answer) => {
      const judgement = judgeGoogle(answer)
      if (answer.status !== 403 && answer.status !== 404) return judgement
      return {
        ...judgement,
        hint:
          judgement.hint ??
          `Grant roles/iam.workloadIdentityUser on the service account "${serviceAccount}" to "${principalSet(federation, tools.environment)}", and check that the account exists. A new grant takes up to 5 minutes to work.`,
      }
    },
    read: (answer) => {
      const body = jsonObject(answer, IAM_CREDENTIALS, url)
      const token = credential(body['accessToken'], 'access token', IAM_CREDENTIALS, tools.conceal)
      const expiresAt = timeOf(body['expireTime'])
      return { token, ...(expiresAt && { expiresAt }) }
    },
  })
}

/** The jobs of this repository, as members of an IAM policy. */
export function principalSet({ provider }: Federation, environment: Environment): string {
  const pool = provider.replace(/\/providers\/.*$/, '')
  return `principalSet:${IAM}${pool}/attribute.repository_id/${environment['GITHUB_REPOSITORY_ID'] ?? 'ID'}`
}
