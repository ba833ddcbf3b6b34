import { decodeJwt, errors, type JWTPayload } from 'jose'
import { parseDocument } from 'yaml'
import type { GitHub } from './github.ts'
import { formOf, type FakeReply, type FakeRequest, type Handler, type Now } from './handler.ts'
import type { Issuer } from './issuer.ts'

/** How long the server remembers that there was no trust policy, in ms. */
const REMEMBERED = 5 * 60_000

const FIELDS = [
  'issuer',
  'issuer_pattern',
  'subject',
  'subject_pattern',
  'audience',
  'audience_pattern',
  'claim_pattern',
  'permissions',
]

export interface OctoStsOptions {
  readonly verify: Issuer['verify']
  readonly now: Now
  readonly github: Pick<GitHub, 'createToken'>
  /** The server's own domain: the audience of policies that name none. A function, since it may depend on where the fake is served. */
  readonly domain: () => string
  /** What the GitHub App may do, by owner: `contents: write`; snake case. */
  readonly installations: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Text of `.github/chainguard/IDENTITY.sts.yaml`, by repository and identity. May be changed while the fake runs. */
  readonly policies: Record<string, Record<string, string>>
  /** Issuers that an organization trusts, where it lists them. */
  readonly trustedIssuers?: Readonly<Record<string, readonly string[]>>
}

/** A token request that was granted. */
export interface Granted {
  readonly scope: string
  readonly identity: string
  readonly permissions: Readonly<Record<string, string>>
}

export interface OctoSts {
  readonly handler: Handler
  /** Oldest first. */
  readonly granted: readonly Granted[]
}

/** gRPC codes and the HTTP status of each. Source: google/rpc/code.proto. */
const CODES = { invalid: [3, 400], notFound: [5, 404], denied: [7, 403], unauthenticated: [16, 401] } as const

class Refusal extends Error {
  readonly kind: keyof typeof CODES

  constructor(kind: keyof typeof CODES, message: string) {
    super(message)
    this.kind = kind
  }
}

interface Policy {
  readonly text: Readonly<Partial<Record<'issuer' | 'subject' | 'audience', string>>>
  readonly pattern: Readonly<Partial<Record<'issuer' | 'subject' | 'audience', RegExp>>>
  readonly claims: readonly (readonly [string, RegExp])[]
  readonly permissions: Readonly<Record<string, string>>
}

