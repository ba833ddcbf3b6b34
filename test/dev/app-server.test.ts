import { describe, expect, test } from 'vitest'
import { effectiveSubjects, matches, OWNER_SCOPES } from '../../dev/fakes/app-server-policies.ts'
import { createAppServer, type AppServerOptions } from '../../dev/fakes/app-server.ts'
import { createGitHub, type GitHub } from '../../dev/fakes/github.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { claimsOf, defaultIdentity } from '../../dev/fakes/identity.ts'
import { ask, jsonOf, setStage, textOf, type Stage } from './fakes.ts'

/*
 * What the open server does, in its own words (qoomon/actions--access-token, server/src). What a body may be is asked in
 * test/docs/app-server-openapi.test.ts.
 */

const ALL = Object.fromEntries(Object.entries(OWNER_SCOPES).map(([scope, levels]) => [scope, levels.at(-1)!]))
const ANY = `'repo:octo-org@*/*:**'`
const OWNER_POLICY = `
origin: octo-org/.github-access-token
allowed-repository-permissions: { contents: write, pull_requests: write, secrets: read }
statements:
  - subjects: [${ANY}]
    permissions: { members: read, metadata: read, issues: write }
`
const policyOf = (name: string): string => `
origin: octo-org/${name}
statements:
  - subjects: ['repo:octo-org@*/workflows@*:ref:refs/heads/*']
    permissions: { contents: write, secrets: write }
  - subjects: ['repo:octo-org/workflows:workflow_ref:**']
    permissions: { pull-requests: read }
`
const READ = { permissions: { contents: 'read' } }
const SUBJECT = 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main'

/** Only the owner's own repositories have policies, these. */
const policies = (workflows: string): Pick<AppServerOptions, 'repositories'> => ({
  repositories: {
    'octo-org/.github-access-token': { 'access-token.yaml': OWNER_POLICY },
    'octo-org/workflows': { '.github/access-token.yaml': workflows },
  },
})

/** Behind AWS IAM, where nobody has credentials. */
const behind = (service: string): Pick<AppServerOptions, 'aws'> => ({
  aws: { service, region: 'eu-central-1', credentials: () => undefined },
})

interface Scene extends Stage {
  readonly github: GitHub
  readonly send: (path: string, headers?: Record<string, string>, body?: unknown) => Promise<FakeReply>
  /** Sends a body with a valid ID token. */
  readonly post: (body: unknown) => Promise<{ status: number; message: string; json: Record<string, unknown> }>
}

