import { OWNER_SCOPES } from '../../dev/fakes/app-server-policies.ts'
import { createAppServer, type AppServer, type AppServerOptions } from '../../dev/fakes/app-server.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { createGitHub, type GitHub } from '../../dev/fakes/github.ts'
import type { Identity } from '../../dev/fakes/identity.ts'
import type { IssuerOptions } from '../../dev/fakes/issuer.ts'
import { ask, jsonOf, setStage, type Stage } from './fakes.ts'

export const ALL = Object.fromEntries(
  Object.entries(OWNER_SCOPES).map(([scope, levels]) => [scope, levels.at(-1)!]),
)
export const ANY = `'repo:octo-org@*/*:**'`

export const OWNER_POLICY = `
origin: octo-org/.github-access-token
allowed-repository-permissions: { contents: write, pull_requests: write, secrets: read }
statements:
  - subjects: [${ANY}]
    permissions: { members: read, metadata: read, issues: write }
`
export const policyOf = (name: string): string => `
origin: octo-org/${name}
statements:
  - subjects: ['repo:octo-org@*/workflows@*:ref:refs/heads/*']
    permissions: { contents: write, secrets: write }
  - subjects: ['repo:octo-org/workflows:workflow_ref:**']
    permissions: { pull-requests: read }
`

export interface Scene extends Stage {
  readonly github: GitHub
  readonly server: AppServer
  /** Sends a body to a path. */
  readonly send: (path: string, headers?: Record<string, string>, body?: unknown) => Promise<FakeReply>
  /** Sends a body with a valid ID token. */
  readonly post: (
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; message: string; json: Record<string, unknown> }>
}

/** Only the owner's own repositories have policies, these. */
export const policies = (
  owner: string,
  workflows = policyOf('workflows'),
): Pick<AppServerOptions, 'repositories'> => ({
  repositories: {
    'octo-org/.github-access-token': { 'access-token.yaml': owner },
    'octo-org/workflows': { '.github/access-token.yaml': workflows },
  },
})

/** Behind AWS IAM, where nobody has credentials. */
export const behind = (service: string): Pick<AppServerOptions, 'aws'> => ({
  aws: { service, region: 'eu-central-1', credentials: () => undefined },
})

export async function setScene(
  options: Partial<AppServerOptions> = {},
  identity: Partial<Identity> = {},
  claims: IssuerOptions['claims'] = {},
): Promise<Scene> {
  const stage = await setStage(identity, claims)
  const github = createGitHub(stage)
  const server = createAppServer({
    verify: stage.issuer.verify,
    now: stage.now,
    github,
    audiences: () => ['app.example'],
    installations: { 'octo-org': { permissions: ALL } },
    repositories: {
      'octo-org/.github-access-token': { 'access-token.yaml': OWNER_POLICY },
      'octo-org/workflows': { '.github/access-token.yml': policyOf('workflows') },
      'octo-org/target': { '.github/access-token.yaml': policyOf('target') },
    },
    ...options,
  })
  const send: Scene['send'] = async (path, headers = {}, body = '') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return ask(server.handler, 'POST', `https://app.example${path}`, headers, text)
  }
  return {
    ...stage,
    github,
    server,
    send,
    async post(body, headers = {}) {
      const authorization = `Bearer ${await stage.issuer.mint('app.example')}`
      const reply = await send(`${options.prefix ?? ''}/access_tokens`, { authorization, ...headers }, body)
      const json = jsonOf(reply)
      return { status: reply.status, message: String(json['message']), json }
    },
  }
}

export const READ = { permissions: { contents: 'read' } }
