import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { effectiveSubjects, matches } from '../../dev/fakes/app-server-policies.ts'
import { ROLE_ARN } from '../../dev/fakes/aws-account.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { claimsOf, defaultIdentity, type Identity } from '../../dev/fakes/identity.ts'
import { appServerSystem, system as appServer, type AppServerSettings } from '../../dev/systems/app-server.ts'
import { PROVIDER, system as cloudSql } from '../../dev/systems/database/google-cloud-sql.ts'
import { system as octoSts } from '../../dev/systems/octo-sts.ts'
import { system as vault } from '../../dev/systems/secret/vault.ts'
import type { System } from '../../dev/systems/system.ts'
import { ROLE } from '../../dev/systems/vault.ts'
import { buildBackstage } from '../../dev/world.ts'

/*
 * How the fakes refuse what neither our actions nor the clients in test/judges ever send. What the app server says of a body
 * is in test/docs/app-server-openapi.test.ts, and what the real servers say, in dev/conformance.
 */

/** A request that a fake takes. */
interface Taken {
  readonly system: System
  readonly variant?: string
  readonly role: string
  /** Of the ID token; the host unless given. */
  readonly audience?: string
  readonly method?: string
  readonly path: string
  readonly as: 'query' | 'form' | 'json'
  readonly fields: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** What is changed of it; a field or header that is empty is left out. */
interface Change extends Partial<Pick<Taken, 'method' | 'path' | 'fields' | 'headers'>> {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly identity?: Partial<Identity>
}

const AUDIENCE = `https://iam.googleapis.com/${PROVIDER}`

/** `JWT` and `REQUEST` are for the ID token and the token to request one. */
const taken = {
  runner: {
    system: appServer,
    role: 'oidc',
    method: 'GET',
    path: '/idtoken',
    as: 'query',
    fields: { 'api-version': '2.0' },
    headers: { authorization: 'Bearer REQUEST' },
  },
  'app server': {
    system: appServer,
    role: 'app-server',
    path: '/access_tokens',
    as: 'json',
    fields: { permissions: { contents: 'read' } },
    headers: { authorization: 'Bearer JWT' },
  },
  'AWS STS': {
    system: appServer,
    variant: 'aws',
    role: 'sts',
    audience: 'sts.amazonaws.com',
    path: '/',
    as: 'form',
    fields: {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE_ARN,
      RoleSessionName: 'run',
      WebIdentityToken: 'JWT',
    },
    headers: { accept: 'application/json' },
  },
  'Google STS': {
    system: cloudSql,
    role: 'sts',
    audience: AUDIENCE,
    path: '/v1/token',
    as: 'form',
    fields: {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: `//iam.googleapis.com/${PROVIDER}`,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: 'JWT',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    },
  },
  'Octo STS': {
    system: octoSts,
    role: 'octo-sts',
    path: '/sts/exchange',
    as: 'query',
    fields: { scope: 'octo-org/target', identity: 'deploy' },
    headers: { authorization: 'Bearer JWT' },
  },
  Vault: {
    system: vault,
    role: 'vault',
    audience: 'https://vault.example',
    path: '/v1/auth/jwt/login',
    as: 'json',
    fields: { role: ROLE, jwt: 'JWT' },
    headers: { 'x-vault-request': 'true' },
  },
} as const satisfies Record<string, Taken>

/** Sends a request to a fake, and gives the answer with its text. */
async function ask(name: keyof typeof taken, change: Change, system?: System): Promise<FakeReply & { text: string }> {
  const request: Taken = taken[name]
  const { method = request.method ?? 'POST', path = request.path, identity = {}, claims = {} } = change
  const url = (role: string): string => `https://${role}.example`
  const variant = request.variant === undefined ? {} : { variant: request.variant }
  const backstage = await buildBackstage(system ?? request.system, { ...variant, url, identity, claims })
  const { issuer, handlers } = backstage
  const jwt = await issuer.mint(request.audience ?? `${request.role}.example`)
  const filled = (record: object): Record<string, unknown> =>
    JSON.parse(
      JSON.stringify(record, (_, value: unknown) =>
        typeof value !== 'string'
          ? value
          : value.replace('JWT', jwt).replace('REQUEST', issuer.requestToken) || undefined,
      ),
    ) as Record<string, unknown>
  const fields = filled({ ...request.fields, ...change.fields })
  const form = new URLSearchParams(fields as Record<string, string>)
  const target = new URL(path, url(request.role))
  if (request.as === 'query') for (const [key, value] of form) target.searchParams.append(key, value)
  const type = request.as === 'form' ? 'application/x-www-form-urlencoded' : 'application/json'
  const reply = await handlers[request.role]!({
    method,
    url: target,
    headers: filled({ 'content-type': type, ...request.headers, ...change.headers }) as Record<string, string>,
    body: request.as === 'query' ? '' : request.as === 'form' ? form.toString() : JSON.stringify(fields),
  })
  return { ...reply, text: typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body) }
}

