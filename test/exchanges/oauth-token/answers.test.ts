import { describe, expect, test } from 'vitest'
import { fault } from '../../../dev/fakes/faults.ts'
import { open, openDex, refusal, run, say } from './fixture.ts'

const REFRESH = 'refresh-token-0123456789'
const ID_TOKEN = 'id-token-0123456789'

describe('an answer with', () => {
  test.each([
    ['bearer', 'Bearer', 0],
    ['n_a', 'N_A', 0],
    [undefined, undefined, 0],
    [['Bearer'], undefined, 0],
    ['two words', undefined, 0],
    ['mac', 'mac', 1],
  ])('the type %j', async (given, type, warnings) => {
    const world = await open()
    say(world, { token_type: given })
    const ran = await run(world)
    expect(ran.outputs['token-type']).toBe(type)
    expect(ran.warnings).toHaveLength(warnings)
    if (warnings > 0) {
      expect(ran.warnings[0]).toBe('The token is of the type "mac", not Bearer: what uses it must know that type.')
    }
  })

  test('the type of what was issued', async () => {
    const type = 'urn:ietf:params:oauth:token-type:access_token'
    expect((await run(openDex())).outputs['issued-token-type']).toBe(type)
    const world = await open()
    say(world, { issued_token_type: 'urn:x\n::error::' })
    expect((await run(world)).outputs).not.toHaveProperty('issued-token-type')
  })

  test.each([
    ['openid', 'openid', ['The server granted less than requested: not the scope "federated:id".']],
    ['federated:id openid more', 'federated:id openid more', []],
    ['', undefined, ['The server granted less than requested: not the scope "openid", "federated:id".']],
    [['openid'], undefined, []],
    ['a\nb', undefined, []],
  ])('the scope %j', async (given, scope, warnings) => {
    const world = await openDex()
    say(world, { scope: given })
    const ran = await run(world)
    expect(ran.outputs['scope']).toBe(scope)
    expect(ran.warnings).toEqual(warnings)
  })

  test('more secrets masks them, and outputs none', async () => {
    const world = await open()
    say(world, { refresh_token: REFRESH, id_token: ID_TOKEN })
    const ran = await run(world)
    expect(ran.masks).toEqual(expect.arrayContaining([REFRESH, ID_TOKEN]))
    expect(Object.values(ran.outputs).join(' ')).not.toMatch(/refresh-token|id-token/)
    expect(ran.warnings).toEqual([])
    expect(JSON.parse(ran.state['revocable']!)).toMatchObject({ extra: { refreshToken: REFRESH } })
    expect(ran.state['revocable']).not.toContain(ID_TOKEN)
  })

  test('a refresh token that nothing revokes is a warning', async () => {
    const warning =
      'The server also issued a refresh token. Nobody gets it, but it stays valid: configure the server to issue none to this client.'
    for (const [opened, inputs] of [
      [openDex, {}],
      [open, { 'skip-token-revoke': 'true' }],
    ] as const) {
      const world = await opened()
      say(world, { refresh_token: REFRESH })
      expect((await run(world, { inputs })).warnings).toEqual([warning])
    }
  })
})

test('an answer without a token says that one may live on', async () => {
  const world = await open()
  world.server('keycloak').faults.push(fault.answer({ status: 200, body: {} }))
  const message = await refusal(world)
  expect(message).toContain('The access token in the answer of the token endpoint is missing.')
  expect(message).toContain(
    'If it issued a token, nobody has it: it cannot be revoked here, and ends when its server says so.',
  )
})
