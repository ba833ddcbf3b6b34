import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fault } from '../../dev/fakes/faults.ts'
import { situations } from '../../dev/runner/context.ts'
import { readAction } from '../../dev/runner/action-file.ts'
import { appServerSystem, system } from '../../dev/systems/app-server.ts'
import { allSystems } from '../../dev/systems/system.ts'
import { buildBackstage, createWorld, ROOT } from '../../dev/world.ts'
import { ask, jsonOf } from './fakes.ts'

/** The system of the root with the small client of the fixtures as its action. */
const client = { ...appServerSystem(), action: 'test/dev/fixtures/client' }

describe('a world', () => {
  test('runs an action against its servers, and its post stage', async () => {
    await using world = await createWorld(client)
    const main = await world.run()
    expect(main.outcome).toBe('success')
    expect(await world.setup.accepts(main.outputs['token']!)).toBe(true)
    expect(main.log).toMatch(/^the token is \*\*\*, the ID token ends in /)
    expect(world.server('app-server').requests.map(({ path, answered }) => [path, answered])).toEqual([
      ['/access_tokens', 200],
    ])
    const post = await world.post(main)
    expect(post.log).toBe('revoked ***: 204\n')
    expect(await world.setup.accepts(main.outputs['token']!)).toBe(false)
  })

  test('knows its secrets, and finds the one that showed', async () => {
    await using world = await createWorld(client)
    const main = await world.run()
    expect(world.secrets.map(({ name }) => name)).toEqual([
      'ID-token request token',
      'ID token 1 (127.0.0.1)',
      'GitHub token 1',
    ])
    expect(world.leaks(main)).toEqual(['ID token 1 (127.0.0.1) in log'])
    expect(world.leaks(await world.post(main))).toEqual([])
  })

  test('denies where it is told to', async () => {
    await using world = await createWorld(client)
    world.setup.deny()
    const main = await world.run()
    expect(main.outcome).toBe('failure')
    expect(main.annotations[0]?.message).toContain('- octo-org/workflows:\n  - Not authorized')
  })

  test('has faults by role, given at the start or later', async () => {
    await using world = await createWorld(client, { faults: { oidc: [fault.status(500, { body: '{}' })] } })
    expect((await world.run()).outcome).toBe('failure')
    expect(world.server('oidc').requests[0]?.answered).toBe('status 500')
    world.server('app-server').faults.push(fault.status(503))
    expect((await world.run()).annotations[0]?.message).toBe('status 503')
    expect((await world.run()).outcome).toBe('success')
  })

  test('takes the identity of a situation, for the claims and for the runner', async () => {
    await using world = await createWorld(client, {
      situation: situations.pullRequest,
      identity: { subject: 'mutable' },
      claims: { extra: 'x' },
    })
    await world.run()
    expect(world.setup.appServer.asked[0]?.claims).toMatchObject({
      sub: 'repo:octo-org/workflows:pull_request',
      extra: 'x',
    })
  })

  test('gives no way to ID tokens where the situation has none', async () => {
    await using world = await createWorld(client, { situation: situations.forkPullRequest })
    expect(Object.keys(world.env).filter((name) => name.startsWith('ACTIONS_'))).toEqual([])
  })

  test('can speak TLS, which the runner trusts or not', async () => {
    await using world = await createWorld(client, { tls: 'good' })
    expect(world.url('app-server')).toMatch(/^https:/)
    expect((await world.run()).outcome).toBe('success')
    await using expired = await createWorld(client, { tls: { 'app-server': 'expired' } })
    expect(expired.url('oidc')).toMatch(/^http:/)
    expect((await expired.run()).log).toContain('CERT_HAS_EXPIRED')
    await using distrusted = await createWorld(client, { tls: 'good', trusted: false })
    expect((await distrusted.run()).log).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })

  test('can stand behind a proxy, under host names', async () => {
    await using world = await createWorld(client, {
      proxy: { credentials: { user: 'me', password: 'an obvious fake' } },
      hosts: { 'app-server': 'abc.lambda-url.eu-central-1.on.aws' },
    })
    expect(world.inputs['app-server']).toBe('https://abc.lambda-url.eu-central-1.on.aws')
    // Node's own fetch obeys the variables only when it is told to.
    const main = await world.run({ nodeOptions: ['--use-env-proxy'] })
    expect(main.outcome).toBe('success')
    expect(world.proxy?.targets).toEqual([
      { target: 'oidc.example:443', answered: 200 },
      { target: 'abc.lambda-url.eu-central-1.on.aws:443', answered: 200 },
    ])
    expect(world.secrets.at(-1)?.name).toBe('GitHub token 1')
    expect(world.secrets.map(({ name }) => name)).toContain('proxy password')
  })

  test('can be slow', async () => {
    await using world = await createWorld(client, { latencyMs: 50 })
    const main = await world.run()
    expect(main.outcome).toBe('success')
    expect(main.durationMs).toBeGreaterThan(200)
  })

  test('cannot be made of an unknown variant', async () => {
    await expect(createWorld(client, { variant: 'carrier-pigeon' })).rejects.toThrow(
      'no variant carrier-pigeon',
    )
  })
})

test('a backstage needs no servers', async () => {
  const backstage = await buildBackstage(system, { url: (role) => `https://${role}.example` })
  const { issuer, handlers } = backstage
  const idToken = jsonOf(
    await ask(
      handlers['oidc']!,
      'GET',
      `https://oidc.example${issuer.requestPath}&audience=app-server.example`,
      {
        authorization: `Bearer ${issuer.requestToken}`,
      },
    ),
  )
  const headers = { authorization: `Bearer ${String(idToken['value'])}` }
  const body = JSON.stringify({ permissions: { contents: 'read' } })
  const reply = await ask(
    handlers['app-server']!,
    'POST',
    'https://app-server.example/access_tokens',
    headers,
    body,
  )
  expect(backstage.setup.accepts(String(jsonOf(reply)['token']))).toBe(true)
})

test('every system belongs to an action, and declares the output of its credential', async () => {
  const systems = await allSystems()
  expect(Object.keys(systems)).toContain('app-server')
  for (const each of Object.values(systems)) {
    const { outputs, inputs } = await readAction(join(ROOT, each.action))
    for (const variant of each.variants) {
      const { setup, handlers } = await buildBackstage(each, {
        variant,
        url: (role) => `https://${role}.example`,
      })
      expect(Object.keys(outputs)).toContain(setup.credential)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(setup.inputs())))
      expect(Object.keys(handlers)).toContain(setup.exchangeRole)
    }
  }
})
