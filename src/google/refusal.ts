import { quoted, type ActionError } from '../errors.ts'
import type { Claims, Explanation } from '../exchange.ts'
import { member, type Answer } from '../http/answer.ts'
import type { Judgement } from '../http/call.ts'
import { aboutForm, claimText, yamlText } from '../identity/claims.ts'
import { IAM, PROVIDER_INPUT, STS, type Federation } from './settings.ts'

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
export function judgeSts(answer: Answer): Judgement {
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
function accepting(provider: string, audience: string, claims: Claims | undefined): Explanation {
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
