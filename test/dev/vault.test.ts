import { expect, test } from 'vitest'
import { ROLE } from '../../dev/systems/vault.ts'
import { open } from '../vault/fixture.ts'

const LOGIN = '/v1/auth/jwt/login'
const post = (body: string): RequestInit => ({ method: 'POST', body })

test.each<[string, string, RequestInit, number, string]>([
  ['a request without its header', LOGIN, { headers: { 'x-vault-request': 'no' } }, 412, 'X-Vault-Request'],
  ['a request without a token', '/v1/secret/data/team/database', {}, 403, 'permission denied'],
  ['a login without a role', LOGIN, post('{}'), 400, 'missing role'],
  ['a login without a token', LOGIN, post('{"role":"deploy"}'), 400, 'missing token'],
  ['a login by GET', LOGIN, {}, 405, 'unsupported operation'],
])('the fake refuses %s', async (_what, path, init, status, text) => {
  const world = await open()
  const headers = { 'x-vault-request': 'true' }
  const answer = await fetch(`${world.url('vault')}${path}`, { headers, ...init })
  expect(answer.status).toBe(status)
  expect(await answer.text()).toContain(text)
})

test('the fake refuses a signature of somebody else, and a token after its time', async () => {
  let now = 0
  const world = await open({}, { now: () => now })
  const { alive, tokens } = world.setup.vault
  const jwt = await world.issuer.mint(world.url('vault'))
  const logIn = (given: string): Promise<Response> =>
    fetch(`${world.url('vault')}${LOGIN}`, {
      ...post(JSON.stringify({ role: ROLE, jwt: given })),
      headers: { 'x-vault-request': 'true' },
    })
  expect((await logIn(jwt.replace(/[^.]+$/, 'A'.repeat(342)))).status).toBe(400)
  expect((await logIn(jwt)).status).toBe(200)
  expect(tokens.map(({ token }) => alive(token))).toEqual([true])
  now += 300_000
  expect(tokens.map(({ token }) => alive(token))).toEqual([false])
})
