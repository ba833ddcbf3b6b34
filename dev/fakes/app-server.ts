import { createHash, randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import {
  covers,
  effectiveSubjects,
  granted,
  matches,
  PolicyError,
  readPolicy,
  REPOSITORY_SCOPES,
  type Permissions,
  type Repositories,
} from './app-server-policies.ts'
import { appServerError, normalize, readRequest, refusal, type Wanted } from './app-server-request.ts'
import type { GitHub } from './github.ts'
import { refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import { because, type Basis } from './issuer.ts'
import { MISSING_TOKEN, platformRefusal, verifySignature, type SignaturePolicy } from './sigv4.ts'

const APP = 'GitHub Actions Access Manager'
/** All that a caller is told where it must not learn what there is. */
const NOT_AUTHORIZED = 'Not authorized'
const APP_URL = 'https://github.com/apps/access-manager-for-tests'

export interface AppServerOptions extends Omit<Basis, 'issue'> {
  readonly github: Pick<GitHub, 'createToken'>
  /** `GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE`. A function where it depends on where the fake is served. */
  readonly audiences: () => readonly string[]
  /** The owners that installed the GitHub App, which may do everything there; may be changed while the fake runs. */
  readonly installations: readonly string[]
  /** Policy files by repository; may be changed while the fake runs. */
  readonly repositories: Repositories
  /** Path in front of `/access_tokens`: `/stage` of an API gateway. */
  readonly prefix?: string
  /** Behind AWS IAM: signatures are checked first, the ID token comes in `x-authorization`. */
  readonly aws?: Pick<SignaturePolicy, 'service' | 'region' | 'credentials'>
}

/** What is wrong with one target; `repository` is absent where it is the owner itself. */
interface Issue {
  readonly repository?: string
  readonly texts: readonly string[]
}

/** An app server as github.com/qoomon/actions--access-token runs it, with the GitHub App behind it. */
export function createAppServer(options: AppServerOptions): { readonly handler: Handler } {
  const { prefix = '', aws } = options

  async function handler(request: FakeRequest): Promise<FakeReply> {
    if (aws === undefined) return answer(request)
    if (aws.service === 'execute-api' && ![home, `${prefix}/access_tokens`].includes(request.url.pathname)) {
      // Signed or not: what API Gateway says of a stage or a path that it does not have.
      return platformRefusal(aws, MISSING_TOKEN)
    }
    const signed = verifySignature(request, { ...aws, now: options.now, signed: ['x-authorization'] })
    if ('code' in signed) return platformRefusal(aws, signed)
    const { 'x-authorization': authorization = '', ...headers } = request.headers
    return answer({ ...request, headers: { ...headers, authorization } })
  }

  const home = prefix === '' ? '/' : prefix
  const answer = refusing(async ({ method, url, headers: given, body }) => {
    const id = { 'x-request-id': randomUUID() }
    if (url.pathname === home && method === 'GET') {
      const headers = { ...id, 'content-type': 'text/plain' }
      return { status: 200, headers, body: 'https://github.com/qoomon/actions--access-token' }
    }
    if (url.pathname !== `${prefix}/access_tokens` || method !== 'POST') {
      return { status: 404, headers: id, body: { status: 404, error: 'Not Found' } }
    }
    if (Buffer.byteLength(body) > 102_400) return appServerError(413, '')
    const claims = await authenticate(given['authorization'])
    const headers = { ...id, 'content-type': 'application/json' }
    return { status: 200, headers, body: JSON.stringify(decide(claims, normalize(readRequest(body), claims))) }
  })

  async function authenticate(authorization: string | undefined): Promise<JWTPayload> {
    if (authorization === undefined || authorization === '') throw refusal(401, 'Missing authorization header')
    const [scheme = '', token = ''] = authorization.split(' ')
    if (scheme !== 'Bearer') throw refusal(401, `Unexpected authorization scheme ${scheme}`)
    return options
      .verify(token, { audience: [...options.audiences()] })
      .catch(because(({ message }) => refusal(401, `Invalid token: ${message}`)))
  }

  function decide(claims: JWTPayload, wanted: Wanted): object {
    const { owner, repositories, permissions } = wanted
    // The server compares them letter by letter.
    const foreign = owner !== claims['repository_owner']
    const subjects = effectiveSubjects(claims)
    const deny = (...issues: Issue[]): never => {
      throw refusal(403, denial(owner, issues, subjects))
    }
    /** What a caller of the same owner is told; others are not told that there is anything. */
    const told = (text: string): string => (foreign ? NOT_AUTHORIZED : text)
    const select = (from: Permissions, which: (scope: string, level: string) => boolean): Permissions =>
      Object.fromEntries(Object.entries(from).filter(([scope, level]) => which(scope, level)))
    const lacking = (by: Permissions, from: Permissions): Permissions =>
      select(from, (scope, level) => !covers(by, scope, level))
    const unmet = (by: Permissions, from: Permissions, text: string): string[] =>
      Object.entries(lacking(by, from)).map(([scope, level]) => `${scope}: ${level} - ${text}`)
    const policyOf = (repository: string, kind: 'owner' | 'repository', name?: string) => {
      try {
        return readPolicy(options.repositories, repository, kind)
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error
        const detailed = kind === 'repository' || repository === claims['repository']
        const details = detailed ? error.details.map((text) => `\n- ${text.replaceAll('\n', '\n  ')}`) : []
        const texts = [told(`${error.message}${details.join('')}`)]
        return { ...(name !== undefined && { repository: name }), texts }
      }
    }

    if (!options.installations.some((each) => each.toLowerCase() === owner.toLowerCase()))
      return deny({ texts: [told(`'${APP}' has not been installed. Install from ${APP_URL}`)] })
    const ownerPolicy = policyOf(`${owner}/.github-access-token`, 'owner')
    if ('texts' in ownerPolicy) return deny(ownerPolicy)
    const immutable = String(claims.sub).includes('@')
    const ownSubjects = immutable
      ? [`repo:${owner}@${String(claims['repository_owner_id'])}/*:**`]
      : [`repo:${owner}/*:**`]
    if (!matches(ownerPolicy.allowedSubjects ?? ownSubjects, subjects)) {
      return deny({ texts: [told('OIDC token subject is not allowed by owner access policy')] })
    }
    const pending = lacking(granted(ownerPolicy, subjects), permissions)
    if (Object.keys(pending).length > 0) {
      const byOwnerAlone = select(pending, (scope) => !(scope in REPOSITORY_SCOPES))
      const byRepositories = repositories === 'ALL' ? {} : ownerPolicy.allowedRepositoryPermissions
      const beyondOwner = Object.keys(byOwnerAlone).length > 0 ? byOwnerAlone : lacking(byRepositories, pending)
      if (Object.keys(beyondOwner).length > 0 || repositories === 'ALL') {
        return deny({ texts: unmet({}, beyondOwner, told('Not allowed by owner access policy')) })
      }
      const issues = repositories.map((name): Issue => {
        const policy = policyOf(`${owner}/${name}`, 'repository', name)
        if ('texts' in policy) return policy
        const byRepository = granted(policy, subjects)
        if (Object.keys(byRepository).length === 0) return { repository: name, texts: [NOT_AUTHORIZED] }
        return { repository: name, texts: unmet(byRepository, pending, NOT_AUTHORIZED) }
      })
      if (issues.some((issue) => issue.texts.length > 0)) return deny(...issues)
    }

    const { token, expiresAt } = options.github.createToken()
    return {
      token,
      token_hash: Buffer.from(createHash('sha256').update(token).digest('hex')).toString('base64'),
      expires_at: new Date(expiresAt).toISOString(),
      permissions,
      ...(repositories !== 'ALL' && { repositories }),
      owner,
    }
  }

  return { handler }
}

function denial(owner: string, issues: readonly Issue[], subjects: readonly string[]): string {
  const blocks = issues.map(({ repository, texts }) => {
    const target = repository === undefined ? owner : `${owner}/${repository}`
    return `- ${target}:\n${texts.map((text) => `  - ${text.replaceAll('\n', '\n    ')}`).join('\n') || '  '}`
  })
  return `Issues:\n${blocks.join('\n')}\nEffective OIDC token subjects:\n${subjects.map((subject) => `- ${subject}`).join('\n')}`
}
