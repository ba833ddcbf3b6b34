import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { appServerError, type AppServerOptions } from '../../dev/fakes/app-server.ts'
import { ask, jsonOf, setStage, textOf } from './fakes.ts'
import { behind, READ, setScene } from './app-server-scene.ts'

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
    const { server, send, issuer } = await setScene({ prefix: '/stage' })
    const authorization = `Bearer ${await issuer.mint('app.example')}`
    const reply = await send('/stage/access_tokens?pretty', { authorization }, READ)
    expect(textOf(reply)).toMatch(/^\{\n {2}"token"/)
    expect(reply.headers?.['x-request-id']).toMatch(/^[\w-]{36}$/)
    const lost = await send('/access_tokens', { authorization }, READ)
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
  test.each<[Record<string, string>, string]>([
    [{}, 'Missing authorization header'],
    [{ authorization: 'bearer x' }, 'Unexpected authorization scheme bearer'],
    [{ authorization: 'token x' }, 'Unexpected authorization scheme token'],
    [{ authorization: 'Bearer x' }, 'Invalid token: Invalid Compact JWS'],
  ])('for the headers %j', async (headers, message) => {
    const { send } = await setScene()
    const reply = await send('/access_tokens', headers, READ)
    expect(reply.status).toBe(401)
    expect(jsonOf(reply)).toMatchObject({ error: 'Unauthorized', message })
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
    const { post, send } = await setScene(behind(service))
    expect(await post(READ, { authorization: '' })).toMatchObject({ status: 403 })
    expect(jsonOf(await send('/access_tokens'))).toEqual(body)
  })

  test('API Gateway has no other paths than those of its stage, signed or not', async () => {
    const { send } = await setScene({ prefix: '/stage', ...behind('execute-api') })
    const signed = { authorization: 'AWS4' }
    for (const path of ['/access_tokens', '/prod/access_tokens', '/stage/tokens']) {
      expect(await send(path, signed)).toMatchObject({
        status: 403,
        headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException' },
        body: { message: 'Missing Authentication Token' },
      })
    }
    const known = await send('/stage/access_tokens', signed)
    expect(known.headers).toEqual({ 'x-amzn-errortype': 'IncompleteSignatureException' })
  })

  test('VPC Lattice refuses in plain text', async () => {
    const { send } = await setScene(behind('vpc-lattice-svcs'))
    const reply = await send('/access_tokens')
    expect(reply.status).toBe(403)
    expect(textOf(reply)).toMatch(
      /^AccessDeniedException: User: anonymous is not authorized to perform: vpc-lattice-svcs:Invoke on /,
    )
  })
})
