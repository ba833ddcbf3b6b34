import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  effectiveSubjects,
  matches,
  OWNER_SCOPES,
  REPOSITORY_SCOPES,
} from '../../dev/fakes/app-server-policies.ts'
import {
  appServerError,
  createAppServer,
  type AppServer,
  type AppServerOptions,
} from '../../dev/fakes/app-server.ts'
import { createGitHub, type GitHub } from '../../dev/fakes/github.ts'
import { claimsOf, defaultIdentity, type Identity } from '../../dev/fakes/identity.ts'
import type { IssuerOptions } from '../../dev/fakes/issuer.ts'
import { ask, jsonOf, setStage, textOf, type Stage } from './fakes.ts'

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

interface Scene extends Stage {
  readonly github: GitHub
  readonly server: AppServer
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
  return {
    ...stage,
    github,
    server,
    async post(body, headers = {}) {
      const authorization = `Bearer ${await stage.issuer.mint('app.example')}`
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const url = `https://app.example${options.prefix ?? ''}/access_tokens`
      const reply = await ask(server.handler, 'POST', url, { authorization, ...headers }, text)
      const json = jsonOf(reply)
      return { status: reply.status, message: String(json['message']), json }
    },
  }
}

const READ = { permissions: { contents: 'read' } }

describe('a token', () => {
  test('is granted for the repository of the caller, in the shape of the server', async () => {
    const { post, github, now } = await setScene()
    const { status, json } = await post(READ)
    expect(status).toBe(200)
    const token = String(json['token'])
    expect(json).toEqual({
      token,
      token_hash: Buffer.from(createHash('sha256').update(token).digest('hex')).toString('base64'),
      expires_at: new Date(now() + 3_600_000).toISOString(),
      permissions: { contents: 'read' },
      repositories: ['workflows'],
      owner: 'octo-org',
    })
    expect(String(json['token_hash'])).toMatch(/^.{86}==$/)
    expect(github.alive(token)).toBe(true)
  })

  test.each([
    [
      'several repositories',
      { ...READ, repositories: ['workflows', 'octo-org/target'] },
      ['workflows', 'target'],
    ],
    ['an owner', { ...READ, owner: 'octo-org', repositories: ['target'] }, ['target']],
    [
      'what the owner grants, in any repository',
      { permissions: { issues: 'write' }, repositories: ['other'] },
      ['other'],
    ],
    ['an organization scope', { permissions: { members: 'read' } }, ['workflows']],
    [
      'a level below, and several statements',
      { permissions: { contents: 'write', 'pull-requests': 'read' } },
      ['workflows'],
    ],
    ['all repositories', { permissions: { issues: 'read' }, repositories: 'ALL' }, undefined],
    ['all repositories, by the old field', { permissions: { issues: 'read' }, scope: 'owner' }, undefined],
  ])('is granted for %s', async (_, body, repositories) => {
    const { post } = await setScene()
    const { status, json } = await post(body)
    expect(status).toBe(200)
    expect(json['repositories']).toEqual(repositories)
    expect('repositories' in json).toBe(repositories !== undefined)
  })

  test('may be answered with other permissions than asked', async () => {
    const regrant: AppServerOptions['regrant'] = (asked) => ({ ...asked, permissions: { metadata: 'read' } })
    const { post } = await setScene({ regrant })
    expect((await post(READ)).json['permissions']).toEqual({ metadata: 'read' })
  })

  test('is granted under a path, and pretty where asked', async () => {
    const { server, issuer } = await setScene({ prefix: '/stage' })
    const authorization = `Bearer ${await issuer.mint('app.example')}`
    const body = JSON.stringify(READ)
    const reply = await ask(
      server.handler,
      'POST',
      'https://app.example/stage/access_tokens?pretty',
      { authorization },
      body,
    )
    expect(textOf(reply)).toMatch(/^\{\n {2}"token"/)
    expect(reply.headers?.['x-request-id']).toMatch(/^[\w-]{36}$/)
    const lost = await ask(
      server.handler,
      'POST',
      'https://app.example/access_tokens',
      { authorization },
      body,
    )
    expect(jsonOf(lost)).toEqual({ status: 404, error: 'Not Found' })
    expect((await ask(server.handler, 'GET', 'https://app.example/stage')).status).toBe(200)
  })

  test('leaves a note of what was asked', async () => {
    const { post, server } = await setScene()
    await post(READ)
    expect(server.asked).toEqual([
      {
        claims: expect.objectContaining({ aud: 'app.example', repository: 'octo-org/workflows' }) as object,
        body: { owner: undefined, repositories: [], permissions: { contents: 'read' } },
      },
    ])
  })
})

describe('an ID token is refused', () => {
  async function refusal(authorization: string | undefined, options: Partial<AppServerOptions> = {}) {
    const { server } = await setScene(options)
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const reply = await ask(
      server.handler,
      'POST',
      'https://app.example/access_tokens',
      headers,
      JSON.stringify(READ),
    )
    return { status: reply.status, ...jsonOf(reply) }
  }

  test.each([
    [undefined, 'Missing authorization header'],
    ['bearer x', 'Unexpected authorization scheme bearer'],
    ['token x', 'Unexpected authorization scheme token'],
    ['Bearer x', 'Invalid token: Invalid Compact JWS'],
  ])('for the header %s', async (authorization, message) => {
    expect(await refusal(authorization)).toMatchObject({ status: 401, error: 'Unauthorized', message })
  })

  test('of another issuer key', async () => {
    const other = await setStage()
    const [, , signature = ''] = (await other.issuer.mint('x')).split('.')
    const { post, issuer } = await setScene()
    const [header, payload] = (await issuer.mint('app.example')).split('.')
    const { status, message } = await post(READ, {
      authorization: `Bearer ${[header, payload, signature].join('.')}`,
    })
    expect([status, message]).toEqual([401, 'Invalid token: signature verification failed'])
  })

  test.each([
    [{ aud: 'other.example' }, 'Invalid token: unexpected "aud" claim value'],
    [{ iss: 'https://ghes.example/_services/token' }, 'Invalid token: unexpected "iss" claim value'],
    [{ nbf: 4_102_444_800 }, 'Invalid token: "nbf" claim timestamp check failed'],
    [{ exp: 1 }, 'Invalid token: "exp" claim timestamp check failed'],
    [{ exp: undefined }, 'Invalid token: missing required "exp" claim'],
  ])('with the claims %j', async (claims, message) => {
    const { post } = await setScene({}, {}, claims)
    expect(await post(READ)).toMatchObject({ status: 401, message })
  })

  test('of a subject that is not among the allowed', async () => {
    const { post } = await setScene({ allowedSubjects: ['repo:octo-org@*/other@*:*'] })
    expect(await post(READ)).toMatchObject({
      status: 401,
      message: 'Invalid Token: unexpected "sub" claim value',
    })
    const allowing = await setScene({ allowedSubjects: ['repo:octo-org@*'] })
    expect((await allowing.post(READ)).status).toBe(200)
  })
})

describe('a body is refused', () => {
  test.each<[string, unknown, string]>([
    ['empty', '', 'Unexpected end of JSON input'],
    ['a list', [], '- Invalid input'],
    ['without permissions', {}, 'permissions: Invalid input'],
    [
      'with empty permissions',
      { permissions: {} },
      'permissions: Invalid object: must have at least one entry',
    ],
    ['with snake case', { permissions: { pull_requests: 'read' } }, 'permissions: Invalid input'],
    [
      'with a newer scope',
      { permissions: { attestations: 'read', 'a-b': 'read' } },
      'permissions: Invalid input',
    ],
    ['with level none', { permissions: { contents: 'none' } }, 'permissions.contents: Invalid input'],
    [
      'with a level the scope has not',
      { permissions: { workflows: 'read' } },
      'permissions.workflows: Invalid input',
    ],
    ['with an unknown key', { ...READ, repository: 'x' }, '- Invalid input'],
    ['with another scope', { ...READ, scope: 'repos' }, '- Invalid input'],
    ['with a lower-case all', { ...READ, repositories: 'all' }, 'repositories: Union errors:'],
    ['with null repositories', { ...READ, repositories: null }, 'repositories: Union errors:'],
    ['with 33 repositories', { ...READ, repositories: Array(33).fill('x') }, 'repositories: Invalid input'],
    ['with a malformed repository', { ...READ, repositories: ['a/b/c'] }, '0: Union errors:'],
    ['with a malformed owner', { ...READ, owner: 'mona_acme', repositories: ['x'] }, 'owner: Invalid input'],
    ['with an owner of one letter', { ...READ, owner: 'm', repositories: ['x'] }, 'owner: Invalid input'],
    [
      'with an owner alone',
      { ...READ, owner: 'octo-org' },
      'repositories: Must have at least one entry if owner is specified',
    ],
    [
      'with an owner in other case',
      { ...READ, owner: 'Octo-Org', repositories: ['octo-org/x'] },
      `repositories.0: Owner must match the specified owner 'Octo-Org'`,
    ],
    [
      'with two owners',
      { ...READ, repositories: ['octo-org/x', 'mona/y'] },
      'repositories: Must have one common owner',
    ],
  ])('%s', async (_, body, message) => {
    const { post, github } = await setScene()
    const reply = await post(body)
    expect(reply.status).toBe(400)
    expect(reply.message).toMatch(/^Invalid request body:\n {2}- /)
    expect(reply.message).toContain(message)
    expect(Object.keys(reply.json)).toEqual(['requestId', 'status', 'error', 'message'])
    expect(github.issued).toEqual([])
  })

  test('of more than 100 KiB', async () => {
    const { post } = await setScene()
    expect(await post(' '.repeat(102_401))).toMatchObject({
      status: 413,
      json: { error: 'Request Entity Too Large', message: '' },
    })
  })
})

describe('a request is denied', () => {
  const owner = (more: string): Partial<AppServerOptions> => ({
    repositories: {
      'octo-org/.github-access-token': { 'access-token.yaml': more },
      'octo-org/workflows': { '.github/access-token.yaml': policyOf('workflows') },
    },
  })

  test.each<[string, Partial<AppServerOptions>, object, string]>([
    [
      'where the app is not installed',
      { installations: {} },
      READ,
      `- octo-org:\n  - 'GitHub Actions Access Manager' has not been installed. Install from https://`,
    ],
    [
      'where the app may not read policies',
      { installations: { 'octo-org': { permissions: ALL, singleFilePaths: ['access-token.yaml'] } } },
      READ,
      `is not authorized to read all access policy file(s) by 'single_file' permission`,
    ],
    [
      'beyond what the app may do',
      { installations: { 'octo-org': { permissions: { contents: 'read' } } } },
      { permissions: { contents: 'write', secrets: 'read' } },
      `  - contents: write - 'GitHub Actions Access Manager' installation not authorized\n  - secrets: read - 'GitHub`,
    ],
    ['without an owner policy', { repositories: {} }, READ, '- octo-org:\n  - Access policy not found'],
    [
      'with an owner policy of another origin',
      owner('origin: octo-org/x'),
      READ,
      '- octo-org:\n  - Invalid access policy\n',
    ],
    [
      'with an owner policy that is no YAML',
      owner('a: [b'),
      READ,
      '- octo-org:\n  - Invalid access policy\n',
    ],
    [
      'for a subject that the owner does not allow',
      owner(`origin: octo-org/.github-access-token\nallowed-subjects: ['repo:octo-org@*/other@*:**']`),
      READ,
      '- octo-org:\n  - OIDC token subject is not allowed by owner access policy',
    ],
    [
      'beyond what the owner allows',
      {},
      { permissions: { checks: 'read' } },
      '- octo-org:\n  - checks: read - Not allowed by owner access policy',
    ],
    [
      'for an organization scope that the owner does not grant',
      {},
      { permissions: { 'organization-secrets': 'read' } },
      '- octo-org:\n  - organization-secrets: read - Not allowed by owner access policy',
    ],
    [
      'for all repositories, where only repositories grant',
      {},
      { ...READ, repositories: 'ALL' },
      '- octo-org:\n  - contents: read - Not allowed by owner access policy',
    ],
    [
      'where one repository does not grant',
      {},
      { permissions: { contents: 'read', 'pull-requests': 'write' }, repositories: ['workflows', 'absent'] },
      '- octo-org/workflows:\n  - pull-requests: write - Not authorized\n- octo-org/absent:\n  - Access policy not found',
    ],
    [
      'with an empty list for a repository that grants all',
      {},
      { ...READ, repositories: ['workflows', 'absent'] },
      '- octo-org/workflows:\n  \n- octo-org/absent:\n  - Access policy not found',
    ],
  ])('%s', async (_, options, body, message) => {
    const { post, github } = await setScene(options)
    const reply = await post(body)
    expect(reply.status).toBe(403)
    expect(reply.message).toMatch(/^Issues:\n/)
    expect(reply.message).toContain(message)
    expect(reply.message).toContain(
      '\nEffective OIDC token subjects:\n- repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main\n- ',
    )
    expect(github.issued).toEqual([])
  })

  test('with the details of a policy of a repository', async () => {
    const options = owner(OWNER_POLICY)
    options.repositories!['octo-org/workflows'] = {
      '.github/access-token.yaml': 'origin: octo-org/workflows\nstatement: []',
    }
    options.repositories!['octo-org/target'] = { '.github/access-token.yaml': 'origin: octo-org/workflows' }
    const { post } = await setScene(options)
    expect((await post({ ...READ, repositories: ['workflows', 'target'] })).message).toContain(
      `- octo-org/workflows:\n  - Invalid access policy\n    - - Unrecognized key: "statement"\n- octo-org/target:\n  - Invalid access policy\n    - Policy origin 'octo-org/workflows' does not match repository 'octo-org/target'\nEffective`,
    )
  })

  test.each([
    ['that is not there', { owner: 'mona', repositories: ['x'] }, '- mona:\n  - Not authorized\nEffective'],
    ['that does not allow it', { owner: 'acme', repositories: ['x'] }, '- acme:\n  - Not authorized\nEff'],
    [
      'that allows it, and grants nothing',
      { owner: 'initech', repositories: 'ALL' },
      '- initech:\n  - contents: read - Not authorized\nEffective',
    ],
    [
      'in another case',
      { owner: 'Octo-Org', repositories: ['absent'] },
      '- Octo-Org/absent:\n  - Not authorized\nEffective',
    ],
  ])('by another owner %s, with nothing said about why', async (_, target, message) => {
    const { post } = await setScene({
      installations: {
        'octo-org': { permissions: ALL },
        acme: { permissions: ALL },
        initech: { permissions: ALL },
      },
      repositories: {
        'octo-org/.github-access-token': { 'access-token.yaml': OWNER_POLICY },
        'acme/.github-access-token': { 'access-token.yaml': 'origin: acme/.github-access-token' },
        'initech/.github-access-token': {
          'access-token.yaml': `origin: initech/.github-access-token\nallowed-subjects: [${ANY}]`,
        },
      },
    })
    const reply = await post({ ...READ, ...target })
    expect(reply.status).toBe(403)
    expect(reply.message).toContain(`Issues:\n${message}`)
  })

  test('and granted by another owner that allows the subject', async () => {
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
    expect((await post({ ...READ, repositories: ['acme/x'] })).json).toMatchObject({
      owner: 'acme',
      repositories: ['x'],
    })
  })
})

describe('subjects', () => {
  const subjects = effectiveSubjects(claimsOf(defaultIdentity))

  test('of a branch are known in both forms, with three claims', () => {
    const path = 'octo-org/workflows/.github/workflows/release.yml@refs/heads/main'
    const [long, short] = ['repo:octo-org@6811672/workflows@216219028', 'repo:octo-org/workflows']
    expect(subjects).toEqual(
      ['ref:refs/heads/main', `workflow_ref:${path}`, `job_workflow_ref:${path}`].flatMap((claim) => [
        `${long}:${claim}`,
        `${short}:${claim}`,
      ]),
    )
  })

  test('of a pull request are only the one of the token', () => {
    const identity = { ...defaultIdentity, eventName: 'pull_request', ref: 'refs/pull/7/merge' }
    expect(effectiveSubjects(claimsOf(identity))).toEqual([
      'repo:octo-org@6811672/workflows@216219028:pull_request',
    ])
  })

  test.each([
    ['repo:octo-org/workflows:ref:refs/heads/main', true],
    ['REPO:Octo-Org/Workflows:ref:refs/heads/MAIN', true],
    ['repo:octo-org/workflows:ref:refs/heads/*', true],
    ['repo:octo-org/*:**', true],
    ['repo:octo-org/workflows:**', true],
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
    ['the origin', "'repo:${origin}:ref:refs/heads/main'", true],
    ['no repository', 'ref:refs/heads/main', true],
    ['a path without repository', 'workflow_ref:/.github/workflows/release.yml@refs/heads/main', true],
    ['another branch', 'ref:refs/heads/other', false],
  ])('in a policy may name %s', async (_, subject, granted) => {
    const { post } = await setScene({
      repositories: {
        'octo-org/.github-access-token': { 'access-token.yaml': OWNER_POLICY },
        'octo-org/workflows': {
          '.github/access-token.yaml': `origin: octo-org/workflows\nstatements: [{subjects: [${subject}], permissions: {contents: read}}]`,
        },
      },
    })
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
  expect(parse(policy)).toBeTruthy()
  const { post } = await setScene({
    repositories: {
      'octo-org/.github-access-token': { 'access-token.yaml': OWNER_POLICY },
      'octo-org/workflows': { '.github/access-token.yaml': policy },
    },
  })
  expect((await post(READ)).status).toBe(200)
  expect((await post({ permissions: { secrets: 'read' } })).status).toBe(403)
})

test('scopes are those of the server', () => {
  expect(Object.keys(REPOSITORY_SCOPES)).toHaveLength(32)
  expect(Object.keys(OWNER_SCOPES)).toHaveLength(53)
})

test('an error can be made in the shape of the server', () => {
  const { status, body } = appServerError(401, 'Invalid token: request timed out')
  expect({ status, ...(body as object) }).toMatchObject({
    status: 401,
    error: 'Unauthorized',
    message: 'Invalid token: request timed out',
  })
})

describe('behind AWS IAM', () => {
  test.each([
    ['lambda', { Message: 'Forbidden' }],
    ['execute-api', { message: 'Missing Authentication Token' }],
  ])('an unsigned request is refused by the platform: %s', async (service, body) => {
    const { post } = await setScene({
      aws: { service, region: 'eu-central-1', credentials: () => undefined },
    })
    expect(await post(READ, { authorization: '' })).toMatchObject({ status: 403 })
    const { server } = await setScene({
      aws: { service, region: 'eu-central-1', credentials: () => undefined },
    })
    expect(jsonOf(await ask(server.handler, 'POST', 'https://app.example/access_tokens'))).toEqual(body)
  })

  test('API Gateway has no other paths than those of its stage, signed or not', async () => {
    const { server } = await setScene({
      prefix: '/stage',
      aws: { service: 'execute-api', region: 'eu-central-1', credentials: () => undefined },
    })
    for (const path of ['/access_tokens', '/prod/access_tokens', '/stage/tokens']) {
      const reply = await ask(server.handler, 'POST', `https://app.example${path}`, { authorization: 'AWS4' })
      expect(reply).toMatchObject({
        status: 403,
        headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException' },
        body: { message: 'Missing Authentication Token' },
      })
    }
    const known = await ask(server.handler, 'POST', 'https://app.example/stage/access_tokens', {
      authorization: 'AWS4',
    })
    expect(known.headers).toEqual({ 'x-amzn-errortype': 'IncompleteSignatureException' })
  })

  test('VPC Lattice refuses in plain text', async () => {
    const { server } = await setScene({
      aws: { service: 'vpc-lattice-svcs', region: 'eu-central-1', credentials: () => undefined },
    })
    const reply = await ask(server.handler, 'POST', 'https://app.example/access_tokens')
    expect(reply.status).toBe(403)
    expect(textOf(reply)).toMatch(
      /^AccessDeniedException: User: anonymous is not authorized to perform: vpc-lattice-svcs:Invoke on /,
    )
  })
})