const NO_FORM = { headers: { 'content-type': 'text/plain' } }

test.each<[keyof typeof taken, string, Change, number, string]>([
  ['runner', 'the request', {}, 200, '"value":"ey'],
  ['runner', 'no token', { headers: { authorization: '' } }, 401, 'Unauthorized'],
  ['runner', 'another scheme', { headers: { authorization: 'Basic REQUEST' } }, 401, 'Unauthorized'],
  ['runner', 'no api-version', { fields: { 'api-version': '' } }, 400, 'No api-version'],
  [
    'runner',
    'two audiences',
    { fields: { audience: 'a' }, path: '/idtoken?audience=b' },
    400,
    'More than one audience',
  ],
  ['runner', 'another path', { path: '/token' }, 404, 'Not found'],
  ['runner', 'POST', { method: 'POST' }, 405, 'Method not allowed'],
  ['app server', 'the request', {}, 200, '"token":"ghs_'],
  ['app server', 'another scheme', { headers: { authorization: 'bearer JWT' } }, 401, 'authorization scheme bearer'],
  ['app server', 'another issuer', { claims: { iss: 'https://issuer.example.com' } }, 401, 'Invalid token: '],
  ['AWS STS', 'the request', {}, 200, '"SessionToken":"'],
  ['AWS STS', 'no form', NO_FORM, 400, 'MissingAction'],
  ['AWS STS', 'another action', { fields: { Action: 'AssumeRole' } }, 400, 'InvalidAction'],
  ['AWS STS', 'another version', { fields: { Version: '2012-01-01' } }, 400, 'InvalidAction'],
  ['AWS STS', 'an unknown field', { fields: { Tags: 'x' } }, 400, 'MalformedInput'],
  ['AWS STS', 'a long session name', { fields: { RoleSessionName: 'x'.repeat(65) } }, 400, 'ValidationError'],
  ['AWS STS', 'another role', { fields: { RoleArn: `${ROLE_ARN}-2` } }, 403, 'AccessDenied'],
  ['AWS STS', 'no JWT', { fields: { WebIdentityToken: 'nonsense' } }, 400, 'InvalidIdentityToken'],
  ['Google STS', 'the request', {}, 200, '"access_token":"'],
  ['Google STS', 'an authorization', { headers: { authorization: 'Bearer x' } }, 400, 'invalid_client'],
  ['Google STS', 'an unknown field', { fields: { resource: 'x' } }, 400, 'invalid_request'],
  ['Google STS', 'an audience with https:', { fields: { audience: AUDIENCE } }, 400, 'invalid_request'],
  ['Google STS', 'no scope', { fields: { scope: '' } }, 400, 'invalid_scope'],
  ['Google STS', 'a JWT that nobody signed', { fields: { subject_token: 'e30.e30.c2ln' } }, 400, 'invalid_grant'],
  ['Octo STS', 'the request', {}, 200, '"token":"ghs_'],
  ['Octo STS', 'no scope', { fields: { scope: '' } }, 400, 'scope must be provided'],
  ['Octo STS', 'no identity', { fields: { identity: '' } }, 400, 'identity must be provided'],
  ['Octo STS', 'a branch in brackets', { identity: { ref: 'refs/heads/fix(ci)' } }, 400, 'invalid subject in token'],
  ['Octo STS', 'an environment with a blank', { claims: { sub: 'repo:a/b:environment:a b' } }, 400, 'invalid subject'],
  ['Octo STS', 'a long subject', { claims: { sub: 'x'.repeat(256) } }, 400, 'invalid subject in token'],
  ['Octo STS', 'an audience with @', { claims: { aud: 'me@example.com' } }, 400, 'invalid audience in token'],
  ['Octo STS', 'another issuer', { claims: { iss: 'https://issuer.example.com' } }, 400, 'create the provider'],
  ['Vault', 'the request', {}, 200, '"client_token":"'],
  ['Vault', 'no header', { headers: { 'x-vault-request': '' } }, 412, 'X-Vault-Request'],
  ['Vault', 'no role', { fields: { role: '' } }, 400, 'missing role'],
  ['Vault', 'no token', { fields: { jwt: '' } }, 400, 'missing token'],
  ['Vault', 'GET', { method: 'GET' }, 405, 'unsupported operation'],
  ['Vault', 'no token at all', { method: 'GET', path: '/v1/secret/data/x' }, 403, 'permission denied'],
  ['Vault', 'a JWT that nobody signed', { fields: { jwt: 'e30.e30.c2ln' } }, 400, 'error verifying token'],
])('%s: %s', async (name, _what, change, status, text) => {
  const reply = await ask(name, change)
  expect(reply).toMatchObject({ status, text: expect.stringContaining(text) as string })
})