/** Octo STS as github.com/octo-sts/app runs it, with the GitHub App behind it. */
export function createOctoSts(options: OctoStsOptions): OctoSts {
  const { now, installations, policies } = options
  const granted: Granted[] = []
  const missing = new Map<string, number>()

  async function handler(request: FakeRequest): Promise<FakeReply> {
    const { pathname } = request.url
    if (pathname !== '/sts/exchange' || !['GET', 'POST'].includes(request.method)) {
      return octoStsError(404, 5, 'Not Found')
    }
    try {
      return { status: 200, body: { token: await exchange(request), refreshToken: '', expiry: null } }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const [code, status] = CODES[error.kind]
      return octoStsError(status, code, error.message)
    }
  }

  async function exchange(request: FakeRequest): Promise<string> {
    // A body in JSON is not looked at.
    const parameters = new URLSearchParams([
      ...request.url.searchParams,
      ...(request.method === 'POST' ? (formOf(request) ?? []) : []),
    ])
    const authorization = request.headers['authorization']
    if (authorization === undefined || authorization.includes(',')) {
      throw new Refusal('unauthenticated', 'expected exactly one authorization header')
    }
    const claims = await verified(authorization.replace(/^Bearer /, ''))
    const identity = parameters.get('identity') ?? ''
    const scopes = new Set([...parameters.getAll('scopes'), ...parameters.getAll('scope')])
    if (scopes.size > 1) throw new Refusal('invalid', 'multiple scopes not supported')
    const [scope = ''] = scopes
    if (scope === '') throw new Refusal('invalid', 'scope must be provided')
    if (identity === '') throw new Refusal('invalid', 'identity must be provided')

    const [owner = '', name = '.github'] = scope.split('/')
    const installation = installations[owner]
    if (installation === undefined) throw new Refusal('notFound', `no installation found for "${owner}"`)
    const trusted = options.trustedIssuers?.[owner]
    if (trusted?.includes(String(claims.iss)) === false) {
      throw new Refusal('denied', 'issuer not permitted by organization policy')
    }
    const policy = lookUp(`${owner}/${name}`, identity)
    check(policy, claims)
    const beyond = Object.entries(policy.permissions).some(
      ([scopeName, level]) => !['write', level].includes(installation[scopeName] ?? ''),
    )
    if (beyond) throw new Refusal('denied', 'token exchange failure (StatusUnprocessableEntity)')
    granted.push({ scope, identity, permissions: policy.permissions })
    return options.github.createToken().token
  }

  async function verified(token: string): Promise<JWTPayload> {
    try {
      // The policy decides on the audience.
      return await options.verify(token, { audience: decodeJwt(token).aud ?? [] })
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      if (error instanceof errors.JWTInvalid) throw new Refusal('invalid', 'invalid bearer token')
      throw new Refusal('unauthenticated', 'unable to verify bearer token')
    }
  }

  function lookUp(repository: string, identity: string): Policy {
    const notFound = new Refusal('notFound', `unable to find trust policy for "${identity}"`)
    const key = `${repository} ${identity}`
    if (now() - (missing.get(key) ?? -Infinity) < REMEMBERED) throw notFound
    const text = policies[repository]?.[identity]
    if (text === undefined) {
      missing.set(key, now())
      throw notFound
    }
    const document = parseDocument(text)
    const content = document.toJS() as Record<string, unknown> | null
    if (
      document.errors.length > 0 ||
      content === null ||
      Object.keys(content).some((name) => !FIELDS.includes(name))
    ) {
      throw new Refusal('notFound', `unable to parse trust policy found for "${identity}"`)
    }
    try {
      return compile(content)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new Refusal('notFound', `unable to compile trust policy found for "${identity}"`)
    }
  }

  function check(policy: Policy, claims: JWTPayload): void {
    const subject = claims.sub ?? ''
    if (/["'`\\<>;&$(){}[\]]/.test(subject)) throw new Refusal('invalid', 'invalid subject in token')
    for (const [name, value] of [
      ['issuer', claims.iss ?? ''],
      ['subject', subject],
    ] as const) {
      const expected = policy.text[name]
      const pattern = policy.pattern[name]
      if (pattern?.test(value) === false) {
        throw new Refusal(
          'denied',
          `trust policy: ${name} "${value}" did not match pattern "${pattern.source}"`,
        )
      }
      if (expected !== undefined && value !== expected) {
        throw new Refusal('denied', `trust policy: ${name} "${value}" did not match "${expected}"`)
      }
    }
    const audiences = [claims.aud ?? []].flat()
    const expected = policy.text.audience ?? options.domain()
    const pattern = policy.pattern.audience
    const matched = pattern
      ? audiences.some((audience) => pattern.test(audience))
      : audiences.includes(expected)
    if (!matched) {
      const what = pattern ? `audience_pattern "${pattern.source}"` : `audience "${expected}"`
      throw new Refusal('denied', `trust policy: ${what} did not match any of ["${audiences.join('" "')}"]`)
    }
    for (const [name, wanted] of policy.claims) {
      const value = claims[name]
      if (value === undefined)
        throw new Refusal('denied', `trust policy: expected claim "${name}" not found in token`)
      if (!wanted.test(typeof value === 'string' ? value : JSON.stringify(value))) {
        throw new Refusal('denied', `trust policy: claim "${name}" did not match "${wanted.source}"`)
      }
    }
  }

  return { handler, granted }
}

/** @throws SyntaxError where the rules of a policy are broken */
function compile(content: Record<string, unknown>): Policy {
  const text: Partial<Record<'issuer' | 'subject' | 'audience', string>> = {}
  const pattern: Partial<Record<'issuer' | 'subject' | 'audience', RegExp>> = {}
  for (const name of ['issuer', 'subject', 'audience'] as const) {
    const [exact, loose] = [content[name], content[`${name}_pattern`]]
    if (exact !== undefined && loose !== undefined) throw new SyntaxError(`both ${name} and ${name}_pattern`)
    if (exact === undefined && loose === undefined && name !== 'audience') throw new SyntaxError(`no ${name}`)
    if (exact !== undefined) text[name] = textOf(exact)
    if (loose !== undefined) pattern[name] = anchored(textOf(loose))
  }
  return {
    text,
    pattern,
    claims: Object.entries(content['claim_pattern'] ?? {}).map(
      ([name, value]) => [name, anchored(textOf(value))] as const,
    ),
    permissions: (content['permissions'] ?? {}) as Record<string, string>,
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new SyntaxError('text expected')
  return value
}

function anchored(source: string): RegExp {
  return new RegExp(`^(?:${source})$`)
}

/** An error answer of Octo STS. */
export function octoStsError(status: number, code: number, message: string): FakeReply {
  return { status, body: { code, message, details: [] } }
}
