import { fullName, type Identity } from './identity.ts'
import type { Basis } from './issuer.ts'
import { randomText } from './secrets.ts'
import type { SigningKeys } from './sigv4.ts'
import { createSts, type Role, type Sts } from './sts.ts'

export const ROLE_ARN = 'arn:aws:iam::123456789012:role/github-actions'
export const USER_ARN = 'arn:aws:iam::123456789012:user/deploy'

/** An AWS account: a role that trusts the job, and a user with keys of its own. */
export interface AwsAccount {
  readonly sts: Sts
  /** By ARN; may be changed. */
  readonly roles: Record<string, Role>
  /** Keys of the user, for the environment; without an end. */
  readonly keys: SigningKeys
  readonly credentials: (accessKeyId: string) => SigningKeys | undefined
  /** Who signs with these keys, as IAM policies name it. */
  readonly principal: (keys: SigningKeys) => string
}

interface AwsAccountOptions extends Basis {
  readonly identity: Identity
  /** The one that the identity provider and the role list; `sts.amazonaws.com` unless given. */
  readonly audience?: string
}

export function createAwsAccount(options: AwsAccountOptions): AwsAccount {
  const { identity, audience = 'sts.amazonaws.com' } = options
  const subjects = [`repo:${fullName(identity)}:*`, `repo:${identity.owner}@*/${identity.repository}@*:*`]
  const roles: Record<string, Role> = { [ROLE_ARN]: { subjects, audience } }
  const sts = createSts({ ...options, roles, audiences: [audience] })
  const keys: SigningKeys = {
    accessKeyId: `AKIA${randomText(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    secretAccessKey: randomText(40),
  }
  return {
    sts,
    roles,
    keys,
    credentials: (id) => (id === keys.accessKeyId ? keys : sts.credentials(id)),
    principal: ({ accessKeyId }) =>
      sts.sessions.find((session) => session.keys.accessKeyId === accessKeyId)?.role ?? USER_ARN,
  }
}

/** Credentials as an earlier step leaves them in the environment. */
export function environmentOf({ accessKeyId, secretAccessKey, sessionToken }: SigningKeys): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
  }
}
