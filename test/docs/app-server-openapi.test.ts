import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerFaults, appServerDocument, requestFaults } from '../../dev/documents/openapi.ts'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import type { FakeReply, FakeRequest } from '../../dev/fakes/handler.ts'
import type { RecordedRequest } from '../../dev/fakes/serve.ts'
import { appServerSystem, type AppServerSettings } from '../../dev/systems/app-server.ts'
import { buildBackstage, createWorld, type WorldOptions } from '../../dev/world.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import { keep, runStep, type Ran } from '../exchanges/in-process.ts'

const { post } = appServerDocument.paths['/access_tokens']!
const answer = post.responses['200']!.content['application/json']!.example as object

interface Asked {
  readonly ran: Ran
  readonly request: RecordedRequest
  readonly reply: FakeReply
}

/** What a step asked the app server, once, and how it answered, which must be as the document says. */
async function ask(
  settings: AppServerSettings = {},
  options: WorldOptions = {},
  change = (given: string): string => given,
): Promise<Asked> {
  const replies: FakeReply[] = []
  const note = fault.alter((reply) => {
    replies.push(reply)
    return reply
  })
  const faults = { 'app-server': [forEver(note)] }
  const world = await keep(createWorld(appServerSystem(settings), { ...options, faults }))
  const inputs = { 'app-server': change(world.inputs['app-server']!) }
  const ran = await runStep(appServer, world, '.', { inputs })
  expect(replies).toHaveLength(1)
  const reply = replies[0]!
  expect(answerFaults(reply)).toEqual([])
  return { ran, request: world.server('app-server').requests[0]!, reply }
}

describe('what the document shows fits its own schemas', () => {
  const { examples = {} } = post.requestBody.content['application/json']!
  test.each(Object.entries(examples))('request: %s', (_, { value }) => {
    expect(requestFaults(value)).toEqual([])
  })

  test('answer', () => {
    expect(answerFaults({ status: 200, body: answer })).toEqual([])
  })
})

describe('the client asks as the document says, and the fake answers so', () => {
  const OWNER = 'octo-org/.github-access-token'
  const FOR_ALL = `origin: ${OWNER}
statements: [{ subjects: ['repo:octo-org@*/*:**'], permissions: { contents: read } }]
`
  test.each<[string, AppServerSettings, WorldOptions]>([
    ['its own repository, under the path of a stage', { prefix: '/stage' }, {}],
    ['another repository, with its owner', {}, { inputs: { repository: 'octo-org/target' } }],
    ['several, and the owner', {}, { inputs: { owner: 'octo-org', repositories: 'workflows, target' } }],
    ['all', { repositories: { [OWNER]: { 'access-token.yaml': FOR_ALL } } }, { inputs: { repositories: 'all' } }],
    ['scopes in any form', {}, { inputs: { permissions: 'contents: read, pull_requests: write' } }],
    ['behind AWS IAM', {}, { variant: 'aws' }],
  ])('%s', async (_, settings, options) => {
    const { ran, request } = await ask(settings, options)
    expect(ran.errors).toEqual([])
    const { method, path, headers, body } = request
    expect([method, path]).toEqual(['POST', `${settings.prefix ?? ''}/access_tokens`])
    expect(requestFaults(JSON.parse(body))).toEqual([])
    expect(headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/./) as string,
      [options.variant === 'aws' ? 'x-authorization' : 'authorization']: expect.stringMatching(
        /^Bearer \S+$/,
      ) as string,
    })
    if (options.variant !== 'aws') expect(headers).not.toHaveProperty('x-authorization')
  })

  const IN_AWS = { variant: 'aws' }
  const elsewhere = (given: string): string => given.replace('eu-central-1', 'us-east-1')
  const anotherStage = (given: string): string => given.replace('\nauth', '/prod\nauth')
  test.each<[string, number, AppServerSettings, WorldOptions, ((given: string) => string)?]>([
    ['a policy that does not grant it', 403, {}, { inputs: { permissions: 'issues: write' } }],
    ['a body that it does not take', 400, {}, { inputs: { permissions: 'attestations: read' } }],
    ['another audience', 401, {}, { claims: { aud: 'another' } }],
    ['another stage of API Gateway', 403, { service: 'execute-api' }, IN_AWS, anotherStage],
    ['another region', 403, {}, IN_AWS, elsewhere],
    ['VPC Lattice in another region', 403, { service: 'vpc-lattice-svcs' }, IN_AWS, elsewhere],
  ])('a refusal: %s', async (_, status, settings, options, change) => {
    const { ran, reply } = await ask(settings, options, change)
    expect(ran.errors).toHaveLength(1)
    expect(ran.leaks).toEqual([])
    expect(reply.status).toBe(status)
  })

  test('and a difference is noted', () => {
    const body = { ...answer, owner: 7 }
    expect(answerFaults({ status: 200, body })).toEqual(['/owner must be string'])
    expect(answerFaults({ status: 201 })).toEqual(['status 201 is not in the document'])
    expect(answerFaults({ status: 200, headers: { 'content-type': 'text/html' }, body: '' })).toHaveLength(1)
  })

  test('whatever the inputs are, if they are taken at all', async () => {
    const name = fc.stringMatching(/^[\w.-]{1,12}$/)
    const scope = fc.stringMatching(/^[A-Za-z]{1,6}([ _-][a-z\d]{1,4}){0,2}$/)
    const level = fc.constantFrom('read', 'write', 'admin', 'Read', 'none')
    const given = fc.record({
      owner: fc.option(fc.stringMatching(/^[a-zA-Z\d][\w-]{0,8}$/), { nil: '' }),
      repositories: fc.oneof(
        fc.constantFrom('', 'ALL', 'all'),
        fc.array(name, { maxLength: 34 }).map((names) => names.join(', ')),
      ),
      repository: fc.option(name, { nil: '' }),
      permissions: fc
        .array(fc.tuple(scope, level), { minLength: 1, maxLength: 4 })
        .map((pairs) => pairs.map((pair) => pair.join(': ')).join('\n')),
    })
    const world = await keep(createWorld(appServerSystem()))
    await fc.assert(
      fc.asyncProperty(given, async (inputs) => {
        const ran = await runStep(appServer, world, '.', { inputs })
        if (!ran.succeeded) expect(ran.errors.join()).toMatch(/\n(?:INVALID_INPUT|DENIED): /)
      }),
      { numRuns: 300, seed: 1 },
    )
    const { requests } = world.server('app-server')
    expect(requests.length).toBeGreaterThan(30)
    for (const { body } of requests) expect(requestFaults(JSON.parse(body))).toEqual([])
  })
})

