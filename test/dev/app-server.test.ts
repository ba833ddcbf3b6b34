import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  effectiveSubjects,
  matches,
  OWNER_SCOPES,
  REPOSITORY_SCOPES,
} from '../../dev/fakes/app-server-policies.ts'
import { createAppServer, type AppServer, type AppServerOptions } from '../../dev/fakes/app-server.ts'
import { createGitHub, type GitHub } from '../../dev/fakes/github.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { claimsOf, defaultIdentity, type Identity } from '../../dev/fakes/identity.ts'
import type { IssuerOptions } from '../../dev/fakes/issuer.ts'
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
const policies = (
  owner: string,
  workflows = policyOf('workflows'),
): Pick<AppServerOptions, 'repositories'> => ({
  repositories: {
    'octo-org/.github-access-token': { 'access-token.yaml': owner },
    'octo-org/workflows': { '.github/access-token.yaml': workflows },
  },
})

/** Behind AWS IAM, where nobody has credentials. */
const behind = (service: string): Pick<AppServerOptions, 'aws'> => ({
  aws: { service, region: 'eu-central-1', credentials: () => undefined },
})

interface Scene extends Stage {
  readonly github: GitHub
  readonly server: AppServer
  readonly send: (path: string, headers?: Record<string, string>, body?: unknown) => Promise<FakeReply>
  /** Sends a body with a valid ID token. */
  readonly post: (
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; message: string; json: Record<string, unknown> }>
}

