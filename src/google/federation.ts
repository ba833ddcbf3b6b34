import { claimText, isImmutable, yamlText } from '../identity/claims.ts'
import { quoted, type ActionError } from '../errors.ts'
import type { Claims, Environment, Explanation, Tools } from '../exchange.ts'
import { jsonObject, member, timeOf, type Answer } from '../http/answer.ts'
import type { Judgement } from '../http/call.ts'
import { credential } from '../identity/credential.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** The scope of everything; what a token may do is then up to IAM alone. */
export const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform'

const STS = 'Google STS'
const IAM_CREDENTIALS = 'Google IAM credentials'
const IAM = '//iam.googleapis.com/'
const PROVIDER_INPUT = 'workload-identity-provider'
const PROVIDER_EXAMPLE =
  'projects/123456789012/locations/global/workloadIdentityPools/github/providers/octo-org'
const PROVIDER =
  /^projects\/([^/\s]+)\/locations\/global\/workloadIdentityPools\/[a-z\d-]{4,32}\/providers\/[a-z\d-]{4,32}$/
const SERVICE_ACCOUNT = /^[a-z\d][a-z\d-]*@[a-z\d.-]+\.gserviceaccount\.com$/
const UNIQUE_ID = /^\d{1,30}$/
const SERVICE_ACCOUNT_EXAMPLE = 'database@my-project.iam.gserviceaccount.com'

