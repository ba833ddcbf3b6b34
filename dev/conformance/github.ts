import { generateKeyPairSync } from 'node:crypto'
import { createGitHub } from '../fakes/github.ts'
import type { FakeReply, FakeRequest, Handler } from '../fakes/handler.ts'

/** The GitHub App of somebody else's server. */
export const APP_ID = 4711
export const GITHUB_HOST = 'api.github.com'

/** Where the app is installed, and what it may do there: GitHub's names of scopes, with underscores. */
export interface Installation {
  readonly id: number
  readonly ownerId: number
  permissions: Record<string, string>
  singleFilePaths: string[]
}

/** The GitHub that somebody else's app server talks to. State may be changed at any time. */
export interface GitHubForApps {
  readonly handler: Handler
  /** PKCS #1, PEM, as GitHub hands it out. */
  readonly privateKey: string
  /** By owner. */
  readonly installations: Record<string, Installation>
  /** Texts of files by path, by `owner/name`. */
  readonly repositories: Record<string, Record<string, string>>
  /** What a token was made for. */
  readonly grantOf: (token: string) => Grant | undefined
  readonly alive: (token: string) => boolean
}

export interface Grant {
  readonly permissions: Readonly<Record<string, string>>
  /** Bare names; absent for all repositories of the installation. */
  readonly repositories?: readonly string[]
}

const RANKS = ['read', 'write', 'admin']

/** GitHub's REST API for apps: as much of it as app servers use. It takes them at their word: they are not what is judged. */
export function createGitHubForApps(): GitHubForApps {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const issued = createGitHub({ now: Date.now, issue: () => undefined })
  const installations: Record<string, Installation> = {}
  const repositories: Record<string, Record<string, string>> = {}
  const grants = new Map<string, Grant>()

  function handler(request: FakeRequest): ReturnType<Handler> {
    const [first, second = '', third, fourth, ...rest] = request.url.pathname
      .slice(1)
      .split('/')
      .map(decodeURIComponent)
    if (first === 'installation') return issued.handler(request)
    if (first === 'repos') return contentOf(`${second}/${third!}`, [fourth, ...rest])
    if (first === 'users') {
      const installation = installations[second]
      if (installation === undefined) return NOT_FOUND
      return json(200, third === undefined ? { login: second, id: installation.ownerId } : described(second))
    }
    if (second === '') return json(200, { id: APP_ID, name: 'Access', html_url: 'https://github.com/apps/access' })
    if (fourth === 'access_tokens') return createToken(Number(third), request)
    return json(200, Object.keys(installations).map(described))
  }

  function described(owner: string): object {
    const { id, ownerId, permissions, singleFilePaths } = installations[owner]!
    return { id, account: { login: owner, id: ownerId }, permissions, single_file_paths: singleFilePaths }
  }

  /** `POST /app/installations/{id}/access_tokens`: never more than the installation has. */
  function createToken(id: number, request: FakeRequest): FakeReply {
    const [owner, installation] = Object.entries(installations).find(([, each]) => each.id === id) ?? []
    if (owner === undefined || installation === undefined) return NOT_FOUND
    const asked = JSON.parse(request.body || '{}') as { permissions?: Grant['permissions']; repositories?: string[] }
    const permissions = asked.permissions ?? installation.permissions
    for (const [scope, level] of Object.entries(permissions)) {
      if (RANKS.indexOf(level) > RANKS.indexOf(installation.permissions[scope] ?? '')) {
        return json(422, { message: 'The permissions requested are not granted to this installation.' })
      }
    }
    if (asked.repositories?.some((name) => repositories[`${owner}/${name}`] === undefined)) {
      return json(422, {
        message:
          'There is at least one repository that does not exist or is not accessible to the parent installation.',
      })
    }
    const { token, expiresAt } = issued.createToken()
    grants.set(token, { permissions, ...(asked.repositories && { repositories: asked.repositories }) })
    return json(201, {
      token,
      expires_at: new Date(expiresAt).toISOString().replace('.000', ''),
      permissions: { metadata: 'read', ...permissions },
      ...(asked.repositories && { repositories: asked.repositories.map((name) => ({ name })) }),
    })
  }

  /** `GET /repos/{owner}/{name}/contents/{path}` */
  function contentOf(repository: string, [kind, ...path]: (string | undefined)[]): FakeReply {
    const text = repositories[repository]?.[path.join('/')]
    if (kind !== 'contents' || text === undefined) return NOT_FOUND
    return json(200, { type: 'file', encoding: 'base64', content: Buffer.from(text).toString('base64') })
  }

  return {
    handler,
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    installations,
    repositories,
    grantOf: (token) => grants.get(token),
    alive: issued.alive,
  }
}

function json(status: number, body: object): FakeReply {
  return { status, body }
}

const NOT_FOUND = json(404, { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' })
