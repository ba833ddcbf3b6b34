import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerFaults, appServerDocument, requestFaults } from '../../dev/documents/openapi.ts'
import { fault } from '../../dev/fakes/faults.ts'
import type { FakeReply, FakeRequest } from '../../dev/fakes/handler.ts'
import { appServerSystem, type AppServerSettings, type AppServerSetup } from '../../dev/systems/app-server.ts'
import type { System } from '../../dev/systems/system.ts'
import { buildBackstage, createWorld } from '../../dev/world.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import type { Call, Message } from '../../src/http/call.ts'
import { readInputs } from '../../src/inputs/inputs.ts'
import { runStep } from '../exchanges/in-process.ts'

const { post } = appServerDocument.paths['/access_tokens']!

type Seen = readonly { readonly request: FakeRequest; readonly reply: FakeReply }[]

/** The app server's system, with a note of what its fake was asked and what it answered. */
function noted(settings: AppServerSettings = {}): { system: System<AppServerSetup>; seen: Seen } {
  const system = appServerSystem(settings)
  const seen: { request: FakeRequest; reply: FakeReply }[] = []
  return {
    seen,
    system: {
      ...system,
      setUp: (foundations, variant) => {
        const setup = system.setUp(foundations, variant)
        const handler = setup.handlers['app-server']!
        return {
          ...setup,
          handlers: {
            ...setup.handlers,
            'app-server': async (request) => {
              const reply = await handler(request)
              seen.push({ request, reply })
              return reply
            },
          },
        }
      },
    },
  }
}

describe('what the document shows fits its own schemas', () => {
  const { examples } = post.requestBody.content['application/json']
  test.each(Object.entries(examples))('request: %s', (_, { value }) => {
    expect(requestFaults(value)).toEqual([])
  })

  test('answer', () => {
    const body = post.responses['200']!.content['application/json']!.example as object
    expect(answerFaults({ status: 200, body })).toEqual([])
  })
})

describe('the client asks as the document says, and the fake answers so', () => {
  test.each([
    ['its own repository', {}],
    ['another repository', { repository: 'target' }],
    ['another repository with owner', { repository: 'octo-org/target' }],
    ['several, the owner beside', { owner: 'octo-org', repositories: 'workflows, target' }],
    ['the owner alone', { owner: 'octo-org' }],
    ['scopes in any form', { permissions: 'contents: read, pull_requests: write', repository: 'target' }],
  ])('%s', async (_, inputs) => {
    const { system, seen } = noted({ prefix: '/stage' })
    await using world = await createWorld(system)
    const ran = await runStep(appServer, world, '.', { inputs })
    expect(ran.errors).toEqual([])
    expect(ran.leaks).toEqual([])
    const [{ request, reply } = expect.fail('no request')] = seen
    expect(request).toMatchObject({
      method: 'POST',
      url: { pathname: '/stage/access_tokens', search: '' },
      headers: {
        authorization: expect.stringMatching(/^Bearer \S+$/) as string,
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': expect.stringMatching(/./) as string,
      },
    })
    expect(request.headers).not.toHaveProperty('x-authorization')
    expect(requestFaults(JSON.parse(request.body))).toEqual([])
    expect(reply.status).toBe(200)
    expect(answerFaults(reply)).toEqual([])
  })

  test('all repositories', async () => {
    const { system, seen } = noted()
    await using world = await createWorld(system)
    const policy = world.setup.repositories['octo-org/.github-access-token']!
    policy['access-token.yaml'] = [
      policy['access-token.yaml'],
      "statements: [{ subjects: ['repo:octo-org@*/*:**'], permissions: { contents: read } }]",
    ].join('')
    const ran = await runStep(appServer, world, '.', { inputs: { repositories: 'all' } })
    expect(ran.errors).toEqual([])
    expect(ran.leaks).toEqual([])
    expect(ran.outputs['repositories']).toBe('ALL')
    expect(seen).toHaveLength(1)
    expect(JSON.parse(seen[0]!.request.body)).toEqual({
      repositories: 'ALL',
      permissions: { contents: 'read' },
    })
    expect(requestFaults(JSON.parse(seen[0]!.request.body))).toEqual([])
    expect(answerFaults(seen[0]!.reply)).toEqual([])
  })

  test('behind AWS IAM, with the ID token in a signed header', async () => {
    const { system, seen } = noted()
    await using world = await createWorld(system, { variant: 'aws' })
    const ran = await runStep(appServer, world, '.')
    expect(ran.errors).toEqual([])
    expect(ran.leaks).toEqual([])
    const [{ request, reply } = expect.fail('no request')] = seen
    expect(request.headers['x-authorization']).toMatch(/^Bearer \S+$/)
    expect(request.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=.*, SignedHeaders=\S*x-amz-content-sha256;\S*x-authorization, Signature=/,
    )
    expect(requestFaults(JSON.parse(request.body))).toEqual([])
    expect(answerFaults(reply)).toEqual([])
  })

  test('whatever the inputs are, if they are taken at all', async () => {
    const name = fc.stringMatching(/^[\w.-]{1,12}$/)
    const owner = fc.stringMatching(/^[a-zA-Z\d][\w-]{0,8}$/)
    const scope = fc.stringMatching(/^[A-Za-z]{1,6}([ _-][a-z\d]{1,4}){0,2}$/)
    const level = fc.constantFrom('read', 'write', 'admin', 'Read', 'none')
    let taken = 0
    await fc.assert(
      fc.asyncProperty(
        fc.option(owner, { nil: '' }),
        fc.oneof(
          fc.constantFrom('', 'ALL', 'all'),
          fc.array(name, { maxLength: 34 }).map((names) => names.join(', ')),
        ),
        fc.option(name, { nil: '' }),
        fc.array(fc.tuple(scope, level), { minLength: 1, maxLength: 4 }),
        async (ownerInput, repositories, repository, permissions) => {
          const given: Record<string, string> = {
            'app-server': 'https://app-server.example.com',
            owner: ownerInput,
            repositories,
            repository,
            permissions: permissions.map((pair) => pair.join(': ')).join('\n'),
          }
          const body = await bodyOf(given)
          if (body === undefined) return
          taken++
          expect(requestFaults(body)).toEqual([])
        },
      ),
      { numRuns: 300, seed: 1 },
    )
    expect(taken).toBeGreaterThan(30)
  })
})

