import type { Environment } from '../exchange.ts'
import type { Claims, Explanation } from '../explanation.ts'
import { member, type Answer } from '../http/answer.ts'
import type { Refusal } from '../http/call.ts'
import { aboutForm, claimText } from '../identity/claims.ts'
import { quoted, yamlText } from '../text.ts'
import { IAM, PROVIDER_INPUT, type Federation } from './settings.ts'

/**
 * What a Google API means by an answer that is not 2xx: `google.rpc.Status` (Google API design guide, AIP-193).
 *
 * @param hint what to change, where the API itself is enabled
 */
export function googleRefusal(answer: Answer, hint?: string): Refusal {
  const error = member(answer.json, 'error')
  const status = textOf(member(error, 'status'))
  const details = member(error, 'details')
  const reasons = Array.isArray(details) ? details.map((detail) => member(detail, 'reason')) : []
  const what = reasons.includes('SERVICE_DISABLED')
    ? 'Enable that API in the Google Cloud project (gcloud services enable), and wait a few minutes.'
    : hint
  return {
    reason: [status, textOf(member(error, 'message'))].filter((text) => text !== '').join(': '),
    ...(what !== undefined && { explain: () => ({ hint: what }) }),
  }
}

/** What Google STS means by an answer that is not 2xx: an OAuth error (RFC 6749 section 5.2), or that of any Google API. */
export function stsRefusal(answer: Answer, federation: Federation): Refusal {
  const code = member(answer.json, 'error')
  if (typeof code !== 'string') return googleRefusal(answer)
  const description = textOf(member(answer.json, 'error_description'))
  return {
    reason: description === '' ? code : `${code}: ${description}`,
    // Google could not fetch the keys of GitHub's issuer: transient, though it says 400.
    ...(/connecting to the given credential's issuer/i.test(description) && { retry: { times: 2 } }),
    explain: (claims) => explainSts(federation, code, claims),
  }
}

/** What Google means by an answer that is not 2xx to a job that wants a token of a service account. */
export function iamRefusal(
  answer: Answer,
  federation: Federation,
  serviceAccount: string,
  environment: Environment,
): Refusal {
  if (answer.status !== 403 && answer.status !== 404) return googleRefusal(answer)
  return googleRefusal(
    answer,
    `Grant roles/iam.workloadIdentityUser on the service account "${serviceAccount}" to "${principalSet(federation, environment)}", and check that the account exists. A new grant takes up to 5 minutes to work.`,
  )
}

/** The jobs of this repository, as members of an IAM policy. */
export function principalSet({ provider }: Federation, environment: Environment): string {
  const pool = provider.replace(/\/providers\/.*$/, '')
  return `principalSet:${IAM}${pool}/attribute.repository_id/${environment['GITHUB_REPOSITORY_ID'] ?? 'ID'}`
}

/** By the error code of STS: the texts are Google's to change. */
function explainSts(
  { provider, audience }: Federation,
  code: string,
  claims: Claims | undefined,
): Explanation {
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  const settings = suggestSettings(provider, audience, claims)
  switch (code) {
    case 'invalid_grant':
      return {
        hint: `Google does not accept the ID token. Its audience was "${audience}": the provider must list it among its allowed audiences; a provider without a list accepts "https:${IAM}${provider}". Its issuer was ${quoted(issuer) ?? 'that of GitHub'}: the provider must have the same issuer.`,
        ...settings,
      }
    case 'unauthorized_client':
      return {
        hint: `The attribute condition of the provider does not accept this job. The subject (sub) of the ID token was ${quoted(subject) ?? 'another one'}.${aboutForm(subject, { byName: 'a condition on repo:owner/repository:…' })}`,
        ...settings,
      }
    case 'invalid_target':
      return {
        hint: `Check \`${PROVIDER_INPUT}\`: this pool or provider does not exist, is disabled or was deleted: "${provider}". A new one takes up to 5 minutes to work.`,
      }
    default:
      return {}
  }
}

/** The settings of a provider that accept this run and no other, as `gcloud … providers describe` prints them. */
function suggestSettings(provider: string, audience: string, claims: Claims | undefined): Explanation {
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  const repositoryId = claimText(claims, 'repository_id')
  if (issuer === undefined || subject === undefined || repositoryId === undefined) return {}
  // On two lines, so that the subject stays within the box of the job summary.
  const condition = [
    `  assertion.repository_id == ${JSON.stringify(repositoryId)} &&`,
    `  assertion.sub == ${JSON.stringify(subject)}`,
  ]
  return {
    advice: 'These settings of the provider accept this run:',
    paste: [
      {
        language: 'yaml',
        content: [
          `# ${provider}`,
          'attributeCondition: >-',
          ...condition,
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
