import type { Environment } from '../exchange.ts'
import type { Claims, Explanation } from '../explanation.ts'
import { member, textOf, type Answer } from '../http/answer.ts'
import type { Refusal } from '../http/call.ts'
import { aboutForm, aboutPassing, claimText } from '../identity/claims.ts'
import { quoted, yamlText } from '../text.ts'
import { IAM, PROVIDER_INPUT, type Federation } from './settings.ts'

/** Hints by the status of `google.rpc.Status`, where the API is enabled and no perimeter is in the way. */
export type Hints = Readonly<Record<string, string>>

/**
 * What a Google API means by an answer that is not 2xx: `google.rpc.Status` (Google API design guide, AIP-193). It has no
 * reason where the answer is not of that form.
 */
export function googleRefusal(answer: Answer, hints: Hints = {}): Refusal {
  const error = member(answer.json, 'error')
  const status = textOf(member(error, 'status'))
  if (status === '') return {}
  const message = textOf(member(error, 'message'))
  const details = member(error, 'details')
  const reasons = Array.isArray(details) ? details.map((detail) => member(detail, 'reason')) : []
  // Billing, a project that is not there and the like are refused with the same status, and no role helps.
  const isOther = reasons.some((reason) => reason !== undefined && reason !== 'IAM_PERMISSION_DENIED')
  const hint = reasons.includes('SERVICE_DISABLED')
    ? 'Enable that API in the Google Cloud project (gcloud services enable), and wait a few minutes.'
    : reasons.includes('SECURITY_POLICY_VIOLATED') || PERIMETER.test(message)
      ? 'A perimeter of VPC Service Controls blocks this request, whatever roles are granted: its administrators must add an ingress rule that allows it. The unique identifier in the message leads them to the request.'
      : status === 'PERMISSION_DENIED' && isOther
        ? undefined
        : hints[status]
  return {
    reason: [status, message].filter((text) => text !== '').join(': '),
    ...(hint !== undefined && { explain: () => ({ hint }) }),
  }
}

/** What VPC Service Controls say ("Troubleshoot common issues" in their documentation). */
const PERIMETER = /^Request is prohibited by organization's policy/

/** Google could not fetch the keys of GitHub's issuer: transient, though it says 400. */
const KEYS_TROUBLE = /^Error connecting to /i

/** What Google STS means by an answer that is not 2xx: an OAuth error (RFC 6749 section 5.2), or that of any Google API. */
export function stsRefusal(answer: Answer, federation: Federation): Refusal {
  const code = textOf(member(answer.json, 'error'))
  if (!/^[a-z]+(?:_[a-z]+)*$/.test(code)) return googleRefusal(answer)
  const description = textOf(member(answer.json, 'error_description'))
  return {
    reason: description === '' ? code : `${code}: ${description}`,
    ...(KEYS_TROUBLE.test(description) && { retry: { times: 2 } }),
    explain: (claims) => explainSts(federation, code, description, claims),
  }
}

/** What Google means by an answer that is not 2xx to a job that wants a token of a service account. */
export function iamRefusal(
  answer: Answer,
  federation: Federation,
  serviceAccount: string,
  environment: Environment,
): Refusal {
  const hint = `Grant roles/iam.workloadIdentityUser on the service account "${serviceAccount}" to "${principalSet(federation, environment)}", and check that the account exists. ${MAPPING} A new grant takes up to 5 minutes to work.`
  return googleRefusal(answer, { PERMISSION_DENIED: hint, NOT_FOUND: hint })
}

/** Without this mapping a principalSet by the id of the repository has no members (Google Cloud, "Workload Identity Federation"). */
export const MAPPING = 'The provider must map `attribute.repository_id=assertion.repository_id`.'

/** The jobs of this repository, as members of an IAM policy. */
export function principalSet({ provider }: Federation, environment: Environment): string {
  const pool = provider.replace(/\/providers\/.*$/, '')
  return `principalSet:${IAM}${pool}/attribute.repository_id/${environment['GITHUB_REPOSITORY_ID'] ?? 'ID'}`
}

/** What a person can do, by the code of STS and, where that says several things, by its words. */
function explainSts(
  federation: Federation,
  code: string,
  description: string,
  claims: Claims | undefined,
): Explanation {
  const { provider, audience } = federation
  const issuer = claimText(claims, 'iss')
  const subject = claimText(claims, 'sub')
  const settings = suggestSettings(provider, audience, claims)
  if (KEYS_TROUBLE.test(description)) {
    return {
      hint: `Google could not fetch the keys of GitHub's ID tokens: ${issuer ?? 'their issuer'} must be reachable from the internet.`,
    }
  }
  if (/\bis stale\b/.test(description)) {
    return { hint: 'Google considered the ID token too old, although it was new: run the job again.' }
  }
  // Google names the attribute: too long, of another type, or without a value.
  if (/mapped attribute|obtain a value for/i.test(description)) {
    return {
      hint: `Correct the attribute mapping of the provider "${provider}": each attribute must become text of at most 127 bytes, such as google.subject=assertion.sub. A condition does not belong in a mapping.`,
      ...settings,
    }
  }
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
  const passing = aboutPassing(subject)
  if (passing !== undefined) return { advice: passing }
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
          ...(audience === `https:${IAM}${provider}` ? [] : ['  allowedAudiences:', `    - ${yamlText(audience)}`]),
          `  issuerUri: ${yamlText(issuer)}`,
        ].join('\n'),
      },
    ],
  }
}
