import { randomBytes, randomUUID } from 'node:crypto'
import { decodeJwt, errors, SignJWT, type JWTPayload } from 'jose'
import { isUnbound, updateIdentity, whyUnasked, type WorkloadIdentity } from './bytebase/identities.ts'
import { object, objects, only, readBody, Refusal, text, texts, type Body } from './bytebase/messages.ts'
import { bearerOf, refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import type { Basis } from './issuer.ts'
import { createTokens, randomText } from './secrets.ts'

/** How long an API token lives, in s. */
const LIFETIME = 3_600
/** `emailRegex` in backend/common/util.go. */
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/

/** The calls of the API that make a release and a plan, each in a project. */
const CALLS = {
  releases: {
    rpc: 'ReleaseService/CreateRelease',
    permission: 'bb.releases.create',
    fields: ['type', 'files', 'vcsSource', 'category'],
  },
  plans: { rpc: 'PlanService/CreatePlan', permission: 'bb.plans.create', fields: ['title', 'description', 'specs'] },
}

export interface BytebaseOptions extends Basis {
  /** By e-mail. May be changed while the fake runs. */
  readonly identities: Record<string, WorkloadIdentity>
  /** Databases by the id of the project: `instances/…/databases/…`. */
  readonly projects: Readonly<Record<string, readonly string[]>>
  /** Path in front of `/v1`, if Bytebase is behind a reverse proxy. */
  readonly prefix?: string
}

export interface Bytebase {
  readonly handler: Handler
  /** Of an administrator, who may change workload identities. */
  readonly adminToken: string
  /** Whether the API takes the token at this moment. */
  readonly accepts: (token: string) => boolean
  /** What was made, by name, as the API shows it. */
  readonly resources: ReadonlyMap<string, Record<string, unknown>>
}

/** A Bytebase server from 3.22.1 on: the exchange of ID tokens, and the calls that make a release and a plan. */
export function createBytebase(options: BytebaseOptions): Bytebase {
  const { now, identities, projects, prefix = '' } = options
  const key = randomBytes(32)
  const adminToken = randomText(64)
  const resources = new Map<string, Record<string, unknown>>()
  /** E-mails by token. */
  const tokens = createTokens<string>(options)

  const handler = refusing(async (request) => {
    const { pathname } = request.url
    if (!pathname.startsWith(`${prefix}/v1/`)) return WEB_PAGE
    const path = decodeURIComponent(pathname.slice(prefix.length + '/v1/'.length))
    return { status: 200, body: await route(request, path) }
  })

  function route(request: FakeRequest, path: string): Promise<object> | object {
    const authorization = request.headers['authorization']
    if (authorization !== undefined && bearerOf(request) === undefined) {
      throw new Refusal('unauthenticated', 'authorization header format must be Bearer {token}')
    }
    if (request.method === 'POST' && path === 'auth:exchangeToken') return exchangeToken(readBody(request))
    const email = request.method === 'PATCH' ? /^workloadIdentities\/([^/]+)$/.exec(path)?.[1] : undefined
    return email === undefined ? callApi(request, path) : updateBy(request, email)
  }

  function updateBy(request: FakeRequest, email: string): object {
    if (bearerOf(request) !== adminToken) {
      identityOf(bearerOf(request))
      throw denied('WorkloadIdentityService/UpdateWorkloadIdentity', 'bb.workloadIdentities.update', [])
    }
    const identity = identityBy(email)
    updateIdentity(request, identity)
    return { name: `workloadIdentities/${email}`, email, workloadIdentityConfig: identity.config }
  }

  async function exchangeToken(body: Body): Promise<object> {
    only(body, ['token', 'email'])
    const token = text(body, 'token')
    const email = text(body, 'email')
    if (token === '') throw new Refusal('invalid', 'token is required')
    if (email === '') throw new Refusal('invalid', 'email is required')
    const identity = identityBy(email)
    if (identity.deactivated === true) {
      throw new Refusal('unauthenticated', 'workload identity has been deactivated')
    }
    await validate(token, identity.config)
    const seconds = Math.floor(now() / 1_000)
    const accessToken = await new SignJWT({ workspace_id: 'workspace-1', jti: randomUUID() })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('bytebase')
      .setAudience('bb.user.access')
      .setSubject(email)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + LIFETIME)
      .sign(key)
    return { accessToken: tokens.issue('Bytebase token', accessToken, LIFETIME, email) }
  }

  function identityBy(email: string): WorkloadIdentity {
    const invalid = (why: string): Refusal =>
      new Refusal('invalid', `invalid workload identity email "${email}": ${why}`)
    if (!EMAIL.test(email)) throw invalid('invalid email address')
    if (!/[@.]workload\.bytebase\.com$/.test(email)) throw invalid('email must end with workload.bytebase.com')
    const identity = identities[email]
    if (identity === undefined) throw new Refusal('notFound', `workload identity "${email}" not found`)
    return identity
  }

  /** In the order of ValidateToken (backend/plugin/idp/wif/wif.go). */
  async function validate(token: string, config: WorkloadIdentity['config']): Promise<void> {
    const invalid = (why: string): Refusal => new Refusal('unauthenticated', `token validation failed: ${why}`)
    const { issuerUrl, jwksUrl, allowedAudiences, subjectPattern } = config
    let claims: JWTPayload
    try {
      claims = decodeJwt(token)
    } catch (error) {
      throw invalid(`failed to parse token: ${String(error)}`)
    }
    const unasked = whyUnasked(issuerUrl, 'issuer URL') ?? (jwksUrl ? whyUnasked(jwksUrl, 'JWKS URL') : undefined)
    if (unasked !== undefined) throw invalid(`failed to fetch JWKS: ${unasked}`)
    try {
      await options.verify(token, { audience: claims.aud ?? [] })
    } catch (error) {
      // The signature is looked at first: what is wrong with a claim is found below.
      const isOfClaim = error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed
      if (!isOfClaim) throw invalid(`failed to verify token signature: ${String(error)}`)
    }
    if (claims.iss !== issuerUrl) {
      throw invalid(`issuer mismatch: expected "${issuerUrl}", got "${String(claims.iss)}"`)
    }
    const audiences = [claims.aud ?? []].flat()
    if (!audiences.some((audience) => audience !== '' && allowedAudiences.includes(audience))) {
      throw invalid(`audience mismatch: token has [${audiences.join(' ')}], allowed [${allowedAudiences.join(' ')}]`)
    }
    if (!matches(claims.sub ?? '', subjectPattern)) {
      throw invalid(`subject mismatch: expected pattern "${subjectPattern}", got "${String(claims.sub)}"`)
    }
    if (Math.floor(now() / 1_000) > (claims.exp ?? 0)) throw invalid('token has expired')
  }

  /** The identity of an API token, looked up anew for each request. */
  function identityOf(token: string | undefined): WorkloadIdentity {
    if (token === undefined) throw new Refusal('unauthenticated', 'access token not found')
    const identity = activeOf(token)
    if (identity === undefined) throw new Refusal('unauthenticated', 'failed to parse claim')
    return identity
  }

  function activeOf(token: string): WorkloadIdentity | undefined {
    const identity = identities[tokens.find(token) ?? '']
    return identity?.deactivated === true ? undefined : identity
  }

  function callApi(request: FakeRequest, path: string): object {
    const [, projectId = '', kind] = /^projects\/([^/]+)\/(releases|plans)$/.exec(path) ?? []
    if (request.method !== 'POST' || (kind !== 'releases' && kind !== 'plans')) {
      const { method, url } = request
      throw new Refusal(
        'noRoute',
        `not_found: gateway routing error 404: request method ${method}, URI ${url.pathname}${url.search}`,
      )
    }
    const { rpc, permission, fields } = CALLS[kind]
    const parent = `projects/${projectId}`
    const identity = identityOf(bearerOf(request))
    const body = readBody(request)
    only(body, fields)
    if (identity.permissions?.[projectId]?.includes(permission) !== true) throw denied(rpc, permission, [parent])
    const databases = projects[projectId]
    if (databases === undefined) throw new Refusal('notFound', `project "${parent}" not found`)
    const name = `${parent}/${kind}/${resources.size + 101}`
    const made = { name, ...(kind === 'releases' ? releaseOf(body, parent) : planOf(body, databases)) }
    resources.set(name, made)
    return made
  }

  function releaseOf(body: Body, parent: string): object {
    const invalid = (why: string): Refusal => new Refusal('invalid', `invalid release files: ${why}`)
    const files = objects(body, 'files').map((file) => {
      only(file, ['path', 'version', 'enableGhost', 'sheet', 'statement'])
      const [path, version] = [text(file, 'path'), text(file, 'version')]
      if (text(file, 'statement') === '') throw invalid(`either sheet or statement must be set for file "${path}"`)
      if (!/^\d+(\.\d+)*$/.test(version)) throw invalid(`invalid version "${version}"`)
      return { path, version, sheet: `${parent}/sheets/${randomText(64)}` }
    })
    if (files.length === 0) throw invalid('release files cannot be empty')
    return { type: text(body, 'type'), files }
  }

  /** Its specs are checked as validateSpecs does (plan_service.go). */
  function planOf(body: Body, databases: readonly string[]): object {
    const invalid = (why: string): Refusal => new Refusal('invalid', `failed to validate plan specs: ${why}`)
    const specs = objects(body, 'specs')
    if (specs.length === 0) throw invalid('the plan has zero spec')
    for (const spec of specs) {
      only(spec, ['id', 'changeDatabaseConfig', 'createDatabaseConfig'])
      if (text(spec, 'id') === '') throw invalid('spec id cannot be empty')
      const config = object(spec, 'changeDatabaseConfig')
      only(config, ['targets', 'sheet', 'release', 'enablePriorBackup'])
      const unknown = texts(config, 'targets').find((target) => !databases.includes(target))
      if (unknown !== undefined) throw invalid(`not_found: database "${unknown}" not found`)
      const release = text(config, 'release')
      if (!resources.has(release)) throw invalid(`release ${release.split('/').at(-1)!} not found`)
    }
    return { state: 'ACTIVE', title: text(body, 'title'), specs }
  }

  return { handler, adminToken, accepts: (token) => activeOf(token) !== undefined, resources }
}

/** As every service words it (backend/api/v1/acl.go). */
function denied(rpc: string, permission: string, resources: readonly string[]): Refusal {
  const method = `/bytebase.v1.${rpc}`
  const why = `permission denied for method "${method}", user does not have permission "${permission}", extra [${resources.join(' ')}]`
  const detail = {
    '@type': 'type.googleapis.com/bytebase.v1.PermissionDeniedDetail',
    method,
    requiredPermissions: [permission],
    resources,
  }
  return new Refusal('denied', why, [detail])
}

/** What every path outside `/v1` answers: the page of the single-page application. */
const WEB_PAGE: FakeReply = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html>\n<html><head><title>Bytebase</title></head><body><div id="app"></div></body></html>\n',
}

function matches(subject: string, pattern: string): boolean {
  if (isUnbound(pattern)) return false
  return pattern.endsWith('*') ? subject.startsWith(pattern.slice(0, -1)) : subject === pattern
}
