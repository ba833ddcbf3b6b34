import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../src/identity/claims.ts'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import type { FakeRequest } from '../../dev/fakes/handler.ts'
import { ROLE_ARN } from '../../dev/fakes/aws-account.ts'
import { appServerSystem, system } from '../../dev/systems/app-server.ts'
import { system as awsRds } from '../../dev/systems/database/aws-rds.ts'
import { system as httpSecret } from '../../dev/systems/secret/http.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { preload } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'
import { asked, requestsOf } from './root.ts'

/** Has the process say on its output that it wrote to a file of the runner, when it does. */
const TELLS_OF_WRITING = preload(`
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const append = fs.appendFileSync
  fs.appendFileSync = (path, ...more) => {
    const name = ['GITHUB_STATE', 'GITHUB_OUTPUT'].find((each) => process.env[each] === path)
    process.stdout.write('wrote ' + name + '\\n')
    return append(path, ...more)
  }
  syncBuiltinESMExports()`)

describe('the exchange', () => {
  it('gets a token for the ID token, hands it over and says what was granted', async () => {
    await using world = await createWorld(system)
    const main = await world.run()
    const token = await expectGranted(world, main)
    const [request] = world.server('app-server').requests
    expect(request).toMatchObject({ method: 'POST', path: '/access_tokens' })
    expect(request?.headers['content-type']).toBe('application/json')
    expect(claimsOf(request?.headers['authorization'] ?? '')).toMatchObject({ aud: '127.0.0.1' })
    expect(asked(world)).toEqual({ permissions: { contents: 'read' } })
    const hash = createHash('sha256').update(token).digest('base64')
    expect(main.outputs).toMatchObject({
      'token-hash': hash,
      owner: 'octo-org',
      repositories: '["workflows"]',
      permissions: '{"contents":"read"}',
    })
    expect(Object.keys(main.outputs).sort()).toEqual([
      'expires-at',
      'owner',
      'permissions',
      'repositories',
      'token',
      'token-hash',
    ])
    const expires = main.outputs['expires-at'] ?? ''
    expect(new Date(expires).toISOString()).toBe(expires)
    expect(main.log).toBe(`Token for "octo-org/workflows": contents: read; ends ${expires}; hash ${hash}\n`)
    expect(main.summary).toBe('')
    expect(requestsOf(world)).toBe(2)
  })

  it.each<[string, System, string]>([
    ['a token', system, 'token'],
    ['a secret of one line', httpSecret, 'secret'],
    ['a signature', awsRds, 'token'],
  ])(
    'masks %s before it writes anything, and saves it for post before it sets outputs',
    async (_name, of, output) => {
      await using world = await createWorld(of)
      const main = await world.run({ preloads: [TELLS_OF_WRITING] })
      const credential = await expectGranted(world, main)
      expect(main.outputs[output]).toBe(credential)
      const lines = main.raw.split(/\r?\n/)
      const written = lines.filter((line) => line.startsWith('wrote GITHUB_'))
      const states = of === system ? 5 : 0
      expect(written.slice(0, states)).toEqual(Array<string>(states).fill('wrote GITHUB_STATE'))
      expect(new Set(written.slice(states))).toEqual(new Set(['wrote GITHUB_OUTPUT']))
      const masked = lines.indexOf(`::add-mask::${credential.replaceAll('%', '%25')}`)
      expect(masked).toBeGreaterThanOrEqual(0)
      expect(masked).toBeLessThan(lines.findIndex((line) => line.startsWith('wrote ')))
    },
  )

  it('uses the audience that is given', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs: { audience: 'https://elsewhere.example' } })
    expect(expectRefused(world, main)).toContain(
      'The audience of the ID token was "https://elsewhere.example".',
    )
    expect(claimsOf(world.server('app-server').requests[0]?.headers['authorization'] ?? '')).toMatchObject({
      aud: 'https://elsewhere.example',
    })
  })

  it('sends an audience whole, whatever stands in it', async () => {
    await using world = await createWorld(system)
    const audience = 'https://a.example/?b=1&audience=evil#c+d%41 ü'
    expectRefused(world, await world.run({ inputs: { audience } }))
    expect(world.issuer.issued.map((each) => each.audience)).toEqual([audience])
    expect(claimsOf(world.server('app-server').requests[0]?.headers['authorization'] ?? '')).toMatchObject({
      aud: audience,
    })
  })

  it('keeps a path in the URL of the app server', async () => {
    await using world = await createWorld(appServerSystem({ prefix: '/stage' }))
    await expectGranted(world, await world.run())
    expect(world.server('app-server').requests[0]?.path).toBe('/stage/access_tokens')
  })
})

