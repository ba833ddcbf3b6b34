import type { JWTPayload } from 'jose'
import { bearerOf, formOf, Refusal, refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import { because, type Basis } from './issuer.ts'
import { createTokens, randomText, type Tokens } from './secrets.ts'

const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform'
/** How long access tokens live, in s. */
const LIFETIME = 3_600

/** A workload identity provider. */
export interface Provider {
  /** Without any, the provider's own name with `https:` is the audience. */
  readonly allowedAudiences?: readonly string[]
  /** The attribute condition. */
  readonly condition?: (claims: JWTPayload) => boolean
  readonly disabled?: boolean
}

export interface GoogleOptions extends Basis {
  /** By full name, `projects/NUMBER/…`. May be changed while the fake runs. */
  readonly providers: Record<string, Provider>
  /** Members with `roles/iam.workloadIdentityUser`, by e-mail. May be changed while the fake runs. */
  readonly serviceAccounts: Record<string, readonly string[]>
  /** E-mails of service accounts by unique id. */
  readonly uniqueIds?: Readonly<Record<string, string>>
}

/** What an access token represents. */
interface AccessToken {
  /** As an IAM policy names it: several for a federated token, one for that of a service account. */
  readonly members: readonly string[]
  readonly scopes: readonly string[]
  /** In ms since the epoch. */
  readonly expiresAt: number
}

/** Google Cloud, as far as workload identity federation goes. */
export interface Google {
  /** `POST /v1/token` */
  readonly sts: Handler
  /** `POST /v1/projects/-/serviceAccounts/{email}:generateAccessToken` */
  readonly iamCredentials: Handler
  /** A Google API, which takes a bearer with the scope for everything; `answer` may throw an {@link ApiError}. */
  readonly api: (answer: (request: FakeRequest, bearer: AccessToken) => object) => Handler
  /** The access token issued under this text, unless it has ended. */
  readonly token: Tokens<AccessToken>['find']
}

/** HTTP statuses of `google.rpc.Code`. */
const STATUSES = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
} as const

/** An error of a Google API. */
export class ApiError extends Refusal {
  constructor(...error: Parameters<typeof apiError>) {
    super(apiError(...error))
  }
}

const GRANT: Readonly<Record<string, RegExp>> = {
  grant_type: /^urn:ietf:params:oauth:grant-type:token-exchange$/,
  requested_token_type: /^urn:ietf:params:oauth:token-type:access_token$/,
  subject_token_type: /^urn:ietf:params:oauth:token-type:(jwt|id_token)$/,
  scope: /^https:\S+( https:\S+)*$/,
  audience:
    /^\/\/iam\.googleapis\.com\/projects\/\d+\/locations\/global\/workloadIdentityPools\/[^/]+\/providers\/[^/]+$/,
  subject_token: /^[\w-]+\.[\w-]+\.[\w-]+$/,
}

