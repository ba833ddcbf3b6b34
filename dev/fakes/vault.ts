import { randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { patternOf, Refusal, refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import { because, type Basis } from './issuer.ts'
import { randomText } from './secrets.ts'

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
}

/** A version of a secret of KV version 2. */
export interface VaultVersion {
  readonly data: Readonly<Record<string, unknown>>
  readonly state?: 'deleted' | 'destroyed'
}

export interface VaultOptions extends Basis {
  /** Whether the job may save the tokens for its post stage. */
  readonly inState?: boolean
  /** The namespace in which everything is; the root's unless given. */
  readonly namespace?: string
  /** Whether `X-Vault-Request: true` is asked for, as agents and proxies do that are set up so. */
  readonly requireRequestHeader?: boolean
  /** Roles by mount path. May be changed while the fake runs. */
  readonly auth: Readonly<Record<string, Readonly<Record<string, VaultRole>>>>
  /** Secrets of KV version 2, by mount path and path. May be changed while the fake runs. */
  readonly engines: Record<string, Readonly<Record<string, readonly VaultVersion[]>>>
  /** Paths that may be read, by policy; `*` at the end matches anything. May be changed. */
  readonly policies: Record<string, readonly string[]>
}

/** A token that was issued. */
interface VaultToken {
  readonly token: string
  readonly type: 'service' | 'batch'
  readonly policies: readonly string[]
  /** In ms since the epoch. */
  readonly expiresAt: number
  usesLeft: number
  revoked: boolean
}

export interface Vault {
  readonly handler: Handler
  /** Every token issued, oldest first. */
  readonly tokens: readonly VaultToken[]
  /** Whether a token is good. */
  readonly alive: (token: string) => boolean
  /** Every token that is alive and can be revoked. */
  readonly living: () => readonly string[]
}

class VaultError extends Refusal {
  constructor(...error: Parameters<typeof vaultError>) {
    super(vaultError(...error))
  }
}

const DENIED = '1 error occurred:\n\t* permission denied\n\n'

/** A HashiCorp Vault server with JWT auth methods and KV engines, in one namespace. */
export function createVault(options: VaultOptions): Vault {
  const { now, issue, auth, engines, policies } = options
  const tokens: VaultToken[] = []

  function alive(text: string): boolean {
    const found = tokens.find(({ token }) => token === text)
    return found !== undefined && !found.revoked && found.usesLeft > 0 && now() < found.expiresAt
  }

  const handler = refusing(async (request) => {
    if (options.requireRequestHeader === true && request.headers['x-vault-request'] !== 'true')
      throw new VaultError(412, "missing 'X-Vault-Request' header")
    const path = /^\/v1\/(.+)$/s.exec(decodeURIComponent(request.url.pathname))?.[1]
    if (path === undefined) throw new VaultError(404)
    if (request.url.search !== '') throw new VaultError(400, 'no parameters are used here')
    const namespace = (request.headers['x-vault-namespace'] ?? '').replace(/^\/|\/$/g, '')
    const known = namespace === (options.namespace ?? '')
    const mount = Object.keys(auth).find((each) => known && path === `auth/${each}/login`)
    if (mount !== undefined) return logIn(request, mount)

    const bearer = tokens.find(({ token }) => token === request.headers['x-vault-token'])
    if (bearer === undefined || !alive(bearer.token)) {
      throw new VaultError(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n')
    }
    bearer.usesLeft--
    if (!known) throw noRoute(path)
    return path === 'auth/token/revoke-self' ? revoke(request, bearer) : read(request, path, bearer)
  })

  async function logIn(request: FakeRequest, mount: string): Promise<FakeReply> {
    if (!['POST', 'PUT'].includes(request.method)) throw new VaultError(405, 'unsupported operation')
    const body = JSON.parse(request.body) as Record<string, unknown>
    const { role: name, jwt } = body
    if (Object.keys(body).some((key) => !['role', 'jwt'].includes(key))) throw new VaultError(400, 'unknown field')
    if (typeof name !== 'string' || name === '') throw new VaultError(400, 'missing role')
    if (typeof jwt !== 'string' || jwt === '') throw new VaultError(400, 'missing token')
    const role = auth[mount]?.[name.toLowerCase()]
    if (role === undefined) throw new VaultError(400, `role "${name}" could not be found`)
    if (role.type === 'oidc') throw new VaultError(400, 'role with oidc role_type is not allowed')
    check(role, await verified(jwt, role))

    const { tokenType: type = 'service', ttl = 3_600, numUses = 0 } = role
    const token = `${type === 'batch' ? 'hvb' : 'hvs'}.${randomText(90)}`
    const given = [...(role.noDefaultPolicy === true ? [] : ['default']), ...role.policies]
    tokens.push({
      token,
      type,
      policies: given,
      expiresAt: now() + ttl * 1_000,
      usesLeft: numUses === 0 ? Infinity : numUses,
      revoked: false,
    })
    issue(`Vault token ${tokens.length}`, token, { inState: options.inState === true })
    return vaultAnswer({
      auth: {
        client_token: token,
        accessor: type === 'batch' ? '' : randomText(24),
        policies: given,
        token_policies: given,
        metadata: { role: name },
        lease_duration: ttl,
        renewable: type === 'service',
        entity_id: randomUUID(),
        token_type: type,
        orphan: true,
        mfa_requirement: null,
        num_uses: numUses,
      },
    })
  }

  async function verified(jwt: string, role: VaultRole): Promise<JWTPayload> {
    const invalid = (what: string): VaultError => new VaultError(400, `error validating token: ${what}`)
    // The role decides on the audience.
    const claims = await options.verify(jwt).catch(
      because((_, claim) => {
        if (claim === 'exp') return invalid('invalid expiration time (exp) claim: token is expired')
        if (claim === 'nbf') return invalid('invalid not before (nbf) claim: token not yet valid')
        if (claim === 'iss') return invalid('invalid issuer (iss) claim')
        return invalid('error verifying token signature: failed to verify id token signature')
      }),
    )
    if (role.boundSubject && claims.sub !== role.boundSubject) throw invalid('invalid subject (sub) claim')
    const audiences = role.boundAudiences ?? []
    if (audiences.length > 0 && ![claims.aud ?? []].flat().some((each) => audiences.includes(each)))
      throw invalid('invalid audience (aud) claim: audience claim does not match any expected audience')
    if (audiences.length === 0)
      throw new VaultError(400, 'audience claim found in JWT but no audiences bound to the role')
    return claims
  }

  function check({ boundClaims = {}, globs = false }: VaultRole, claims: JWTPayload): void {
    for (const [name, bound] of Object.entries(boundClaims)) {
      const value = claims[name]
      if (value === undefined) throw new VaultError(400, `error validating claims: claim "${name}" is missing`)
      const matches = [bound]
        .flat()
        .some((each) =>
          globs
            ? patternOf(each, { '*': '.*' }, 's').test(typeof value === 'string' ? value : JSON.stringify(value))
            : each === value,
        )
      if (!matches) {
        throw new VaultError(
          400,
          `error validating claims: claim "${name}" does not match any associated bound claim values`,
        )
      }
    }
  }

  function revoke(request: FakeRequest, bearer: VaultToken): FakeReply {
    if (!['POST', 'PUT'].includes(request.method)) throw new VaultError(405, 'unsupported operation')
    if (bearer.type === 'batch') throw new VaultError(400, 'batch tokens cannot be revoked')
    if (!bearer.policies.includes('default')) throw new VaultError(403, DENIED)
    bearer.revoked = true
    return { status: 204 }
  }

  function read(request: FakeRequest, path: string, bearer: VaultToken): FakeReply {
    const allowed = bearer.policies
      .flatMap((policy) => policies[policy] ?? [])
      .some((each) => (each.endsWith('*') ? path.startsWith(each.slice(0, -1)) : each === path))
    if (request.method !== 'GET' || !allowed) throw new VaultError(403, DENIED)
    const mount = Object.keys(engines).find((each) => path.startsWith(`${each}/`))
    const engine = mount === undefined ? undefined : engines[mount]
    if (mount === undefined || engine === undefined) throw noRoute(path)
    const rest = path.slice(mount.length + 1)
    if (!rest.startsWith('data/')) {
      const warning =
        "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv get' for this operation."
      return vaultAnswer({ warnings: [warning] }, 404)
    }
    const versions = engine[rest.slice('data/'.length)] ?? []
    const last = versions.at(-1)
    if (last === undefined) throw new VaultError(404)
    const metadata = {
      created_time: '2026-11-01T09:00:00.123456789Z',
      custom_metadata: null,
      deletion_time: last.state === 'deleted' ? '2026-11-20T09:00:00.123456789Z' : '',
      destroyed: last.state === 'destroyed',
      version: versions.length,
    }
    const gone = last.state !== undefined
    return vaultAnswer({ data: { data: gone ? null : last.data, metadata } }, gone ? 404 : 200)
  }

  return {
    handler,
    tokens,
    alive,
    living: () => tokens.filter(({ token, type }) => type === 'service' && alive(token)).map(({ token }) => token),
  }
}

/**
 * A role of the JWT method as it is written: what the body leaves out stays, but for the types, which fall back to their
 * defaults (vault-plugin-auth-jwt, path_role.go).
 */
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

function noRoute(path: string): VaultError {
  return new VaultError(404, `no handler for route "${path}". route entry not found.`)
}

/** An answer of Vault with everything that each has. */
export function vaultAnswer(parts: Readonly<Record<string, unknown>>, status = 200): FakeReply {
  return {
    status,
    body: {
      request_id: randomUUID(),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: null,
      warnings: null,
      auth: null,
      ...parts,
    },
  }
}

/** An error answer of Vault. */
export function vaultError(status: number, ...errors: readonly string[]): FakeReply {
  return { status, body: { errors } }
}