describe('the signed path', () => {
  it.each(['lambda', 'execute-api', 'vpc-lattice-svcs'] as const)('signs for %s', async (service) => {
    await using world = await createWorld(appServerSystem({ service }), { variant: 'aws' })
    await expectGranted(world, await world.run())
    expect(requestsOf(world)).toBe(4)
    const [request] = world.server('app-server').requests
    expect(request?.headers['authorization']).toContain(`/eu-central-1/${service}/aws4_request`)
    expect(request?.headers['authorization']).toMatch(/SignedHeaders=[^,]*x-authorization/)
    expect(claimsOf(request?.headers['x-authorization'] ?? '')).toMatchObject({ aud: '127.0.0.1' })
    const form = new URLSearchParams(world.server('sts').requests[0]?.body)
    expect(Object.fromEntries(form)).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: ROLE_ARN,
      DurationSeconds: '900',
      RoleSessionName: expect.stringMatching(/^\d+@octo-org\.workflows$/) as string,
    })
    expect(claimsOf(form.get('WebIdentityToken') ?? '')).toMatchObject({ aud: 'sts.amazonaws.com' })
  })

  it('signs with the credentials of the environment where no role is given', async () => {
    await using world = await createWorld(system, { variant: 'aws' })
    const first = await world.run()
    await expectGranted(world, first)
    const secret = (name: string): string => world.secrets.find((each) => each.name === name)?.value ?? ''
    const names = world.secrets.map(({ name }) => name)
    const key = /Credential=(\w+)\//.exec(
      world.server('app-server').requests[0]?.headers['authorization'] ?? '',
    )?.[1]
    const main = await world.run({
      inputs: {
        'app-server': `{"url": "${world.url('app-server')}", "auth": {"type": "aws", "region": "eu-central-1", "service": "lambda"}}`,
      },
      env: {
        AWS_ACCESS_KEY_ID: key,
        AWS_SECRET_ACCESS_KEY: secret(names.find((name) => /secret/i.test(name)) ?? ''),
        AWS_SESSION_TOKEN: secret(names.find((name) => /session/i.test(name)) ?? ''),
      },
    })
    await expectGranted(world, main)
    expect(world.server('sts').requests).toHaveLength(1)
    expect(world.server('oidc').requests).toHaveLength(3)
  })

  it('says where to get credentials when there are none', async () => {
    await using world = await createWorld(system, { variant: 'aws' })
    const main = await world.run({
      inputs: {
        'app-server': `url: ${world.url('app-server')}\nauth:\n  type: aws\n  region: eu-central-1\n  service: lambda`,
      },
    })
    expect(expectRefused(world, main)).toContain('NO_AWS_CREDENTIALS')
    expect(requestsOf(world)).toBe(0)
  })

  // In another order than this, an answer is waited for that never comes.
  it('fetches the two ID tokens side by side', async () => {
    await using world = await createWorld(system, { variant: 'aws' })
    const { faults, seen } = world.server('oidc')
    const both = Promise.all([seen(1), seen(2)])
    faults.push(fault.held(both), fault.held(both))
    await expectGranted(world, await world.run())
    expect(answers(world, 'oidc')).toEqual([200, 200])
  })

  it('asks STS although the ID token for the app server is still under way', async () => {
    await using world = await createWorld(system, { variant: 'aws' })
    const asked = fault.held(world.server('sts').seen(1))
    const forAppServer = (request: FakeRequest): Fault | undefined =>
      request.url.searchParams.get('audience') === '127.0.0.1' ? asked : undefined
    world.server('oidc').faults.push(forEver(forAppServer))
    await expectGranted(world, await world.run())
    expect(answers(world, 'sts')).toEqual([200])
  })
})

describe('post', () => {
  it('revokes the token when the job ends', async () => {
    await using world = await createWorld(system)
    const main = await world.run()
    const token = await expectGranted(world, main)
    const post = await world.post(main)
    expectClean(world, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(await world.setup.accepts(token)).toBe(false)
    expect(answers(world, 'github')).toEqual([204])
    expect(world.server('github').requests[0]).toMatchObject({
      method: 'DELETE',
      path: '/installation/token',
    })
  })

  it('leaves the token alone with skip-token-revoke', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ inputs: { 'skip-token-revoke': 'true' } })
    const token = await expectGranted(world, main)
    expect(main.state).toEqual({})
    const post = await world.post(main)
    expect(post).toMatchObject({ outcome: 'success', log: 'Nothing to revoke.\n' })
    expect(await world.setup.accepts(token)).toBe(true)
    expect(answers(world, 'github')).toEqual([])
  })

  it('revokes at the API of GitHub Enterprise Server', async () => {
    await using world = await createWorld(appServerSystem({ apiPath: '/api/v3' }))
    const main = await world.run()
    await expectGranted(world, main)
    const post = await world.post(main)
    expect(post.log).toBe('The token was revoked.\n')
    expect(world.server('github').requests[0]?.path).toBe('/api/v3/installation/token')
  })
})

describe('proxies and private authorities', () => {
  it('sends everything through the proxy', async () => {
    await using world = await createWorld(system, { variant: 'aws', proxy: {} })
    const main = await world.run()
    await expectGranted(world, main)
    const post = await world.post(main)
    expectClean(world, post)
    expect(post.log).toBe('The token was revoked.\n')
    const targets = world.proxy?.targets.map(({ target }) => target)
    expect(new Set(targets)).toEqual(
      new Set(['oidc.example:443', 'sts.example:443', 'app-server.example:443', 'github.example:443']),
    )
    // One tunnel for each request: none is opened early.
    expect(targets).toHaveLength(5)
  })

  it('obeys no_proxy', async () => {
    await using world = await createWorld(system, { proxy: {}, inputs: { 'timeout-seconds': '1' } })
    const main = await world.run({ leaps: true, env: { no_proxy: 'app-server.example' } })
    expect(expectRefused(world, main)).toContain('host name')
    expect(world.proxy?.targets.map(({ target }) => target)).toEqual(['oidc.example:443'])
  })

  it('trusts an authority of NODE_EXTRA_CA_CERTS', async () => {
    await using world = await createWorld(system, { tls: 'good' })
    await expectGranted(world, await world.run())
  })
})
