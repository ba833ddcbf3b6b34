import { expect, test } from 'vitest'
import { createGitHub } from '../../dev/fakes/github.ts'
import { ask, setStage } from './fakes.ts'

const AGENT = { 'user-agent': 'test' }

test('a token has the form of 2026, and lives for an hour', async () => {
  const { now, issue, pass, secrets } = await setStage()
  const github = createGitHub({ now, issue })
  const { token, expiresAt } = github.createToken()
  expect(token).toMatch(/^ghs_\d+_[\w-]{40}\.[\w-]{380}\.[\w-]{86}$/)
  expect(expiresAt - now()).toBe(3_600_000)
  expect(secrets.at(-1)).toEqual({ name: 'GitHub token 1', value: token, inState: true })
  expect(github.alive(token)).toBe(true)
  pass(3_600_000)
  expect(github.alive(token)).toBe(false)
})

test.each<[string, string, string, Record<string, string>, number]>([
  ['no user agent', 'DELETE', '/installation/token', { authorization: 'Bearer TOKEN' }, 403],
  ['no credential', 'DELETE', '/installation/token', AGENT, 401],
  ['another scheme', 'DELETE', '/installation/token', { ...AGENT, authorization: 'Basic TOKEN' }, 401],
  ['another method', 'GET', '/installation/token', { ...AGENT, authorization: 'Bearer TOKEN' }, 404],
  [
    'an unknown version',
    'DELETE',
    '/installation/token',
    { ...AGENT, authorization: 'Bearer TOKEN', 'x-github-api-version': 'latest' },
    400,
  ],
])('refuses %s', async (_, method, path, headers, status) => {
  const { now, issue } = await setStage()
  const github = createGitHub({ now, issue })
  const { token } = github.createToken()
  const filled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace('TOKEN', token)]),
  )
  expect((await ask(github.handler, method, `http://api.example${path}`, filled)).status).toBe(status)
  expect(github.alive(token)).toBe(true)
})
