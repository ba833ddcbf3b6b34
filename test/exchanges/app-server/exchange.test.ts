import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { environmentOf, ROLE_ARN } from '../../../dev/fakes/aws-account.ts'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import { claimsOf } from '../../../src/identity/claims.ts'
import { asked, open, problem, refusal, run } from './fixture.ts'

const AWS = { variant: 'aws' }
const AUTH = { type: 'aws', region: 'eu-central-1', service: 'lambda' }

describe('a token', () => {
  test('is asked for by one request, with the ID token as bearer, and handed over with what was granted', async () => {
    const world = await open({ apiPath: '/api/v3', prefix: '/stage' })
    const ran = await run(world)
    const token = world.setup.github.issued[0]!
    const hash = createHash('sha256').update(token).digest('base64')
    const { 'expires-at': ends = '' } = ran.outputs
    expect(ran.outputs).toEqual({
      token,
      'token-hash': hash,
      owner: 'octo-org',
      repositories: '["workflows"]',
      permissions: '{"contents":"read"}',
      'expires-at': new Date(ends).toISOString(),
    })
    expect(ran.infos).toEqual([`Token for "octo-org/workflows": contents: read; ends ${ends}; hash ${hash}`])
    expect(JSON.parse(ran.state['revocable']!)).toEqual({
      issuer: 'github',
      token,
      apiUrl: `${world.url('github')}/api/v3`,
      ends,
    })
    // One that is cut off would leave a token behind.
    expect(ran.limits).toEqual([10_000, 35_000])
    const { requests } = world.server('app-server')
    expect(requests).toMatchObject([{ method: 'POST', path: '/stage/access_tokens', answered: 200 }])
    expect(requests[0]!.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      authorization: `Bearer ${world.issuer.issued[0]!.token}`,
    })
    expect(asked(world)).toEqual({ permissions: { contents: 'read' } })
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['127.0.0.1'])
  })

  test.each<[Record<string, string>, object]>([
    [{ repositories: 'ALL' }, { repositories: 'ALL' }],
    [
      { owner: 'somebody', repositories: 'a, b' },
      { owner: 'somebody', repositories: ['a', 'b'] },
    ],
  ])('is asked for with %j', async (inputs, sent) => {
    const world = await open()
    await run(world, { inputs: { ...inputs, permissions: 'contents:read,pull_requests:write' } })
    expect(asked(world)).toEqual({ ...sent, permissions: { contents: 'read', 'pull-requests': 'write' } })
  })

  test('that an unreadable answer may have brought ends within the hour', async () => {
    const world = await open()
    world.server('app-server').faults.push(fault.html())
    expect(await refusal(world)).toContain('nobody has it: it cannot be revoked here, and ends within the hour.\n')
  })
})

describe('a signed request', () => {
  test.each([
    ['lambda', 'sts.amazonaws.com'],
    ['execute-api', 'sts.amazonaws.com'],
    ['vpc-lattice-svcs', 'own-audience'],
  ] as const)('is for %s, by a role for the audience %s', async (service, audience) => {
    const world = await open({ service, audience }, AWS)
    expect((await run(world)).succeeded).toBe(true)
    const [{ headers } = expect.fail()] = world.server('app-server').requests
    expect(headers['authorization']).toContain(`/eu-central-1/${service}/aws4_request`)
    expect(headers['authorization']).toMatch(/SignedHeaders=[^,]*x-authorization/)
    expect(claimsOf(headers['x-authorization']!)).toMatchObject({ aud: '127.0.0.1' })
    expect(world.setup.account.sts.sessions).toMatchObject([{ role: ROLE_ARN, duration: 900 }])
    expect(world.issuer.issued.map((issued) => issued.audience).sort()).toEqual(['127.0.0.1', audience])
  })

  test('is signed with the credentials of the environment where no role is given', async () => {
    const world = await open({}, AWS)
    await run(world)
    const inputs = { 'app-server': JSON.stringify({ url: world.url('app-server'), auth: AUTH }) }
    const env = environmentOf(world.setup.account.sts.sessions[0]!.keys)
    expect((await run(world, { inputs, env })).succeeded).toBe(true)
    expect(world.server('sts').requests).toHaveLength(1)
    expect(await refusal(world, { inputs })).toMatch(
      /app-server\.auth\.roleArn is not set, and the environment has no AWS credentials\.\n.*\nNO_AWS_CREDENTIALS: /,
    )
  })

  // In another order than these, an answer is waited for that comes to no first attempt.
  test('asks for its ID tokens in parallel, and STS while that for the app server is still under way', async () => {
    const world = await open({}, AWS)
    const atSts = fault.held(world.server('sts').seen(1))
    const both = fault.held(world.server('oidc').seen(2))
    world
      .server('oidc')
      .faults.push(forEver(({ url }) => (url.searchParams.get('audience') === '127.0.0.1' ? atSts : both)))
    expect((await run(world)).succeeded).toBe(true)
    expect(world.server('oidc').requests).toHaveLength(2)
  })

  test('is retried with a new ID token and a new signature, by the same role', async () => {
    const world = await open({}, AWS)
    world.server('app-server').faults.push(fault.status(503, { retryAfter: 61 }))
    const ran = await run(world, { inputs: { 'timeout-seconds': '120' } })
    expect(ran.succeeded).toBe(true)
    const sent = world.server('app-server').requests.map(({ headers }) => headers)
    for (const name of ['authorization', 'x-authorization'])
      expect(new Set(sent.map((headers) => headers[name])).size, name).toBe(2)
    expect(world.server('sts').requests).toHaveLength(1)
  })

  test.each([
    ['aws', 2],
    ['bearer', 1],
  ])('alone has to do with a wrong clock (%s)', async (variant, requests) => {
    const now = (): number => Date.now() + 600_000
    const world = await open({}, { variant, now })
    expect((await run(world)).succeeded).toBe(true)
    expect(world.server('app-server').requests).toHaveLength(requests)
  })
})

describe('a refusal', () => {
  test('names the audience that was sent, by the claims of the ID token that was refused', async () => {
    const world = await open({}, AWS)
    const isForSts = forEver(({ url }) =>
      url.searchParams.get('audience') === 'sts.amazonaws.com' ? fault.held(world.server('oidc').seen(2)) : undefined,
    )
    world.server('oidc').faults.push(isForSts)
    const ran = await run(world, { inputs: { audience: 'wrong' } })
    expect(ran.errors[0]).toContain('The audience of the ID token was "wrong". Add it to the list')
    expect(ran.group).toContain('aud: wrong')
  })

  test('has the policy to paste', async () => {
    const ran = await run(open(), { inputs: { repository: 'other' } })
    expect(ran.errors[0]).toMatch(/refused \(403 Forbidden\): octo-org\/other: Access policy not found/)
    expect(ran.group).toContain('origin: octo-org/other')
    expect(ran.summary).toContain('```yaml\norigin: octo-org/other\n')
  })

  test('of an address of GitHub that is not encrypted', async () => {
    const inputs = { 'github-api-url': 'http://api.github.com' }
    expect(await problem(open(), inputs)).toContain('github-api-url must begin with https://')
  })
})
