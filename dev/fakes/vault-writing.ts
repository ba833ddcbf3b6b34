/** A role of the JWT auth method. */
export interface VaultRole {
  readonly type?: 'jwt' | 'oidc'
  readonly boundAudiences?: readonly string[]
  readonly boundSubject?: string
  readonly boundClaims?: Readonly<Record<string, string | readonly string[]>>
  /** Whether `*` in bound claims matches anything. */
  readonly globs?: boolean
  readonly policies: readonly string[]
  readonly tokenType?: 'service' | 'batch'
  /** In s. */
  readonly ttl?: number
  /** How often a token may be used; without limit where left out. */
  readonly numUses?: number
  /** Whether the policy `default` is left out. */
  readonly noDefaultPolicy?: boolean
  /** Whether logins from this machine are refused. */
  readonly otherCidrs?: boolean
  readonly mfa?: boolean
}

export class VaultError extends Error {
  readonly status: number

  constructor(status: number, message = '') {
    super(message)
    this.status = status
  }
}

/** A role as it is written: what the body leaves out stays, but for the types, which fall back to their defaults. */
export function roleOf(body: Readonly<Record<string, unknown>>, before: VaultRole | undefined): VaultRole {
  const type = body['role_type'] ?? 'oidc'
  if (type !== 'jwt' && type !== 'oidc') throw new VaultError(400, `invalid 'role_type': ${JSON.stringify(type)}`)
  if (body['user_claim'] === undefined && before === undefined) {
    throw new VaultError(400, 'a user claim must be defined on the role')
  }
  if (type === 'oidc' && body['allowed_redirect_uris'] === undefined) {
    throw new VaultError(400, "'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.")
  }
  const given = {
    boundAudiences: body['bound_audiences'] as string[] | undefined,
    boundSubject: body['bound_subject'] as string | undefined,
    boundClaims: body['bound_claims'] as Record<string, string> | undefined,
    policies: body['token_policies'] as string[] | undefined,
  }
  const role: VaultRole = {
    policies: [],
    ...before,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    type,
    globs: body['bound_claims_type'] === 'glob',
  }
  const { boundAudiences = [], boundClaims = {}, boundSubject = '' } = role
  if (boundAudiences.length === 0 && boundSubject === '' && Object.keys(boundClaims).length === 0) {
    throw new VaultError(400, 'must have at least one bound constraint when creating/updating a role')
  }
  return role
}
