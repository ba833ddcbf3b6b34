import { describe, expect, test } from 'vitest'
import { fault } from '../../../dev/fakes/faults.ts'
import { ISSUER } from '../../../dev/fakes/issuer.ts'
import { octoSts } from '../../../src/exchanges/octo-sts/exchange.ts'
import { inputsOf } from '../../inputs/fixture.ts'
import { SUBJECT } from '../in-process.ts'
import { open, policy, refusal, run } from './fixture.ts'

describe('a token', () => {
  test('is masked, saved for post, set as output, alive, and ends an hour after it was asked for', async () => {
    const now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({}, { now: () => now })
    const ran = await run(world, { now: () => now })
    const token = ran.outputs['token']!
    expect(ran.succeeded).toBe(true)
    expect(await world.setup.accepts(token)).toBe(true)
    expect(ran.masks).toContain(token)
    expect(ran.outputs).toEqual({ token, 'expires-at': '2026-11-21T09:00:00.000Z' })
    expect(ran.state['version']).toBe('2')
    expect(JSON.parse(ran.state['revocable']!)).toEqual({
      issuer: 'github',
      token,
      apiUrl: `${world.url('github')}/`,
      ends: '2026-11-21T09:00:00.000Z',
    })
    expect(ran.infos).toEqual([
      'Token for "octo-org/target", granted by the trust policy "deploy"; ends 2026-11-21T09:00:00.000Z',
    ])
    expect(world.setup.octoSts.granted).toEqual([
      { scope: 'octo-org/target', identity: 'deploy', permissions: { contents: 'read' } },
    ])
  })

  test('is asked for by scope and identity, with the ID token for the domain as bearer', async () => {
    const world = await open()
    await run(world)
    const [request] = world.server('octo-sts').requests
    const [idToken] = world.issuer.issued
    expect(request).toMatchObject({
      method: 'POST',
      path: '/sts/exchange?scope=octo-org%2Ftarget&identity=deploy',
      body: '',
      answered: 200,
    })
    expect(request!.headers['authorization']).toBe(`Bearer ${idToken!.token}`)
    expect(idToken!.audience).toBe(new URL(world.url('octo-sts')).host)
  })

  test('ends an hour after the try that brought it, not after one that failed', async () => {
    let now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({}, { now: () => now })
    world.server('octo-sts').faults.push(() => {
      now += 60_000
      return fault.status(503)
    })
    const ran = await run(world, { now: () => now })
    expect(ran.slept).toHaveLength(1)
    expect(ran.outputs['expires-at']).toBe('2026-11-21T09:01:00.000Z')
  })

  test('ends an hour after it was asked for, not after it came', async () => {
    let now = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({}, { now: () => now })
    world.server('octo-sts').faults.push(
      fault.alter((reply) => {
        now += 5_000
        return reply
      }),
    )
    const ran = await run(world, { now: () => now })
    expect(world.server('octo-sts').requests.map(({ answered }) => answered)).toEqual(['alter'])
    expect(ran.outputs['expires-at']).toBe('2026-11-21T09:00:00.000Z')
  })

  test('is waited for longer than most answers take: one cut off would leave a token behind', async () => {
    expect((await run(await open())).limits).toEqual([10_000, 30_000])
  })

  test('is for the workflow’s repository by default', async () => {
    const world = await open()
    world.setup.policies['octo-org/workflows'] = world.setup.policies[world.setup.scope]!
    // The runner fills in the default of action.yml where a workflow gives none; an empty input falls back to it too.
    expect((await run(world, { inputs: { scope: '' } })).succeeded).toBe(true)
    expect(world.setup.octoSts.granted.map(({ scope }) => scope)).toEqual(['octo-org/workflows'])
  })

  test('for an owner comes by the policy of its repository .github', async () => {
    const world = await open()
    world.setup.policies[world.setup.scope] = {}
    expect((await run(world, { inputs: { scope: 'octo-org' } })).succeeded).toBe(true)
    expect(world.setup.octoSts.granted.map(({ scope }) => scope)).toEqual(['octo-org'])
  })

  test('is for the audience given', async () => {
    const world = await open()
    policy(world, `issuer: ${ISSUER}`, `subject: ${SUBJECT}`, 'audience: my-sts')
    expect((await run(world, { inputs: { audience: 'my-sts' } })).succeeded).toBe(true)
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['my-sts'])
  })
})