/** How the job's identity becomes one of Google Cloud. */
export interface Federation {
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER` */
  readonly provider: string
  /** Of the ID token. */
  readonly audience: string
  readonly sts: URL
  /** Base URL, with the version. */
  readonly iamCredentials: string
}

/** A Google access token. */
export interface AccessToken {
  readonly token: string
  readonly expiresAt?: Date
}

/** Reads `workload-identity-provider` and `audience`. */
export function readFederation(inputs: Inputs, environment: Environment): Federation {
  const given = inputs.required(PROVIDER_INPUT, PROVIDER_EXAMPLE)
  const provider = inputs.matching(
    PROVIDER_INPUT,
    given.replace(/^(?:https:)?\/\/iam\.googleapis\.com\//, ''),
    PROVIDER,
    'must be the full name of a workload identity provider',
    PROVIDER_EXAMPLE,
  )
  const project = PROVIDER.exec(provider)?.[1] ?? ''
  inputs.matching(
    PROVIDER_INPUT,
    project,
    /^\d+$/,
    'must hold the number of the project in place of its id',
    PROVIDER_EXAMPLE,
  )
  return {
    provider,
    audience: inputs.line('audience') || `https:${IAM}${provider}`,
    sts: new URL(`${googleEndpoint(inputs, environment, 'sts', 'sts.googleapis.com')}/token`),
    iamCredentials: googleEndpoint(inputs, environment, 'iamcredentials', 'iamcredentials.googleapis.com'),
  }
}

/**
 * Reads `service-account`. A database user is named after the account's e-mail, which is then required; otherwise it may
 * be left out, and is empty then, or be the account's unique id.
 */
export function readServiceAccount(inputs: Inputs, isDatabaseUser: boolean): string {
  const name = 'service-account'
  const given = isDatabaseUser ? inputs.required(name, SERVICE_ACCOUNT_EXAMPLE) : inputs.text(name)
  if (!isDatabaseUser && UNIQUE_ID.test(given)) return given
  const rule = `must be the e-mail of a service account, in lower case${isDatabaseUser ? '' : ', or its unique id'}`
  return inputs.matching(name, given, SERVICE_ACCOUNT, rule, SERVICE_ACCOUNT_EXAMPLE)
}

/**
 * Base URL of a Google API, version 1, without a slash at the end. `GHA_ENDPOINT_OVERRIDE_<name>` replaces it, version
 * and all, as in Google's own actions (google-github-actions/auth, "universe").
 *
 * @param name as in the variable's name: `iamcredentials`
 */
export function googleEndpoint(inputs: Inputs, environment: Environment, name: string, host: string): string {
  const variable = `GHA_ENDPOINT_OVERRIDE_${name}`
  const usual = `https://${host}/v1`
  return inputs.url(variable, environment[variable] || usual, usual).href.replace(/\/+$/, '')
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
          `Grant roles/iam.workloadIdentityUser on the service account "${serviceAccount}" to "${principalSet(federation, tools.environment)}", and check that there is such an account. A new grant takes up to 5 minutes to work.`,
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

/** What a Google API means by an answer that is not 2xx: `google.rpc.Status` (Google API design guide, AIP-193). */
export function judgeGoogle(answer: Answer): Judgement {
  const error = member(answer.json, 'error')
  const status = textOf(member(error, 'status'))
  const details = member(error, 'details')
  const reasons = Array.isArray(details) ? details.map((detail) => member(detail, 'reason')) : []
  return {
    reason: [status, textOf(member(error, 'message'))].filter((text) => text !== '').join(': '),
    ...(reasons.includes('SERVICE_DISABLED') && {
      hint: 'Enable that API in the Google Cloud project (gcloud services enable), and wait a few minutes.',
    }),
  }
}

/** What Google STS means by an answer that is not 2xx: an OAuth error (RFC 6749 section 5.2), or that of any Google API. */
function judgeSts(answer: Answer): Judgement {
  const code = member(answer.json, 'error')
  if (typeof code !== 'string') return judgeGoogle(answer)
  const description = textOf(member(answer.json, 'error_description'))
  return {
    reason: description === '' ? code : `${code}: ${description}`,
    // Google could not fetch the keys of GitHub's issuer: transient, though it says 400.
    ...(/connecting to the given credential's issuer/i.test(description) && { again: 2 }),
  }
}

/** What a person can do about a refusal by Google STS. By its error code: the texts are Google's to change. */
export function explainSts(
  { provider, audience }: Federation,
  error: ActionError,
  claims: Claims | undefined,
): Explanation {
  const { code, refused } = error
  if (code !== 'DENIED' || refused?.service !== STS) return {}
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  const settings = accepting(provider, audience, claims)
  switch (/^[a-z_]+(?=:|$)/.exec(refused.reason ?? '')?.[0]) {
    case 'invalid_grant':
      return {
        hint: `Google does not take the ID token. Its audience was "${audience}": the provider must list it among its allowed audiences; one that lists none takes "https:${IAM}${provider}". Its issuer was ${quoted(issuer) ?? 'that of GitHub'}: the provider must have the same.`,
        ...settings,
      }
    case 'unauthorized_client':
      return {
        hint: `The attribute condition of the provider does not accept this job. The subject (sub) of the ID token was ${quoted(subject) ?? 'another one'}.${
          isImmutable(subject ?? '')
            ? ' It has the immutable form, with the ids of owner and repository; a condition on repo:owner/repository:… does not match it.'
            : ''
        }`,
        ...settings,
      }
    case 'invalid_target':
      return {
        hint: `Check \`${PROVIDER_INPUT}\`: Google knows no such pool or provider, or it is disabled or deleted: "${provider}". A new one takes up to 5 minutes to work.`,
      }
    default:
      return {}
  }
}

/** The settings of a provider that accept this run and no other, as `gcloud … providers describe` prints them. */
function accepting(provider: string, audience: string, claims: Claims | undefined): Explanation {
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  const repositoryId = claimText(claims, 'repository_id')
  if (issuer === undefined || subject === undefined || repositoryId === undefined) return {}
  const condition = `assertion.repository_id == ${JSON.stringify(repositoryId)} && assertion.sub == ${JSON.stringify(subject)}`
  return {
    advice: 'These settings of the provider accept this run:',
    paste: [
      {
        language: 'yaml',
        content: [
          `# ${provider}`,
          `attributeCondition: ${yamlText(condition)}`,
          'attributeMapping:',
          '  attribute.repository_id: assertion.repository_id',
          '  google.subject: assertion.sub',
          'oidc:',
          ...(audience === `https:${IAM}${provider}`
            ? []
            : ['  allowedAudiences:', `    - ${yamlText(audience)}`]),
          `  issuerUri: ${yamlText(issuer)}`,
        ].join('\n'),
      },
    ],
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