async function setScene(options: Partial<AppServerOptions> = {}): Promise<Scene> {
  const stage = await setStage()
  const github = createGitHub(stage)
  const { handler } = createAppServer({
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
  const send: Scene['send'] = async (path, headers = {}, body = '') =>
    ask(handler, 'POST', `https://app.example${path}`, headers, JSON.stringify(body))
  return {
    ...stage,
    github,
    send,
    async post(body) {
      const authorization = `Bearer ${await stage.issuer.mint('app.example')}`
      const reply = await send('/access_tokens', { authorization }, body)
      const json = jsonOf(reply)
      return { status: reply.status, message: String(json['message']), json }
    },
  }
}

describe('a token', () => {
  test.each<[object, string[] | undefined]>([
    [{ ...READ, repositories: ['workflows', 'octo-org/target'] }, ['workflows', 'target']],
    [{ ...READ, owner: 'octo-org', repositories: ['target'] }, ['target']],
    // The owner grants it in any repository.
    [{ permissions: { issues: 'write' }, repositories: ['other'] }, ['other']],
    [{ permissions: { members: 'read' } }, ['workflows']],
    // A level below, by several statements.
    [{ permissions: { contents: 'write', 'pull-requests': 'read' } }, ['workflows']],
    [{ permissions: { issues: 'read' }, repositories: 'ALL' }, undefined],
    [{ permissions: { issues: 'read' }, scope: 'owner' }, undefined],
  ])('is granted for %j', async (body, repositories) => {
    const { status, json } = await (await setScene()).post(body)
    expect([status, json['repositories']]).toEqual([200, repositories])
    expect('repositories' in json).toBe(repositories !== undefined)
  })
})

test('a token ends when GitHub says, and is for a bearer alone', async () => {
  const { post, send, now } = await setScene()
  expect((await post(READ)).json['expires_at']).toBe(new Date(now() + 3_600_000).toISOString())
  const refused = await send('/access_tokens', { authorization: 'bearer x' }, READ)
  expect(jsonOf(refused)).toMatchObject({ message: 'Unexpected authorization scheme bearer' })
})

/* What the real server says of a whole request that it denies is a line of dev/conformance; here is how it puts it. */
describe('a request is denied', () => {
  const OWN = '- octo-org/workflows:\n'
  const ABSENT = '- octo-org/absent:\n  - Access policy not found'
  test.each<[string, Partial<AppServerOptions>, object]>([
    [
      `is not authorized to read all access policy file(s) by 'single_file' permission`,
      { installations: { 'octo-org': { permissions: ALL, singleFilePaths: ['access-token.yaml'] } } },
      READ,
    ],
    [
      `  - contents: write - 'GitHub Actions Access Manager' installation not authorized\n  - secrets: read - 'GitHub`,
      { installations: { 'octo-org': { permissions: { contents: 'read' } } } },
      { permissions: { contents: 'write', secrets: 'read' } },
    ],
    [
      `${OWN}  - pull-requests: write - Not authorized\n${ABSENT}`,
      {},
      { permissions: { contents: 'read', 'pull-requests': 'write' }, repositories: ['workflows', 'absent'] },
    ],
    // A repository that grants nothing at all is not told of each permission.
    [`${OWN}  - Not authorized\nEffective`, policies('origin: octo-org/workflows'), READ],
    // With an empty list for a repository that grants all.
    [`${OWN}  \n${ABSENT}`, {}, { ...READ, repositories: ['workflows', 'absent'] }],
    [
      `${OWN}  - Invalid access policy\n    - - Unrecognized key: "statement"\nEffective`,
      policies('origin: octo-org/workflows\nstatement: []'),
      READ,
    ],
    [
      `${OWN}  - Invalid access policy\n    - Policy origin 'octo-org/target' does not match repository 'octo-org/workflows'\nEffective`,
      policies('origin: octo-org/target'),
      READ,
    ],
    // Nothing is said to another owner about why, nor where the owner is spelled in another case.
    ['- mona:\n  - Not authorized\nEffective', {}, { ...READ, owner: 'mona', repositories: ['x'] }],
    [
      '- acme:\n  - Not authorized\nEffective',
      {
        installations: { acme: { permissions: ALL } },
        repositories: { 'acme/.github-access-token': { 'access-token.yaml': 'origin: acme/.github-access-token' } },
      },
      { ...READ, owner: 'acme', repositories: ['x'] },
    ],
    ['- Octo-Org/absent:\n  - Not authorized\nEffective', {}, { ...READ, owner: 'Octo-Org', repositories: ['absent'] }],
  ])('%j', async (message, options, body) => {
    const { post, github } = await setScene(options)
    const reply = await post(body)
    expect(reply.status).toBe(403)
    expect(reply.message).toMatch(/^Issues:\n/)
    expect(reply.message).toContain(message)
    expect(reply.message).toContain(`\nEffective OIDC token subjects:\n- ${SUBJECT}\n- `)
    expect(github.issued).toEqual([])
  })
})

describe('subjects', () => {
  const subjects = effectiveSubjects(claimsOf(defaultIdentity))

  test.each([
    ['REPO:Octo-Org/Workflows:ref:refs/heads/MAIN', true],
    ['repo:octo-org/workflows:ref:refs/heads/*', true],
    ['repo:octo-org/*:**', true],
    ['repo:octo-org/workflows:ref:refs/heads/mai?', true],
    ['repo:octo-org/workflows:ref:refs/heads/mai', false],
    ['repo:octo-org/workflows:*', false],
    ['repo:octo-org/*', false],
    ['repo:octo-org/workflows:*:refs/heads/main', false],
    ['**', false],
    ['repo:octo.org/workflows:ref:refs/heads/main', false],
  ])('match %s: %s', (pattern, expected) => {
    expect(matches([pattern], subjects)).toBe(expected)
  })

  test.each([
    ["'repo:${origin}:ref:refs/heads/main'", true],
    ['ref:refs/heads/main', true],
    ['workflow_ref:/.github/workflows/release.yml@refs/heads/main', true],
    ['ref:refs/heads/other', false],
  ])('in a policy may be %s: %s', async (subject, granted) => {
    const policy = `origin: octo-org/workflows\nstatements: [{subjects: [${subject}], permissions: {contents: read}}]`
    const { post } = await setScene(policies(policy))
    expect((await post(READ)).status).toBe(granted ? 200 : 403)
  })
})

describe('behind AWS IAM, an unsigned request is refused by the platform', () => {
  test.each<[string, string, Record<string, string>, object | RegExp]>([
    ['lambda', '/access_tokens', {}, { Message: 'Forbidden' }],
    ['execute-api', '/access_tokens', {}, { message: 'Missing Authentication Token' }],
    // API Gateway has no other paths than those of its stage, signed or not.
    ['execute-api', '/tokens', { authorization: 'AWS4' }, { message: 'Missing Authentication Token' }],
    [
      'vpc-lattice-svcs',
      '/access_tokens',
      {},
      /^AccessDeniedException: User: anonymous is not authorized to perform: vpc-lattice-svcs:Invoke on /,
    ],
  ])('%s %s %j', async (service, path, headers, body) => {
    const { send } = await setScene({ prefix: '/stage', ...behind(service) })
    const reply = await send(`/stage${path}`, headers)
    expect(reply.status).toBe(403)
    if (body instanceof RegExp) expect(textOf(reply)).toMatch(body)
    else expect(jsonOf(reply)).toEqual(body)
  })
})
