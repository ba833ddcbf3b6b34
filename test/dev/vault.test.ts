import { describe, expect, test } from 'vitest'
import { ROLE } from '../../dev/systems/secret/vault.ts'
import type { World } from '../../dev/world.ts'
import { open } from '../vault/fixture.ts'

describe('the fake', () => {
  const send = (world: World, path: string, init: RequestInit): Promise<Response> =>
    fetch(`${world.url('vault')}${path}`, {
      ...init,
      headers: { 'x-vault-request': 'true', ...(init.headers as Record<string, string>) },
    })

  test.each<[string, string, RequestInit, number, string]>([
    [
      'a request without its header',
      '/v1/secret/data/x',
      { headers: { 'x-vault-request': 'no' } },
      412,
      "missing 'X-Vault-Request' header",
    ],
    ['a request without a token', '/v1/secret/data/team/database', {}, 403, 'permission denied'],
    ['a login without a role', '/v1/auth/jwt/login', { method: 'POST', body: '{}' }, 400, 'missing role'],
    [
      'a login without a token',
      '/v1/auth/jwt/login',
      { method: 'POST', body: '{"role":"deploy"}' },
      400,
      'missing token',
    ],
    ['a login by GET', '/v1/auth/jwt/login', {}, 405, 'unsupported operation'],
  ])('refuses %s', async (_what, path, init, status, text) => {
    const answer = await send(await open(), path, init)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toContain(text)
  })

  test('refuses an ID token that somebody else signed', async () => {
    const world = await open()
    const [header, payload] = (await world.issuer.mint(world.url('vault'))).split('.')
    const body = JSON.stringify({ role: ROLE, jwt: `${header!}.${payload!}.${'A'.repeat(342)}` })
    const answer = await send(world, '/v1/auth/jwt/login', { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('failed to verify id token signature')
  })

  test('takes no token after its time', async () => {
    let now = 0
    const world = await open({}, { now: () => now })
    const jwt = await world.issuer.mint(world.url('vault'))
    await send(world, '/v1/auth/jwt/login', { method: 'POST', body: JSON.stringify({ role: ROLE, jwt }) })
    const [token] = world.setup.vault.tokens
    expect(world.setup.vault.alive(token!.token)).toBe(true)
    now += 300_000
    expect(world.setup.vault.alive(token!.token)).toBe(false)
  })
})