/** The body that is sent for these inputs; `undefined` where they are refused. */
async function bodyOf(given: Readonly<Record<string, string>>): Promise<unknown> {
  const environment = { GITHUB_REPOSITORY: 'octo-org/workflows' }
  let settings: Awaited<ReturnType<typeof appServer.settings>>
  try {
    settings = await appServer.settings(
      readInputs((name) => given[name] ?? ''),
      environment,
    )
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_INPUT' })
    return undefined
  }
  const sent: Message[] = []
  const stop = new Error('sent')
  const exchange = appServer.exchange(settings, {
    environment,
    idToken: () => Promise.resolve('ID-TOKEN'),
    mask: () => undefined,
    revokeAtEnd: () => undefined,
    now: () => 0,
    send: async <T>(call: Call<T>): Promise<T> => {
      sent.push(await call.prepare(() => 0))
      throw stop
    },
  })
  await expect(exchange).rejects.toBe(stop)
  return JSON.parse(sent[0]?.body ?? '')
}

describe('the fake refuses as the document says', () => {
  async function ask(
    change: (request: FakeRequest) => FakeRequest,
    options: { variant?: string; claims?: Readonly<Record<string, unknown>>; deny?: boolean } = {},
  ): Promise<FakeReply> {
    const url = (role: string): string => `https://${role}.example.com`
    const { claims = {}, variant = 'bearer', deny = false } = options
    const { handlers, issuer, setup } = await buildBackstage(appServerSystem(), { url, claims, variant })
    if (deny) setup.deny()
    const token = await issuer.mint('app-server.example.com')
    return handlers['app-server']!(
      change({
        method: 'POST',
        url: new URL('https://app-server.example.com/access_tokens'),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ permissions: { contents: 'read' } }),
      }),
    )
  }
  const body = (content: unknown) => (request: FakeRequest) => ({ ...request, body: JSON.stringify(content) })
  const same = (request: FakeRequest): FakeRequest => request

  test('takes the request that the others are changes of', async () => {
    expect((await ask(same)).status).toBe(200)
  })

  test.each<[string, number, Parameters<typeof ask>]>([
    ['no ID token', 401, [(request) => ({ ...request, headers: {} })]],
    ['another audience', 401, [same, { claims: { aud: 'else' } }]],
    ['a policy that does not grant it', 403, [same, { deny: true }]],
    ['no signature', 403, [same, { variant: 'aws' }]],
    ['another path', 404, [(request) => ({ ...request, url: new URL('https://app-server.example.com/x') })]],
    ['another method', 404, [(request) => ({ ...request, method: 'PUT' })]],
    ['a large body', 413, [body({ permissions: { contents: 'read' }, owner: 'x'.repeat(102_400) })]],
    ['no JSON', 400, [(request) => ({ ...request, body: '{' })]],
  ])('%s: %i', async (_, status, question) => {
    const reply = await ask(...question)
    expect(reply.status).toBe(status)
    expect(answerFaults(reply)).toEqual([])
  })

  test.each([
    ['nothing', {}],
    ['no object', ['permissions']],
    ['no permissions', { permissions: {} }],
    ['a scope in snake case', { permissions: { pull_requests: 'read' } }],
    ['a scope with a capital', { permissions: { Contents: 'read' } }],
    ['a level that is none', { permissions: { contents: 'none' } }],
    ['an unknown member', { permissions: { contents: 'read' }, repository: 'target' }],
    ['all in small letters', { permissions: { contents: 'read' }, repositories: 'all' }],
    ['null', { permissions: { contents: 'read' }, repositories: null }],
    [
      '33 repositories',
      { permissions: { contents: 'read' }, repositories: Array.from({ length: 33 }, (_, n) => `r${n}`) },
    ],
    ['a path', { permissions: { contents: 'read' }, repositories: ['a/b/c'] }],
    ['a number', { permissions: { contents: 'read' }, repositories: [1] }],
    ['an owner alone', { permissions: { contents: 'read' }, owner: 'octo-org' }],
    [
      'an owner with no repositories',
      { permissions: { contents: 'read' }, owner: 'octo-org', repositories: [] },
    ],
    ['an owner that is none', { permissions: { contents: 'read' }, owner: '-x', repositories: 'ALL' }],
  ])('what the schema refuses: %s', async (_, content) => {
    expect(requestFaults(content)).not.toEqual([])
    const reply = await ask(body(content))
    expect(reply.status).toBe(400)
    expect(answerFaults(reply)).toEqual([])
  })

  // docs/app-server.md, Traps: the open server takes less than the document allows.
  test.each([
    ['a scope that it does not know', { permissions: { attestations: 'read' } }],
    ['a level that the scope does not have', { permissions: { workflows: 'read' } }],
    [
      'an owner with an underscore',
      { permissions: { contents: 'read' }, owner: 'mona_acme', repositories: ['x'] },
    ],
    ['an owner of one letter', { permissions: { contents: 'read' }, owner: 'm', repositories: ['x'] }],
    ['two owners', { permissions: { contents: 'read' }, repositories: ['octo-org/a', 'monalisa/b'] }],
    [
      'two spellings of an owner',
      { permissions: { contents: 'read' }, owner: 'Octo-Org', repositories: ['octo-org/a'] },
    ],
  ])('what it refuses beyond the schema: %s', async (_, content) => {
    expect(requestFaults(content)).toEqual([])
    const reply = await ask(body(content))
    expect(reply.status).toBe(400)
    expect(answerFaults(reply)).toEqual([])
  })
})

test('the client takes the answer that the document shows', async () => {
  const { system, seen } = noted()
  const body = post.responses['200']!.content['application/json']!.example as object
  await using world = await createWorld(system, {
    faults: { 'app-server': [fault.answer({ status: 200, body })] },
  })
  const ran = await runStep(appServer, world, '.')
  expect(seen).toEqual([])
  expect(ran.errors).toEqual([])
  expect(ran.leaks).toEqual([])
  expect(ran.outputs).toMatchObject({
    token: 'ghs_EXAMPLE',
    'expires-at': '2026-11-21T08:01:20.955Z',
    owner: 'octo-org',
    repositories: '["target"]',
    permissions: '{"contents":"read","metadata":"read"}',
  })
})
