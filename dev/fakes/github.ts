import type { FakeReply, FakeRequest, Handler, Now } from './handler.ts'
import { createTokens, randomText, type Issue, type Tokens } from './secrets.ts'

/** How long an installation token lives, in s. */
const LIFETIME = 3_600
const REVOKE = 'DELETE /installation/token'
const LIST = 'GET /installation/repositories'

interface GitHubOptions {
  readonly now: Now
  readonly issue: Issue
  /** Path of the API: `/api/v3` on GitHub Enterprise Server. */
  readonly basePath?: string
}

/** An installation token. */
interface InstallationToken {
  readonly token: string
  /** In ms since the epoch. */
  readonly expiresAt: number
}

/** The part of GitHub that installation tokens come from and go back to. */
export interface GitHub extends Pick<Tokens, 'alive' | 'living'> {
  /** `DELETE {basePath}/installation/token`, and `GET {basePath}/installation/repositories` for who uses a token. */
  readonly handler: Handler
  /** Makes a token that is good from now on. */
  readonly createToken: () => InstallationToken
  /** Tokens that were issued and revoked, in the order of revocation. */
  readonly revoked: readonly string[]
  /** Every token issued, oldest first. */
  readonly issued: readonly string[]
}

export function createGitHub(options: GitHubOptions): GitHub {
  const { now, basePath = '' } = options
  const tokens = createTokens(options, true)
  const issued: string[] = []
  const revoked: string[] = []

  function handler(request: FakeRequest): FakeReply {
    if (request.headers['user-agent'] === undefined) {
      return { status: 403, body: 'Request forbidden by administrative rules. A User-Agent header is required.' }
    }
    const version = request.headers['x-github-api-version']
    if (version !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(version)) {
      return error(400, `${version} is not a supported version`)
    }
    const { pathname } = request.url
    const call = pathname.startsWith(basePath) ? `${request.method} ${pathname.slice(basePath.length)}` : ''
    if (call !== REVOKE && call !== LIST) return error(404, 'Not Found')
    const authorization = request.headers['authorization']
    if (authorization === undefined) return error(401, 'Requires authentication')
    const token = /^(?:bearer|token) (\S+)$/i.exec(authorization)?.[1]
    if (token === undefined || !tokens.alive(token)) return error(401, 'Bad credentials')
    if (call === LIST) return { status: 200, body: { total_count: 0, repositories: [] } }
    tokens.revoke(token)
    revoked.push(token)
    return { status: 204 }
  }

  return {
    handler,
    createToken() {
      const token = tokens.issue('GitHub token', stateless(), LIFETIME, undefined)
      issued.push(token)
      return { token, expiresAt: Math.floor(now() / 1_000 + LIFETIME) * 1_000 }
    },
    ...tokens,
    revoked,
    issued,
  }
}

function error(status: number, message: string): FakeReply {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } }
}

/** The form since April 2026: `ghs_{APPID}_{JWT}`, about 520 characters with dots. */
function stateless(): string {
  return `ghs_123456_${[40, 380, 86].map((length) => randomText(length)).join('.')}`
}
