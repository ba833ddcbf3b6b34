import { expect, test } from 'vitest'
import { createGitHub } from '../../dev/fakes/github.ts'
import { ask, jsonOf, setStage } from './fakes.ts'

const AGENT = { 'user-agent': 'test' }

test('a token has the form of 2026, and lives for an hour', async () => {
  const { now, issue, pass, secrets } = await setStage()
  const github = createGitHub({ now, issue })
  const { token, expiresAt } = github.createToken()
  expect(token).toMatch(/^ghs_\d+_[\w-]+\.[\w-]+\.[\w-]+$/)
  expect(token.length).toBeGreaterThan(500)
  expect(token.length).toBeLessThan(540)
  expect(expiresAt - now()).toBe(3_600_000)
  expect(secrets.at(-1)).toEqual({ name: 'GitHub token 1', value: token, inState: true })
  expect(github.alive(token)).toBe(true)
  expect(github.alive('ghs_nonsense')).toBe(false)
  pass(3_600_000)
  expect(github.alive(token)).toBe(false)
})

test('a token is revoked once', async () => {
  const { now, issue } = await setStage()
  const github = createGitHub({ now, issue, basePath: '/api/v3' })
  const { token } = github.createToken()
  const headers = { ...AGENT, authorization: `Bearer ${token}`, 'x-github-api-version': '2022-11-28' }
  const url = 'http://ghes.example/api/v3/installation/token'
  expect(await ask(github.handler, 'DELETE', url, headers)).toEqual({ status: 204 })
  expect(github.alive(token)).toBe(false)
  expect(github.revoked).toEqual([token])
  const again = await ask(github.handler, 'DELETE', url, headers)
  expect(again.status).toBe(401)
  expect(jsonOf(again)).toMatchObject({ message: 'Bad credentials', status: '401' })
})

test.each([
  ['no user agent', 'DELETE', '/installation/token', { authorization: 'Bearer TOKEN' }, 403],
  ['no credential', 'DELETE', '/installation/token', AGENT, 401],
  ['another scheme', 'DELETE', '/installation/token', { ...AGENT, authorization: 'Basic TOKEN' }, 401],
  ['another token', 'DELETE', '/installation/token', { ...AGENT, authorization: 'Bearer x' }, 401],
  ['another method', 'GET', '/installation/token', { ...AGENT, authorization: 'Bearer TOKEN' }, 404],
  ['another path', 'DELETE', '/api/v3/installation/token', { ...AGENT, authorization: 'Bearer TOKEN' }, 404],
  [
    'an unknown version',
    'DELETE',
    '/installation/token',
    { ...AGENT, authorization: 'Bearer TOKEN', 'x-github-api-version': 'latest' },
    400,
  ],
])('refuses %s', async (_, method, path, headers: Record<string, string>, status) => {
  const { now, issue } = await setStage()
  const github = createGitHub({ now, issue })
  const { token } = github.createToken()
  const filled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace('TOKEN', token)]),
  )
  expect((await ask(github.handler, method, `http://api.example${path}`, filled)).status).toBe(status)
  expect(github.alive(token)).toBe(true)
})