describe('the fake refuses as the document says', () => {
  async function answerTo(change: Partial<FakeRequest>): Promise<FakeReply> {
    const url = (role: string): string => `https://${role}.example.com`
    const { handlers, issuer } = await buildBackstage(appServerSystem(), { url })
    const authorization = `Bearer ${await issuer.mint('app-server.example.com')}`
    const reply = await handlers['app-server']!({
      method: 'POST',
      url: new URL('https://app-server.example.com/access_tokens'),
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(READ),
      ...change,
    })
    expect(answerFaults(reply)).toEqual([])
    return reply
  }
  const READ = { permissions: { contents: 'read' } }

  test.each<[string, number, Partial<FakeRequest>]>([
    ['nothing', 200, {}],
    ['another path', 404, { url: new URL('https://app-server.example.com/x') }],
    ['another method', 404, { method: 'PUT' }],
    ['a large body', 413, { body: JSON.stringify({ ...READ, owner: 'x'.repeat(102_400) }) }],
    ['no JSON', 400, { body: '{' }],
  ])('%s: %i', async (_, status, change) => {
    expect(await answerTo(change)).toMatchObject({ status })
  })

  /** Refused with 400, in the words of the open server, whose build leaves those of its validator out. */
  async function expectRefused(content: unknown, message: string): Promise<void> {
    const { status, body } = await answerTo({ body: JSON.stringify(content) })
    expect(status).toBe(400)
    expect((body as { message: string }).message).toMatch(/^Invalid request body:\n {2}- /)
    expect((body as { message: string }).message).toContain(message)
  }

  const NO_ENTRY = 'Must have at least one entry if owner is specified'
  const MANY = Array.from({ length: 33 }, (_, n) => `r${n}`)
  test.each<[string, unknown, string]>([
    ['no object', ['permissions'], '- Invalid input'],
    ['nothing', {}, 'permissions: Invalid input'],
    ['no permissions', { permissions: {} }, 'permissions: Invalid object: must have at least one entry'],
    ['a scope in snake case', { permissions: { pull_requests: 'read' } }, 'permissions: Invalid input'],
    ['a level that is none', { permissions: { contents: 'none' } }, 'permissions.contents: Invalid input'],
    ['an unknown member', { ...READ, repository: 'target' }, '- Invalid input'],
    ['all in small letters', { ...READ, repositories: 'all' }, 'repositories: Union errors:'],
    ['33 repositories', { ...READ, repositories: MANY }, 'repositories: Invalid input'],
    ['a path', { ...READ, repositories: ['a/b/c'] }, '0: Union errors:'],
    ['a number', { ...READ, repositories: [1] }, '0: Union errors:'],
    ['an owner alone', { ...READ, owner: 'octo-org' }, `repositories: ${NO_ENTRY}`],
    ['an owner with no repositories', { ...READ, owner: 'octo-org', repositories: [] }, NO_ENTRY],
    ['an owner that is none', { ...READ, owner: '-x', repositories: 'ALL' }, 'owner: Invalid input'],
  ])('what the schema refuses: %s', async (_, content, message) => {
    expect(requestFaults(content)).not.toEqual([])
    await expectRefused(content, message)
  })

  // docs/app-server.md, Traps: the open server takes less than the document allows.
  const NO_OWNER = 'owner: Invalid input'
  test.each<[string, unknown, string]>([
    ['an unknown scope', { permissions: { attestations: 'read' } }, 'permissions: Invalid input'],
    ['an unknown level', { permissions: { workflows: 'read' } }, 'permissions.workflows: Invalid input'],
    ['an owner with an underscore', { ...READ, owner: 'mona_acme', repositories: ['x'] }, NO_OWNER],
    ['an owner of one letter', { ...READ, owner: 'm', repositories: ['x'] }, NO_OWNER],
    ['two owners', { ...READ, repositories: ['octo-org/a', 'monalisa/b'] }, 'repositories: Must have one common owner'],
    [
      'two spellings of an owner',
      { ...READ, owner: 'Octo-Org', repositories: ['octo-org/a'] },
      `repositories.0: Owner must match the specified owner 'Octo-Org'`,
    ],
  ])('what it refuses beyond the schema: %s', async (_, content, message) => {
    expect(requestFaults(content)).toEqual([])
    await expectRefused(content, message)
  })
})

test('the client takes the answer that the document shows', async () => {
  const faults = { 'app-server': [fault.answer({ status: 200, body: answer })] }
  const world = await keep(createWorld(appServerSystem(), { faults }))
  const ran = await runStep(appServer, world, '.')
  expect(ran.errors).toEqual([])
  expect(ran.outputs).toMatchObject({
    token: 'ghs_EXAMPLE',
    'expires-at': '2026-11-21T08:01:20.955Z',
    owner: 'octo-org',
    repositories: '["target"]',
    permissions: '{"contents":"read","metadata":"read"}',
  })
})
