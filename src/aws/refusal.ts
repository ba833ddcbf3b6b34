import type { Claims, Explanation } from '../explanation.ts'
import type { Answer } from '../http/answer.ts'
import type { Refusal } from '../http/call.ts'
import { aboutForm, aboutPassing, claimText, namesRepository } from '../identity/claims.ts'
import { quoted } from '../text.ts'
import { awsError, awsRefusal, KEYS_TROUBLE, type AwsError } from './errors.ts'
import { ROLE_ARN } from './names.ts'
import { explainRefuser, policyOf, refuserIn } from './policies.ts'

/** The issuer of github.com's ID tokens. */
const GITHUB = 'token.actions.githubusercontent.com'

/** As AWS may name the trust policy. */
const OF_ROLE: readonly (string | undefined)[] = ['role trust policy', 'resource-based policy']

/** A role to assume. */
export interface Role {
  readonly roleArn: string
  /** Of AWS STS. */
  readonly endpoint: URL
  /** Of the ID token for STS. */
  readonly audience: string
}

/** What STS means by an answer that is not 2xx to a job that wants to assume a role. */
export function stsRefusal(answer: Answer, role: Role): Refusal {
  const error = awsError(answer)
  return awsRefusal(answer, error, (claims) => explain(role, error, claims))
}

function explain(role: Role, { code, message }: AwsError, claims: Claims | undefined): Explanation {
  const { roleArn, audience } = role
  const account = ROLE_ARN.exec(roleArn)?.groups?.['account'] ?? ''
  const issuer = claimText(claims, 'iss')?.replace('https://', '') ?? GITHUB
  const provider = `${account}:oidc-provider/${issuer}`
  switch (code) {
    case 'AccessDenied': {
      // Something in front, such as a bucket, says the same of another action.
      if (!message.includes('AssumeRoleWithWebIdentity')) return {}
      const refuser = refuserIn(message)
      if (refuser && (refuser.denies || !OF_ROLE.includes(refuser.kind)))
        return explainRefuser(refuser, `of the role "${roleArn}"`)
      const subject = claimText(claims, 'sub')
      const form = aboutForm(subject, { it: 'The subject' })
      return {
        hint: `Either the role "${roleArn}" does not exist, or its trust policy does not accept this job; AWS does not say which. The subject (sub) of the ID token was ${quoted(subject) ?? 'another one'}, its audience (aud) was "${audience}": change the conditions on ${issuer}:sub and ${issuer}:aud so that they match.${form}`,
        ...suggestPolicy(role, provider, issuer, claims),
      }
    }
    case 'InvalidIdentityToken':
      if (/audience/i.test(message)) {
        return {
          hint: `The audience of the ID token was "${audience}": add it to the audiences (client ids) of the IAM identity provider "${provider}".`,
        }
      }
      return KEYS_TROUBLE.test(message)
        ? keysHint(issuer)
        : {
            hint: `Check that there is an IAM identity provider "${provider}": with the URL https://${issuer} and the audience "${audience}".`,
          }
    case 'IDPCommunicationError':
      return keysHint(issuer)
    case 'RegionDisabledException':
      return { hint: 'Enable STS for that region in the account, or set another region.' }
    default:
      return {}
  }
}

function keysHint(issuer: string): Explanation {
  return {
    hint: `AWS could not fetch the keys of GitHub's ID tokens: https://${issuer} must be reachable from the internet.`,
  }
}

/** The trust policy by which a role accepts this run and no other; nothing if there can be none. */
function suggestPolicy(
  { roleArn, audience }: Role,
  provider: string,
  issuer: string,
  claims: Claims | undefined,
): Explanation {
  const subject = claimText(claims, 'sub')
  const repositoryId = claimText(claims, 'repository_id')
  // IAM puts values of its own in the place of ${…}.
  if (subject === undefined || subject.includes('${')) return {}
  const passing = aboutPassing(subject)
  if (passing !== undefined) return { advice: passing }
  const named = namesRepository(subject)
  // Of the issuers here, STS compares other claims than `sub` and `aud` for this one alone (AWS, "What's New" of January 2026).
  if (!named && (issuer !== GITHUB || repositoryId === undefined)) return {}
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: provider },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: audience,
        [`${issuer}:sub`]: subject,
        // Every repository with the same customization has this subject.
        ...(!named && { [`${issuer}:repository_id`]: repositoryId }),
      },
    },
  }
  return { advice: `With this trust policy, the role "${roleArn}" accepts this run:`, paste: [policyOf(statement)] }
}
