import { expect, test } from 'vitest'
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
