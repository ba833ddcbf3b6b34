import type { CredentialSource } from '../../../aws/credentials.ts'
import { codeOf } from '../../../aws/errors.ts'
import type { ActionError } from '../../../errors.ts'
import type { Explanation } from '../../../exchange.ts'
import type { Settings } from './exchange.ts'

/** What a hint speaks of. */
interface Refusal {
  readonly secret: string
  readonly region: string
  readonly source: CredentialSource
  /** Whether the credentials are those in the environment. */
  readonly fromEnvironment: boolean
  /** In the words of AWS. */
  readonly reason: string
}

/** What a person can do, by the code of AWS. */
const EXPLANATIONS = new Map<string, (refusal: Refusal) => Explanation>([
  [
    'ResourceNotFoundException',
    ({ secret, region, reason }) => ({
      hint: /staging label|VersionId/i.test(reason)
        ? `The secret "${secret}" exists but has no value: store one.`
        : `Check \`secret\` and \`region\`: in "${region}" the account of the credentials has no secret "${secret}". A secret in another account needs its full ARN.`,
    }),
  ],
  [
    'InvalidParameterException',
    ({ secret }) => ({
      hint: `Check \`secret\`: AWS does not accept "${secret}" as the name or the ARN of a secret.`,
    }),
  ],
  [
    'InvalidRequestException',
    ({ secret, region, reason }) => ({
      hint: /deletion|deleted/i.test(reason)
        ? `Restore the secret (aws secretsmanager restore-secret --region ${region} --secret-id ${secret}), or use another one.`
        : `The secret "${secret}" cannot be read in its present state: aws secretsmanager describe-secret shows it.`,
    }),
  ],
  [
    'DecryptionFailure',
    () => ({
      hint: `AWS cannot decrypt the secret: check that its KMS key is enabled, and that the key's policy allows kms:Decrypt.`,
    }),
  ],
  [
    'AccessDeniedException',
    ({ secret, region, source, reason }) =>
      /\bKMS\b/.test(reason)
        ? {
            hint: `The credentials can read the secret but cannot use its KMS key: allow them kms:Decrypt on it.`,
          }
        : {
            hint: `The credentials are not allowed to read the secret: allow them secretsmanager:GetSecretValue on "${secret}". For a secret in another account, its resource policy and its KMS key must allow them, too.`,
            ...policyFor(secret, region, source),
          },
  ],
  [
    'UnrecognizedClientException',
    ({ region, fromEnvironment }) => ({
      hint: fromEnvironment
        ? 'AWS does not know the credentials in the environment: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, which belong together, and `region`.'
        : `AWS does not know the role's credentials in "${region}": check that the account has this region enabled.`,
    }),
  ],
  [
    'ExpiredTokenException',
    ({ fromEnvironment }) => ({
      hint: fromEnvironment
        ? 'The AWS credentials in the environment have expired: get new ones right before this step, or set role-arn.'
        : 'The credentials of the role were new: run the job again.',
    }),
  ],
  [
    'InvalidSignatureException',
    ({ fromEnvironment }) => ({
      hint: fromEnvironment
        ? 'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.'
        : 'Something between the runner and AWS changes requests: check the proxy and AWS_ENDPOINT_URL_SECRETS_MANAGER.',
    }),
  ],
])

/** What a person can do about a refusal by AWS Secrets Manager. */
export function explain({ region, source }: Settings, secret: string, error: ActionError): Explanation {
  // The clock is to blame, and what to do stands on its page.
  if (error.code === 'CLOCK_SKEWED') return {}
  const explanation = EXPLANATIONS.get(codeOf(error))
  const reason = error.refused?.reason ?? ''
  return explanation?.({ secret, region, source, fromEnvironment: 'credentials' in source, reason }) ?? {}
}

/** The policy that lets the role read this secret and no other. */
function policyFor(secret: string, region: string, source: CredentialSource): Explanation {
  if (!('roleArn' in source)) return {}
  const [, partition = '', , , account = ''] = source.roleArn.split(':')
  const arn = secret.startsWith('arn:')
    ? secret
    : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`
  const statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: arn }
  return {
    advice: `With this policy, the role "${source.roleArn}" can read only this secret:`,
    paste: [
      {
        language: 'json',
        content: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2),
      },
    ],
  }
}