// GitHub's changelog of 2025-11-13 and 2026-03-12.
test('an ID token names the job by its check run, custom properties of the repository, and its environment', async () => {
  const { text } = await ask('runner', {
    identity: { checkRunId: '7', properties: { team: 'payments' }, environment: 'a:b' },
  })
  expect(decodeJwt((JSON.parse(text) as { value: string }).value)).toMatchObject({
    aud: 'https://github.com/octo-org',
    sub: 'repo:octo-org@6811672/workflows@216219028:environment:a%3Ab',
    job_workflow_ref: 'octo-org/workflows/.github/workflows/release.yml@refs/heads/main',
    check_run_id: '7',
    repo_property_team: 'payments',
  })
})

/* What the open server does, in its own words (qoomon/actions--access-token, server/src). */
describe('the app server', () => {
  const OWNER_POLICY = `
origin: octo-org/.github-access-token
allowed-repository-permissions: { contents: write, secrets: read }
statements: [{ subjects: ['repo:octo-org@*/*:**'], permissions: { members: read, issues: write } }]
`
  const POLICY = `
origin: octo-org/workflows
statements:
  - { subjects: ['repo:octo-org@*/workflows@*:ref:refs/heads/*'], permissions: { contents: write, secrets: write } }
`
  const OWN = '- octo-org/workflows:\n'
  const INVALID = 'Invalid access policy\n    - '
  const ABSENT = '- octo-org/absent:\n  - Access policy not found'

  test.each<[Record<string, unknown>, string | undefined, string, string?]>([
    [{ permissions: { contents: 'write' } }, undefined, '"repositories":["workflows"]'],
    // The owner grants it in any repository.
    [{ permissions: { issues: 'read' }, repositories: ['octo-org/other'] }, undefined, '"repositories":["other"]'],
    [{ permissions: { issues: 'read' }, repositories: 'ALL' }, undefined, '"owner":"octo-org"'],
    [{ repositories: 'ALL' }, 'contents: read - Not allowed by owner access policy', ''],
    [{ repositories: ['workflows', 'absent'] }, ABSENT, `${OWN}  \n`],
    // A repository that grants nothing at all is not told of each permission.
    [{}, `${OWN}  - Not authorized\nEffective`, '', 'origin: octo-org/workflows'],
    [{}, `${INVALID}- Unrecognized key: "statement"`, OWN, 'origin: octo-org/workflows\nstatement: []'],
    [{}, `${INVALID}Policy origin 'octo-org/target' does not match repository`, OWN, 'origin: octo-org/target'],
    // Nothing is said to another owner about why, nor where the owner is spelled in another case.
    [{ owner: 'mona', repositories: ['x'] }, '- mona:\n  - Not authorized\nEffective', ''],
    [{ owner: 'Octo-Org', repositories: ['absent'] }, '- Octo-Org/absent:\n  - Not authorized\nEffective', ''],
  ])('%j', async (fields, denied, more, policy = POLICY) => {
    const repositories: AppServerSettings['repositories'] = {
      'octo-org/.github-access-token': { 'access-token.yaml': OWNER_POLICY },
      'octo-org/workflows': { '.github/access-token.yml': policy },
    }
    const { status, text } = await ask('app server', { fields }, appServerSystem({ repositories }))
    expect(status).toBe(denied === undefined ? 200 : 403)
    const said = denied === undefined ? text : (JSON.parse(text) as { message: string }).message
    for (const words of [denied ?? '', more]) expect(said).toContain(words)
  })

  test.each([
    ['REPO:Octo-Org/Workflows:ref:refs/heads/MAIN', true],
    ['repo:octo-org/*:**', true],
    ['repo:octo-org/workflows:ref:refs/heads/mai?', true],
    ['repo:octo-org/workflows:ref:refs/heads/mai', false],
    ['repo:octo-org/workflows:*', false],
    ['**', false],
    ['repo:octo.org/workflows:ref:refs/heads/main', false],
  ])('the subject matches %s: %s', (pattern, expected) => {
    expect(matches([pattern], effectiveSubjects(claimsOf(defaultIdentity)))).toBe(expected)
  })
})
