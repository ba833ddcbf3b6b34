import { describe, expect, test } from 'vitest'
import { effectiveSubjects, matches } from '../../dev/fakes/app-server-policies.ts'
import { ROLE_ARN } from '../../dev/fakes/aws-account.ts'
import type { FakeReply } from '../../dev/fakes/handler.ts'
import { claimsOf, defaultIdentity } from '../../dev/fakes/identity.ts'
import { appServerSystem, system as appServer, type AppServerSettings } from '../../dev/systems/app-server.ts'
import { PROVIDER, system as cloudSql } from '../../dev/systems/database/google-cloud-sql.ts'
import type { System } from '../../dev/systems/system.ts'
import { buildBackstage } from '../../dev/world.ts'

/*
 * How the fakes of servers that cannot be run here refuse what neither our actions nor the clients in test/judges ever send,
 * and how the app server decides. What that says of a body is in test/docs/app-server-openapi.test.ts, and what the servers
 * say that can be run, in dev/conformance.
 */

/** A request that a fake takes. */
interface Taken {
  readonly system: System
  readonly variant?: string
  readonly role: string
  /** Of the ID token. */
  readonly audience: string
  readonly path: string
  readonly as: 'form' | 'json'
  readonly fields: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** What is changed of it; a field that is empty is left out. */
type Change = Partial<Pick<Taken, 'fields' | 'headers'>>

const AUDIENCE = `https://iam.googleapis.com/${PROVIDER}`

/** `JWT` is for the ID token. */
const taken = {
  'app server': {
    system: appServer,
    role: 'app-server',
    audience: 'app-server.example',
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
} as const satisfies Record<string, Taken>

/** Sends a request to a fake, and gives the answer with its text. */
async function ask(
  name: keyof typeof taken,
  change: Change,
  system: System = taken[name].system,
): Promise<FakeReply & { text: string }> {
  const request: Taken = taken[name]
  const url = (role: string): string => `https://${role}.example`
  const variant = request.variant === undefined ? {} : { variant: request.variant }
  const { issuer, handlers } = await buildBackstage(system, { ...variant, url })
  const jwt = await issuer.mint(request.audience)
  const filled = (record: object): Record<string, string> =>
    JSON.parse(JSON.stringify(record).replace('JWT', jwt)) as Record<string, string>
  const given = Object.entries(filled({ ...request.fields, ...change.fields })).filter(([, value]) => value !== '')
  const isForm = request.as === 'form'
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
  const reply = await handlers[request.role]!({
    method: 'POST',
    url: new URL(request.path, url(request.role)),
    headers: filled({ 'content-type': type, ...request.headers, ...change.headers }),
    body: isForm ? new URLSearchParams(given).toString() : JSON.stringify(Object.fromEntries(given)),
  })
  return { ...reply, text: typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body) }
}

const NO_FORM = { headers: { 'content-type': 'text/plain' } }

test.each<[keyof typeof taken, string, Change, number, string]>([
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
])('%s: %s', async (name, _what, change, status, text) => {
  const reply = await ask(name, change)
  expect(reply).toMatchObject({ status, text: expect.stringContaining(text) as string })
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
