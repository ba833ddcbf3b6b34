import { describe, expect, test } from 'vitest'
import { fault } from '../../../dev/fakes/faults.ts'
import { asked, open, openAsUser, openDex, run } from './fixture.ts'

describe('a token', () => {
  test('is given with its type, and its end from when the attempt that brought it was sent, and saved for post', async () => {
    let now = Date.parse('2026-11-21T07:59:00Z')
    const world = await open({ now: () => now })
    world.server('keycloak').faults.push(
      () => {
        now += 60_000
        return fault.status(503)
      },
      fault.alter((reply) => {
        now += 5_000
        return reply
      }),
    )
    const ran = await run(world, { now: () => now })
    // One that is cut off would leave a token behind.
    expect(ran.limits).toEqual([10_000, 30_000, 10_000, 30_000])
    const token = ran.outputs['token']!
    expect(ran.outputs).toEqual({
      token,
      'expires-at': '2026-11-21T08:05:00.000Z',
      'token-type': 'Bearer',
      scope: 'email profile',
    })
    expect(ran.infos).toEqual([
      `Token from ${new URL(world.url('keycloak')).host} for the scope "email profile"; ends 2026-11-21T08:05:00.000Z`,
    ])
    expect(JSON.parse(ran.state['revocable']!)).toEqual({
      issuer: 'oauth',
      token,
      apiUrl: world.inputs['revocation-url'],
      ends: '2026-11-21T08:05:00.000Z',
      extra: { authentication: 'id-token', clientId: 'deploy', audience: `${world.url('keycloak')}/realms/ci` },
    })
  })

  test('is not saved where nothing can revoke it', async () => {
    expect((await run(openDex())).state).toEqual({})
  })
})

describe('a request', () => {
  test('of a client that has only the ID token', async () => {
    const world = await open()
    await run(world)
    const [idToken] = world.issuer.issued
    expect(idToken!.audience).toBe(`${world.url('keycloak')}/realms/ci`)
    expect([...asked(world)[0]!]).toEqual([
      ['grant_type', 'client_credentials'],
      ['client_id', 'deploy'],
      ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
      ['client_assertion', idToken!.token],
    ])
    const { headers } = world.server('keycloak').requests[0]!
    expect(headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' })
    expect(headers).not.toHaveProperty('authorization')
  })

  test('of a client that nobody names', async () => {
    const world = await open()
    expect((await run(world, { inputs: { 'client-id': '' } })).succeeded).toBe(true)
    expect(asked(world)[0]!.has('client_id')).toBe(false)
  })

  test.each([
    ['client_secret_basic', true],
    ['client_secret_post', false],
    ['', true],
  ])('of a client with a secret: %s', async (authentication, isBasic) => {
    const world = await openAsUser()
    const ran = await run(world, { inputs: { 'client-authentication': authentication } })
    expect(ran.succeeded).toBe(true)
    const secret = world.inputs['client-secret']!
    const { authorization = '' } = world.server('keycloak').requests[0]!.headers
    expect(authorization.startsWith('Basic ')).toBe(isBasic)
    expect(asked(world)[0]!.get('client_secret')).toBe(isBasic ? null : secret)
    expect(asked(world)[0]!.has('client_id')).toBe(!isBasic)
    expect(ran.masks).toEqual(expect.arrayContaining([secret, ...(isBasic ? [authorization.slice(6)] : [])]))
    expect(JSON.stringify(ran.state)).not.toContain(JSON.stringify(secret).slice(1, -1))
  })

  test('with an ID token of the client and another one as the grant', async () => {
    const world = await open()
    world.setup.clients['deploy'] = { ...world.setup.clients['deploy'], jwtGrant: true }
    const ran = await run(world, { inputs: { 'grant-type': 'jwt-bearer', 'client-authentication': 'id-token' } })
    expect(ran.succeeded).toBe(true)
    const { client_assertion: client, assertion } = Object.fromEntries(asked(world)[0]!)
    expect(new Set([client, assertion])).toEqual(new Set(world.issuer.issued.map(({ token }) => token)))
    expect(world.issuer.issued).toHaveLength(2)
  })

  test('of a token exchange, with everything that a server may want', async () => {
    const world = await openDex()
    await run(world, {
      inputs: {
        'token-url': `${world.url('dex')}/token?tenant=a`,
        audience: 'my-audience',
        scope: 'read\n  write',
        resource: 'urn:example:api',
        'requested-token-type': 'access_token',
        parameters: '# for Dex\nconnector_id=github\n\naudience=a=b c',
      },
    })
    const [{ path } = { path: '' }] = world.server('dex').requests
    expect(path).toBe('/token?tenant=a')
    expect([...asked(world)[0]!]).toEqual([
      ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      ['subject_token_type', 'urn:ietf:params:oauth:token-type:id_token'],
      ['requested_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
      ['scope', 'read write'],
      ['resource', 'urn:example:api'],
      ['connector_id', 'github'],
      ['audience', 'a=b c'],
      ['client_id', 'deploy'],
      ['subject_token', world.issuer.issued[0]!.token],
    ])
    expect(world.issuer.issued[0]!.audience).toBe('my-audience')
  })

  test('in JSON has the same fields', async () => {
    const world = await openDex()
    world.server('dex').faults.push(fault.answer({ status: 200, body: { access_token: 'token-0123456789' } }))
    expect((await run(world, { inputs: { body: 'json' } })).succeeded).toBe(true)
    const [{ headers, body } = { headers: {}, body: '' }] = world.server('dex').requests
    expect(headers).toMatchObject({ 'content-type': 'application/json' })
    expect(JSON.parse(body)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      scope: 'openid federated:id',
      connector_id: 'github',
      client_id: 'deploy',
      subject_token: world.issuer.issued[0]!.token,
    })
    // That of the token endpoint, where none is given.
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual([world.url('dex')])
  })

  test('has a new ID token in every attempt: the server takes each once', async () => {
    const world = await open()
    world.server('keycloak').faults.push(fault.lost(), fault.status(429))
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    const sent = asked(world).map((form) => form.get('client_assertion'))
    expect(sent).toHaveLength(3)
    expect(new Set(sent).size).toBe(3)
  })
})

test('a scope that the server leaves out is the one that was asked for', async () => {
  expect((await run(openDex())).outputs['scope']).toBe('openid federated:id')
  expect((await run(openDex(), { inputs: { scope: '' } })).outputs).not.toHaveProperty('scope')
})