describe('settings', () => {
  const HOST_NAME = 'must be a host name, without https:// or a path'
  const AUDIENCE = 'must have at most 255 characters, without spaces, quotes, brackets or @'
  const NAME = 'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters'
  test.each([
    ['domain', 'https://octo-sts.dev', HOST_NAME],
    ['domain', 'octo-sts.dev/sts', HOST_NAME],
    ['domain', 'user@octo-sts.dev', HOST_NAME],
    ['domain', 'octo-sts.dev?x=y', HOST_NAME],
    ['domain', 'octo-sts.dev:99999', 'must be a URL'],
    ['domain', `${'a.'.repeat(126)}dev`, HOST_NAME],
    ['domain', '-octo.dev', HOST_NAME],
    ['scope', 'octo-org/target/more', 'must be owner/name, or only the owner'],
    ['scope', 'octo org', 'must be owner/name, or only the owner'],
    ['identity', '', 'is required'],
    ['scope', `octo-org/${'a'.repeat(247)}`, 'must be owner/name, or only the owner'],
    ['identity', '../secret', NAME],
    ['identity', 'a b', NAME],
    ['identity', `it's`, NAME],
    ['identity', 'a(b)', NAME],
    ['identity', 'a'.repeat(256), NAME],
    ['audience', 'my sts', AUDIENCE],
    ['audience', 'sts@example.com', AUDIENCE],
    ['github-api-url', 'http://api.github.com', 'must begin with https://'],
    ['skip-token-revoke', 'perhaps', 'must be true or false'],
  ])('%s: "%s" is refused before anything is sent', async (name, value, rule) => {
    const world = await open()
    expect(await refusal(world, { inputs: { [name]: value } })).toContain(`Nothing was sent.\n- ${name} ${rule}`)
    expect(world.server('octo-sts').requests).toEqual([])
    expect(world.server('oidc').requests).toEqual([])
  })

  test.each([
    ['deploy.sts.yaml', 'deploy'],
    ['team/deploy.sts.yml', 'team/deploy'],
    ['.github/chainguard/deploy.sts.yaml', 'deploy'],
    ['.sts.yaml', 'deploy'],
  ])('identity: %s is refused with the name that works: %s', async (identity, name) => {
    const world = await open()
    expect(await refusal(world, { inputs: { identity } })).toMatch(
      new RegExp(`^- identity must be .* and \\.sts\\.yaml.*\\b${name}\\b[^/]*$`, 'm'),
    )
    expect(world.server('oidc').requests).toEqual([])
  })

  test.each([
    ['octo-sts.dev', 'https://octo-sts.dev'],
    ['sts.example.com:8443', 'https://sts.example.com:8443'],
    ['127.0.0.1.example.com', 'https://127.0.0.1.example.com'],
    ['localhost.example.com', 'https://localhost.example.com'],
    ['10.0.0.1', 'https://10.0.0.1'],
    ['localhost:8080', 'http://localhost:8080'],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('%s is asked at %s', async (domain, origin) => {
    const given: Record<string, string> = { identity: 'deploy', domain, 'github-api-url': 'https://api.github.com' }
    const inputs = inputsOf(given)
    const { url, audience } = await octoSts.settings(inputs, { GITHUB_REPOSITORY: 'octo-org/workflows' })
    inputs.check()
    expect(url.origin).toBe(origin)
    expect(audience).toBe(domain)
  })
})
