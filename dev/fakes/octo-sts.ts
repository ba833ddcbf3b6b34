import { errors, type JWTPayload } from 'jose'
import { parseDocument } from 'yaml'
import type { GitHub } from './github.ts'
import { formOf, Refusal, refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import { because, type Basis } from './issuer.ts'

/** How long the server remembers a trust policy, in ms (`trustPolicies` in octosts.go). */
const REMEMBERED = 5 * 60_000
/** What no subject and no audience may hold, nor may they be longer than 255 characters (oidcvalidate/validate.go). */
const BAD_SUBJECT = /[\s\p{C}"'`\\<>;&$(){}[\]]|^.{256,}$/u
const BAD_AUDIENCE = /[\s\p{C}"'`\\<>;|&$(){}[\]@]|^.{256,}$/u

/** A permission as GitHub's API names it; the server takes no other members. */
const PERMISSION = /^[a-z]+(_[a-z]+)*$/
const CLAIMS = ['issuer', 'subject', 'audience'] as const
/** Without the patterns of those, which no policy here has. */
const FIELDS = [...CLAIMS, 'claim_pattern', 'permissions']

export interface OctoStsOptions extends Omit<Basis, 'issue'> {
  readonly github: Pick<GitHub, 'createToken'>
  /** The server's own domain: the audience of policies that name none. A function, since it may depend on where the fake is served. */
  readonly domain: () => string
  /** What the GitHub App may do, by owner: `contents: write`; snake case. */
  readonly installations: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Text of `.github/chainguard/IDENTITY.sts.yaml`, by repository and identity. May be changed while the fake runs. */
  readonly policies: Record<string, Record<string, string>>
}

export interface OctoSts {
  readonly handler: Handler
  /** Of which scopes tokens were granted, oldest first. */
  readonly granted: readonly string[]
}

/** gRPC codes and the HTTP status of each. Source: google/rpc/code.proto. */
const CODES = { invalid: [3, 400], notFound: [5, 404], denied: [7, 403], unauthenticated: [16, 401] } as const

interface Policy {
  readonly rules: Partial<Record<(typeof CLAIMS)[number], string>>
  readonly claims: readonly (readonly [string, RegExp])[]
  readonly permissions: Readonly<Record<string, string>>
}

/** Octo STS as github.com/octo-sts/app runs it, with the GitHub App behind it. */
export function createOctoSts(options: OctoStsOptions): OctoSts {
  const { now, installations, policies } = options
  const granted: string[] = []
  /** The text of policies by repository and identity. */
  const remembered = new Map<string, { readonly text: string; readonly until: number }>()

  const handler = refusing(async (request) => {
    if (request.url.pathname !== '/sts/exchange' || !['GET', 'POST'].includes(request.method)) {
      return octoStsError(404, 5, 'Not Found')
    }
    return { status: 200, body: { token: await exchange(request), refreshToken: '', expiry: null } }
  })

  async function exchange(request: FakeRequest): Promise<string> {
    // A body in JSON is not looked at.
    const parameters = new URLSearchParams([
      ...request.url.searchParams,
      ...(request.method === 'POST' ? (formOf(request) ?? []) : []),
    ])
    const authorization = request.headers['authorization']
    if (authorization === undefined || authorization.includes(',')) {
      throw refusal('unauthenticated', 'expected exactly one authorization header')
    }
    // The policy decides on the audience.
    const claims = await options.verify(authorization.replace(/^Bearer /, '')).catch(
      because((error, claim) => {
        if (error instanceof errors.JWSInvalid) return refusal('invalid', 'invalid bearer token')
        // Its discovery document is fetched before the signature is looked at.
        if (claim === 'iss') return refusal('invalid', 'unable to fetch or create the provider')
        return refusal('unauthenticated', 'unable to verify bearer token')
      }),
    )
    const scope = parameters.get('scope') ?? ''
    const identity = parameters.get('identity') ?? ''
    if (scope === '') throw refusal('invalid', 'scope must be provided')
    if (identity === '') throw refusal('invalid', 'identity must be provided')

    const [owner = '', name = '.github'] = scope.split('/')
    const repository = `${owner}/${name}`
    const installation = installations[owner]
    if (installation === undefined) throw refusal('notFound', `no installation found for "${owner}"`)
    const policy = lookUp(repository, identity)
    check(policy, claims)
    const beyond = Object.entries(policy.permissions).some(
      ([scopeName, level]) => !['write', level].includes(installation[scopeName] ?? ''),
    )
    if (beyond) throw refusal('denied', 'token exchange failure (StatusUnprocessableEntity)')
    granted.push(scope)
    return options.github.createToken().token
  }

  /** The text of a policy: from memory, or else from GitHub. */
  function fetchText(repository: string, identity: string): string {
    const key = `${repository} ${identity}`
    const known = remembered.get(key)
    if (known !== undefined && now() < known.until) return known.text
    const text = policies[repository]?.[identity]
    if (text === undefined) throw refusal('notFound', `unable to find trust policy for "${identity}"`)
    remembered.set(key, { text, until: now() + REMEMBERED })
    return text
  }

  function lookUp(repository: string, identity: string): Policy {
    const text = fetchText(repository, identity)
    const fields = repository.endsWith('/.github') ? [...FIELDS, 'repositories'] : FIELDS
    const document = parseDocument(text)
    const content = document.toJS() as Record<string, unknown> | null
    if (
      document.errors.length > 0 ||
      content === null ||
      Object.keys(content).some((name) => !fields.includes(name)) ||
      Object.keys(content['permissions'] ?? {}).some((name) => !PERMISSION.test(name))
    ) {
      throw refusal('notFound', `unable to parse trust policy found for "${identity}"`)
    }
    try {
      return compile(content)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw refusal('notFound', `unable to compile trust policy found for "${identity}"`)
    }
  }

  function check(policy: Policy, claims: JWTPayload): void {
    const subject = claims.sub ?? ''
    const audiences = [claims.aud ?? []].flat()
    if (subject === '' || BAD_SUBJECT.test(subject)) throw refusal('invalid', 'invalid subject in token')
    if (audiences.some((audience) => audience === '' || BAD_AUDIENCE.test(audience))) {
      throw refusal('invalid', 'invalid audience in token')
    }
    for (const [name, value] of [
      ['issuer', claims.iss ?? ''],
      ['subject', subject],
    ] as const) {
      const rule = policy.rules[name]!
      if (value !== rule) throw refusal('denied', `trust policy: ${name} "${value}" did not match "${rule}"`)
    }
    const rule = policy.rules.audience ?? options.domain()
    if (!audiences.includes(rule)) {
      throw refusal('denied', `trust policy: audience "${rule}" did not match any of ["${audiences.join('" "')}"]`)
    }
    for (const [name, wanted] of policy.claims) {
      const value = claims[name]
      if (typeof value !== 'string') throw refusal('denied', `trust policy: expected claim "${name}" not a string`)
      if (!wanted.test(value)) {
        throw refusal('denied', `trust policy: claim "${name}" did not match "${wanted.source}"`)
      }
    }
  }

  return { handler, granted }
}

/** @throws SyntaxError where the rules of a policy are broken */
function compile(content: Record<string, unknown>): Policy {
  const rules: Policy['rules'] = {}
  for (const name of CLAIMS) {
    const exact = content[name]
    if (exact !== undefined) rules[name] = textOf(exact)
    else if (name !== 'audience') throw new SyntaxError(`no ${name}`)
  }
  return {
    rules,
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

/** Without a group, as the server has it: of `a|b` each alternative is anchored at one end only. */
function anchored(source: string): RegExp {
  return new RegExp(`^${source}$`)
}

function refusal(kind: keyof typeof CODES, message: string): Refusal {
  const [code, status] = CODES[kind]
  return new Refusal(octoStsError(status, code, message))
}

/** An error answer of Octo STS. */
export function octoStsError(status: number, code: number, message: string): FakeReply {
  return { status, body: { code, message, details: [] } }
}