async function setScene(
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

describe('a token', () => {
  test('is granted in the shape of the server, and is one of GitHub', async () => {
    const { post, github, now } = await setScene()
    const { status, json } = await post(READ)
    const token = String(json['token'])
    expect(status).toBe(200)
    expect(json).toEqual({
      token,
      token_hash: Buffer.from(createHash('sha256').update(token).digest('hex')).toString('base64'),
      expires_at: new Date(now() + 3_600_000).toISOString(),
      permissions: { contents: 'read' },
      repositories: ['workflows'],
      owner: 'octo-org',
    })
    expect(github.alive(token)).toBe(true)
  })

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

  test('is granted under a path, and pretty where asked', async () => {
    const { server, send, issuer } = await setScene({ prefix: '/stage' })
    const authorization = `Bearer ${await issuer.mint('app.example')}`
    const reply = await send('/stage/access_tokens?pretty', { authorization }, READ)
    expect(textOf(reply)).toMatch(/^\{\n {2}"token"/)
    const lost = await send('/access_tokens', { authorization }, READ)
    expect(jsonOf(lost)).toEqual({ status: 404, error: 'Not Found' })
    expect((await ask(server.handler, 'GET', 'https://app.example/stage')).status).toBe(200)
  })

  test('is granted by another owner that allows the subject', async () => {
    const { post } = await setScene({
      installations: { acme: { permissions: ALL } },
      repositories: {
        'acme/.github-access-token': {
          'access-token.yaml': `origin: acme/.github-access-token\nallowed-subjects: [${ANY}]\nallowed-repository-permissions: {contents: read}`,
        },
        'acme/x': {
          '.github/access-token.yaml': `origin: acme/x\nstatements: [{subjects: [${ANY}], permissions: {contents: read}}]`,
        },
      },
    })
    const { json } = await post({ ...READ, repositories: ['acme/x'] })
    expect(json).toMatchObject({ owner: 'acme', repositories: ['x'] })
  })
})

describe('an ID token is refused', () => {
  test.each<[Record<string, string>, string]>([
    [{}, 'Missing authorization header'],
    [{ authorization: 'bearer x' }, 'Unexpected authorization scheme bearer'],
    [{ authorization: 'Bearer x' }, 'Invalid token: Invalid Compact JWS'],
  ])('for the headers %j', async (headers, message) => {
    const reply = await (await setScene()).send('/access_tokens', headers, READ)
    expect(reply.status).toBe(401)
    expect(jsonOf(reply)).toMatchObject({ error: 'Unauthorized', message })
  })

  test.each([
    [{ aud: 'other.example' }, 'Invalid token: unexpected "aud" claim value'],
    [{ iss: 'https://ghes.example/_services/token' }, 'Invalid token: unexpected "iss" claim value'],
    [{ nbf: 4_102_444_800 }, 'Invalid token: "nbf" claim timestamp check failed'],
    [{ exp: 1 }, 'Invalid token: "exp" claim timestamp check failed'],
  ])('with the claims %j', async (claims, message) => {
    expect(await (await setScene({}, {}, claims)).post(READ)).toMatchObject({ status: 401, message })
  })

  test('of a subject that is not among the allowed', async () => {
    const refusing = await setScene({ allowedSubjects: ['repo:octo-org@*/other@*:*'] })
    expect(await refusing.post(READ)).toMatchObject({
      status: 401,
      message: 'Invalid Token: unexpected "sub" claim value',
    })
    const allowing = await setScene({ allowedSubjects: ['repo:octo-org@*'] })
    expect((await allowing.post(READ)).status).toBe(200)
  })
})

/* What the real server says of a whole request that it denies is a line of dev/conformance; here is how it puts it. */
describe('a request is denied', () => {
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
      '- octo-org/workflows:\n  - pull-requests: write - Not authorized\n- octo-org/absent:\n  - Access policy not found',
      {},
      { permissions: { contents: 'read', 'pull-requests': 'write' }, repositories: ['workflows', 'absent'] },
    ],
    // A repository that grants nothing at all is not told of each permission.
    [
      '- octo-org/workflows:\n  - Not authorized\nEffective',
      policies(OWNER_POLICY, 'origin: octo-org/workflows'),
      READ,
    ],
    // With an empty list for a repository that grants all.
    [
      '- octo-org/workflows:\n  \n- octo-org/absent:\n  - Access policy not found',
      {},
      { ...READ, repositories: ['workflows', 'absent'] },
    ],
    [
      `- octo-org/workflows:\n  - Invalid access policy\n    - - Unrecognized key: "statement"\nEffective`,
      policies(OWNER_POLICY, 'origin: octo-org/workflows\nstatement: []'),
      READ,
    ],
    [
      `- octo-org/workflows:\n  - Invalid access policy\n    - Policy origin 'octo-org/target' does not match repository 'octo-org/workflows'\nEffective`,
      policies(OWNER_POLICY, 'origin: octo-org/target'),
      READ,
    ],
    // Nothing is said to another owner about why, nor where the owner is spelled in another case.
    ['- mona:\n  - Not authorized\nEffective', {}, { ...READ, owner: 'mona', repositories: ['x'] }],
    [
      '- acme:\n  - Not authorized\nEffective',
      {
        installations: { acme: { permissions: ALL } },
        repositories: {
          'acme/.github-access-token': { 'access-token.yaml': 'origin: acme/.github-access-token' },
        },
      },
      { ...READ, owner: 'acme', repositories: ['x'] },
    ],
    [
      '- Octo-Org/absent:\n  - Not authorized\nEffective',
      {},
      { ...READ, owner: 'Octo-Org', repositories: ['absent'] },
    ],
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

  test('of a branch are known in both forms, with three claims; of a pull request, only its own', () => {
    const path = 'octo-org/workflows/.github/workflows/release.yml@refs/heads/main'
    const [long, short] = ['repo:octo-org@6811672/workflows@216219028', 'repo:octo-org/workflows']
    expect(subjects).toEqual(
      ['ref:refs/heads/main', `workflow_ref:${path}`, `job_workflow_ref:${path}`].flatMap((claim) => [
        `${long}:${claim}`,
        `${short}:${claim}`,
      ]),
    )
    const identity = { ...defaultIdentity, eventName: 'pull_request', ref: 'refs/pull/7/merge' }
    expect(effectiveSubjects(claimsOf(identity))).toEqual([`${long}:pull_request`])
  })

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
    const { post } = await setScene(policies(OWNER_POLICY, policy))
    expect((await post(READ)).status).toBe(granted ? 200 : 403)
  })

  test('with ids are what an owner allows by default where the token has ids', async () => {
    const origin =
      'origin: octo-org/.github-access-token\nstatements: [{subjects: ["repo:octo-org/workflows:**"], permissions: {contents: read}}]'
    const repositories = { 'octo-org/.github-access-token': { 'access-token.yaml': origin } }
    for (const subject of ['mutable', 'immutable'] as const) {
      expect((await (await setScene({ repositories }, { subject })).post(READ)).status).toBe(200)
    }
  })
})

test('invalid entries of a policy are dropped, the others count', async () => {
  const policy = `
origin: octo-org/workflows
statements:
  - subjects: [${ANY}]
    permissions: { contents: read, no-such-scope: write, workflows: read }
  - subjects: [${ANY}]
  - subjects: 'not a list'
    permissions: { secrets: read }
`
  const { post } = await setScene(policies(OWNER_POLICY, policy))
  expect((await post(READ)).status).toBe(200)
  expect((await post({ permissions: { secrets: 'read' } })).status).toBe(403)
  expect([Object.keys(REPOSITORY_SCOPES).length, Object.keys(OWNER_SCOPES).length]).toEqual([32, 53])
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
