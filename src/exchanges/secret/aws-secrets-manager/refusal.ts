import { awsError, awsRefusal, type AwsError } from '../../../aws/errors.ts'
import type { CredentialSource } from '../../../aws/credentials.ts'
import { explainRefuser, policyOf, refuserIn } from '../../../aws/policies.ts'
import type { Explanation } from '../../../explanation.ts'
import type { Answer } from '../../../http/answer.ts'
import type { Refusal } from '../../../http/call.ts'
import { quoted } from '../../../text.ts'

/** What AWS was asked for, and as whom. */
interface Asked {
  readonly secret: string
  readonly region: string
  readonly source: CredentialSource
}

/** What AWS Secrets Manager means by an answer that is not 2xx. */
export function refusal(answer: Answer, asked: Asked): Refusal {
  const error = awsError(answer)
  return {
    ...awsRefusal(answer, error, () => explain(asked, error)),
    ...(error.code === 'ResourceNotFoundException' && { missing: quoted(asked.secret) }),
  }
}

function explain(asked: Asked, { code, message }: AwsError): Explanation {
  if (code === 'AccessDeniedException') return explainDenied(asked, message)
  const hint = HINTS.get(code)?.(asked, message)
  return hint === undefined ? {} : { hint }
}

const isOfRole = ({ source }: Asked): boolean => 'roleArn' in source

/** What a person can do, by the code of AWS. */
const HINTS = new Map<string, (asked: Asked, message: string) => string>([
  [
    'ResourceNotFoundException',
    ({ secret, region }, message) =>
      /staging label|VersionId/i.test(message)
        ? `The secret "${secret}" exists but has no value: store one.`
        : `Check \`secret\` and \`region\`: in "${region}" the account of the credentials has no secret "${secret}". A secret in another account needs its full ARN.`,
  ],
  [
    'InvalidParameterException',
    ({ secret }) => `Check \`secret\`: AWS does not accept "${secret}" as the name or the ARN of a secret.`,
  ],
  ['InvalidRequestException', hintForState],
  [
    'DecryptionFailure',
    () =>
      `AWS cannot decrypt the secret: check that its KMS key is enabled, and that the key's policy allows kms:Decrypt.`,
  ],
  [
    'UnrecognizedClientException',
    (asked) =>
      isOfRole(asked)
        ? `AWS does not know the role's credentials in "${asked.region}": check that the account has this region enabled.`
        : 'AWS does not know the credentials in the environment: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, which belong together, and `region`.',
  ],
  [
    'ExpiredTokenException',
    (asked) =>
      isOfRole(asked)
        ? 'The credentials of the role were new: run the job again.'
        : 'The AWS credentials in the environment have expired: get new ones right before this step, or set role-arn.',
  ],
  [
    'InvalidSignatureException',
    (asked) =>
      isOfRole(asked)
        ? 'Something between the runner and AWS changes requests: check the proxy and AWS_ENDPOINT_URL_SECRETS_MANAGER.'
        : 'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.',
  ],
])

/** The secret is there, but not to be read as it is. */
function hintForState({ secret, region }: Asked, message: string): string {
  if (/deletion|deleted/i.test(message)) {
    return `Restore the secret (aws secretsmanager restore-secret --region ${region} --secret-id ${secret}), or use another one.`
  }
  return /default KMS/i.test(message)
    ? 'The secret belongs to another account, which its default key (aws/secretsmanager) cannot be shared with: encrypt it with a KMS key of your own, and allow kms:Decrypt on that in the policy of the key and in one of the role.'
    : `The secret "${secret}" cannot be read in its present state: aws secretsmanager describe-secret shows it.`
}

function explainDenied({ secret, region, source }: Asked, message: string): Explanation {
  const refuser = refuserIn(message)
  const isOfKey = /\bKMS\b/i.test(message)
  if (refuser && (refuser.denies || refuser.kind !== 'identity-based policy')) {
    return explainRefuser(refuser, isOfKey ? 'of its KMS key' : `of the secret "${secret}"`)
  }
  if (isOfKey) {
    return { hint: 'The credentials can read the secret but cannot use its KMS key: allow them kms:Decrypt on it.' }
  }
  if (!message.includes('secretsmanager:GetSecretValue')) return {}
  return {
    hint: `The credentials are not allowed to read the secret: allow them secretsmanager:GetSecretValue on "${secret}". For a secret in another account, its resource policy and its KMS key must allow them, too.`,
    ...suggestPolicy(secret, region, source),
  }
}

/** The policy that lets the role read this secret and no other. */
function suggestPolicy(secret: string, region: string, source: CredentialSource): Explanation {
  if (!('roleArn' in source)) return {}
  const [, partition = '', , , account = ''] = source.roleArn.split(':')
  const arn = secret.startsWith('arn:')
    ? secret
    : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`
  const statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: arn }
  return {
    advice: `With this policy, the role "${source.roleArn}" can read only this secret:`,
    paste: [policyOf(statement)],
  }
}
