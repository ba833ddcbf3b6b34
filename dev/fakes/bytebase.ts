import { randomBytes, randomUUID } from 'node:crypto'
import { decodeJwt, errors, SignJWT, type JWTPayload } from 'jose'
import { bearerOf, Refusal, refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import type { Basis } from './issuer.ts'
import { createTokens, randomText } from './secrets.ts'

/** How long an API token lives, in s. */
const LIFETIME = 3_600

const IDENTITY = { name: '', state: '', email: '', title: '', createTime: '', workloadIdentityConfig: {} }
const CONFIG = { providerType: '', issuerUrl: '', jwksUrl: '', allowedAudiences: [] as string[], subjectPattern: '' }

export interface WorkloadIdentity {
  config: {
    issuerUrl: string
    /** Where the keys are, if not where the issuer says; empty: there. */
    jwksUrl?: string
    /** Empty, as in rows from before 3.22.1: none. */
    allowedAudiences: readonly string[]
    /** Exact, or a prefix that ends in `*`; what {@link isUnbound} matches nothing. */
    subjectPattern: string
  }
}

export interface BytebaseOptions extends Basis {
  /** By e-mail. May be changed while the fake runs. */
  readonly identities: Record<string, WorkloadIdentity>
  /** Path in front of `/v1`, if Bytebase is behind a reverse proxy. */
  readonly prefix?: string
}

export interface Bytebase {
  readonly handler: Handler
  /** Of an administrator, who may change workload identities. */
  readonly adminToken: string
  /** Whether the API takes the token at this moment. */
  readonly accepts: (token: string) => boolean
}

/** A Bytebase server from 3.22.1 on: the exchange of ID tokens, and the call that changes a workload identity. */
export function createBytebase(options: BytebaseOptions): Bytebase {
  const { now, identities, prefix = '' } = options
  const key = randomBytes(32)
  const adminToken = randomText(64)
  const tokens = createTokens(options)

  const handler = refusing(async (request) => {
    const { pathname } = request.url
    if (!pathname.startsWith(`${prefix}/v1/`)) return WEB_PAGE
    const path = decodeURIComponent(pathname.slice(prefix.length + '/v1/'.length))
    return { status: 200, body: await route(request, path) }
  })

  function route(request: FakeRequest, path: string): Promise<object> | object {
    const authorization = request.headers['authorization']
    if (authorization !== undefined && bearerOf(request) === undefined) {
      throw refusal('unauthenticated', 'authorization header format must be Bearer {token}')
    }
    if (request.method === 'POST' && path === 'auth:exchangeToken') return exchangeToken(readBody(request))
    const email = request.method === 'PATCH' ? /^workloadIdentities\/([^/]+)$/.exec(path)?.[1] : undefined
    if (email !== undefined) return updateBy(request, email)
    const { method, url } = request
    throw refusal(
      'noRoute',
      `not_found: gateway routing error 404: request method ${method}, URI ${url.pathname}${url.search}`,
    )
  }

  function updateBy(request: FakeRequest, email: string): object {
    if (bearerOf(request) !== adminToken) throw refusal('unauthenticated', 'access token not found')
    const identity = identityBy(email)
    const config = read(read(readBody(request), IDENTITY).workloadIdentityConfig, CONFIG)
    // Without it the gateway makes one of the fields inside the settings, which the server does not know.
    const mask = request.url.searchParams.get('update_mask')
    if (mask === 'workload_identity_config') identity.config = config
    return { name: `workloadIdentities/${email}`, email, workloadIdentityConfig: identity.config }
  }

  async function exchangeToken(body: Body): Promise<object> {
    const { token, email } = read(body, { token: '', email: '' })
    if (token === '') throw refusal('invalid', 'token is required')
    if (email === '') throw refusal('invalid', 'email is required')
    const identity = identityBy(email)
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
    return { accessToken: tokens.issue('Bytebase token', accessToken, LIFETIME, undefined) }
  }

  function identityBy(email: string): WorkloadIdentity {
    const identity = identities[email]
    if (identity === undefined) throw refusal('notFound', `workload identity "${email}" not found`)
    return identity
  }

  /** In the order of ValidateToken (backend/plugin/idp/wif/wif.go). */
  async function validate(token: string, config: WorkloadIdentity['config']): Promise<void> {
    const invalid = (why: string): Refusal => refusal('unauthenticated', `token validation failed: ${why}`)
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

  return { handler, adminToken, accepts: tokens.alive }
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

/** Whether a pattern could match subjects of everybody (ValidateSubjectPattern in backend/plugin/idp/wif/subject.go). */
function isUnbound(pattern: string): boolean {
  if (!pattern.endsWith('*')) return pattern.trim() === ''
  const prefix = pattern.slice(0, -1)
  if (prefix.includes('/')) return false
  return ['repo:', 'project_path:'].some((marker) => pattern.startsWith(marker) || marker.startsWith(prefix))
}

/** Why keys are not asked for at a URL (validateRemoteURL in backend/plugin/idp/wif/jwks.go). */
function whyUnasked(url: string, label: 'issuer URL' | 'JWKS URL'): string | undefined {
  if (!url.startsWith('https://')) return `${label} must use HTTPS: ${url}`
  const host = /^https:\/\/([^/:]*)/.exec(url)![1]!
  if (host === '') return `${label} must have a host: ${url}`
  const isPrivate = host === 'localhost' || /^(?:127|10|192\.168|172)\./.test(host)
  return isPrivate ? `${label} cannot be a private address: ${url}` : undefined
}

/*
 * What the gateway of Bytebase does with every message: it decodes JSON into fields of known names and types.
 */

/** Code and HTTP status. Source: google/rpc/code.proto. */
const CODES = {
  invalid: [3, 400],
  notFound: [5, 404],
  /** Of the gateway, before anything else is asked. */
  noRoute: [2, 404],
  denied: [7, 403],
  internal: [13, 500],
  unauthenticated: [16, 401],
} as const

function refusal(...error: Parameters<typeof bytebaseError>): Refusal {
  return new Refusal(bytebaseError(...error))
}

/** An error answer of Bytebase. */
export function bytebaseError(kind: keyof typeof CODES, message: string): FakeReply {
  const [code, status] = CODES[kind]
  return { status, body: { code, message } }
}

type Body = Record<string, unknown>

function readBody(request: FakeRequest): Body {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw refusal('invalid', 'the body must be application/json')
  }
  return JSON.parse(request.body) as Body
}

/**
 * The fields of a message, as the gateway's JSON decoder takes them: in lower camel case, and of their types. Any other is
 * an error; one that is left out has the value in `empty`.
 */
function read<T extends Body>(message: Body, empty: T): T {
  for (const [name, value] of Object.entries(message)) {
    const type = empty[name]
    if (type === undefined) throw refusal('invalid', `proto: (line 1:2): unknown field "${name}"`)
    if (value === null || typeof value !== typeof type || Array.isArray(value) !== Array.isArray(type)) {
      throw refusal('invalid', `proto: invalid value for field ${name}`)
    }
  }
  return { ...empty, ...message }
}