export function createGoogle(options: GoogleOptions): Google {
  const { now, providers, serviceAccounts } = options
  const tokens = createTokens<AccessToken>(options)
  const newToken = (name: string, about: Omit<AccessToken, 'expiresAt'>): string =>
    tokens.issue(name, `ya29.${randomText(300)}`, LIFETIME, { ...about, expiresAt: now() + LIFETIME * 1_000 })

  const sts = refusing(async (request) => ({ status: 200, body: await exchange(request) }))
  const refusal = (code: string, description: string): Refusal => new Refusal(stsError(code, description))

  async function exchange(request: FakeRequest): Promise<object> {
    if (request.method !== 'POST' || request.url.pathname !== '/v1/token') {
      throw refusal('invalid_request', 'There is no such method')
    }
    if (request.headers['authorization'] !== undefined) {
      throw refusal('invalid_client', 'No client authentication is supported here')
    }
    const form = formOf(request)
    if (form === undefined) throw refusal('invalid_request', 'The content type is not supported')
    for (const [name, rule] of Object.entries(GRANT)) {
      const [value, ...more] = form.getAll(name)
      if (value === undefined || more.length > 0 || !rule.test(value)) {
        throw refusal(name === 'scope' ? 'invalid_scope' : 'invalid_request', `Invalid value for "${name}".`)
      }
    }
    for (const name of form.keys()) {
      if (!(name in GRANT)) throw refusal('invalid_request', `Unknown parameter ${name}`)
    }
    const name = form.get('audience')!.slice('//iam.googleapis.com/'.length)
    const provider = providers[name]
    if (provider === undefined || provider.disabled === true) {
      throw refusal(
        'invalid_target',
        'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
      )
    }
    const claims = await verified(form.get('subject_token')!, name, provider)
    if (provider.condition?.(claims) === false) {
      throw refusal('unauthorized_client', 'The given credential is rejected by the attribute condition.')
    }
    const pool = name.replace(/\/providers\/.*/, '')
    const members = [
      `principal://iam.googleapis.com/${pool}/subject/${claims.sub!}`,
      `principalSet://iam.googleapis.com/${pool}/attribute.repository_id/${String(claims['repository_id'])}`,
      `principalSet://iam.googleapis.com/${pool}/*`,
    ]
    return {
      access_token: newToken('federated token', { members, scopes: form.get('scope')!.split(' ') }),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: LIFETIME,
    }
  }

  async function verified(idToken: string, name: string, provider: Provider): Promise<JWTPayload> {
    const audience = [...(provider.allowedAudiences ?? [`https://iam.googleapis.com/${name}`])]
    return options.verify(idToken, { audience }).catch(
      because((_, claim, { iat = 0, aud, iss }) => {
        const words: Partial<Record<string, string>> = {
          exp: `ID Token issued at ${iat} is stale to sign-in.`,
          aud: `The audience in ID Token [${String(aud)}] does not match the expected audience.`,
          iss: `The issuer in ID Token ${String(iss)} does not match the expected ones.`,
        }
        return refusal('invalid_grant', words[String(claim)] ?? 'Invalid JWT signature.')
      }),
    )
  }

  function api(answer: (request: FakeRequest, bearer: AccessToken) => object): Handler {
    return refusing((request) => {
      const bearer = tokens.find(bearerOf(request) ?? '')
      if (bearer === undefined) {
        throw new ApiError(
          'UNAUTHENTICATED',
          'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
          'ACCESS_TOKEN_TYPE_UNSUPPORTED',
        )
      }
      if (!bearer.scopes.includes(CLOUD_PLATFORM)) {
        throw new ApiError(
          'PERMISSION_DENIED',
          'Request had insufficient authentication scopes.',
          'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
        )
      }
      return { status: 200, body: answer(request, bearer) }
    })
  }

  const iamCredentials = api((request, bearer) => {
    const account = /^\/v1\/projects\/-\/serviceAccounts\/([^/]+):generateAccessToken$/.exec(
      decodeURIComponent(request.url.pathname),
    )?.[1]
    if (request.method !== 'POST' || account === undefined) throw new ApiError('NOT_FOUND', 'Method not found.')
    const email = options.uniqueIds?.[account] ?? account
    const scopes = scopesOf(request)
    if (serviceAccounts[email]?.some((user) => bearer.members.includes(user)) !== true) {
      throw new ApiError(
        'PERMISSION_DENIED',
        "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
        'IAM_PERMISSION_DENIED',
      )
    }
    return {
      accessToken: newToken('service account token', { members: [`serviceAccount:${email}`], scopes }),
      expireTime: new Date(now() + LIFETIME * 1_000).toISOString().replace(/\.\d+/, ''),
    }
  })

  return { sts, iamCredentials, api, token: tokens.find }
}

function scopesOf(request: FakeRequest): string[] {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    throw new ApiError('INVALID_ARGUMENT', 'Invalid content type.')
  }
  const body = JSON.parse(request.body) as Record<string, unknown>
  const unknown = Object.keys(body).find((key) => !['scope', 'delegates', 'lifetime'].includes(key))
  if (unknown !== undefined) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`,
    )
  }
  const { scope } = body
  const isList = Array.isArray(scope) && scope.length > 0
  if (!isList || !scope.every((each) => /^https:\/\/www\.googleapis\.com\/auth\/[\w.-]+$/.test(String(each)))) {
    throw new ApiError('INVALID_ARGUMENT', 'Request contains an invalid argument: scope.')
  }
  return scope as string[]
}

/** An error answer of Google STS. */
export function stsError(code: string, description: string, status = 400): FakeReply {
  return { status, body: { error: code, error_description: description } }
}

/** An error answer of a Google API. */
export function apiError(status: keyof typeof STATUSES, message: string, reason?: string): FakeReply {
  const code = STATUSES[status]
  const domain = reason?.startsWith('IAM_') === true ? 'iam.googleapis.com' : 'googleapis.com'
  const details = reason === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain }]
  return { status: code, body: { error: { code, message, status, details } } }
}
