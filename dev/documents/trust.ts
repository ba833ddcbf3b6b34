import { ROLE_ARN, type AwsAccount } from '../fakes/aws-account.ts'
import type { Identity } from '../fakes/identity.ts'
import { fenceOf } from './fences.ts'

/** In the conditions of AWS. */
const PROVIDER = 'token.actions.githubusercontent.com'

/** Gives the role of an account the trust policy of a page. Examples without an environment represent jobs that it accepts. */
export function trustAsIn(page: string, account: AwsAccount, { environment }: Identity): void {
  if (environment !== undefined) trust(account, fenceOf(page, 'json', /AssumeRoleWithWebIdentity/))
}

/** Gives the role of an account a trust policy. */
export function trust({ roles }: AwsAccount, policy: string): void {
  const [{ Condition }] = (JSON.parse(policy) as TrustPolicy).Statement
  const { [`${PROVIDER}:aud`]: audience, [`${PROVIDER}:sub`]: subject } = Condition.StringEquals
  roles[ROLE_ARN] = { subjects: [subject!], audience: audience! }
}

interface TrustPolicy {
  readonly Statement: readonly [{ readonly Condition: { readonly StringEquals: Record<string, string> } }]
}
