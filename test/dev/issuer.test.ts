import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { ask, jsonOf, setStage } from './fakes.ts'

const URL_ = 'http://127.0.0.1:1/idtoken?api-version=2.0'

test('gives a fresh token at each request, for the owner where no audience is asked', async () => {
  const { issuer, secrets } = await setStage()
  const tokens = []
  for (const audience of ['&audience=app.example', '&audience=app.example', '']) {
    const headers = { authorization: `Bearer ${issuer.requestToken}` }
    tokens.push(String(jsonOf(await ask(issuer.handler, 'GET', `${URL_}${audience}`, headers))['value']))
  }
  expect(new Set(tokens).size).toBe(3)
  expect(decodeJwt(tokens[0]!)).toMatchObject({
    aud: 'app.example',
    repository_owner_id: '6811672',
    job_workflow_ref: 'octo-org/workflows/.github/workflows/release.yml@refs/heads/main',
  })
  expect(decodeJwt(tokens[2]!).aud).toBe('https://github.com/octo-org')
  expect(secrets.map(({ value }) => value)).toEqual([issuer.requestToken, ...tokens])
})

test.each([
  ['no token', 'GET', URL_, '', 401],
  ['another token', 'GET', URL_, 'Bearer nonsense', 401],
  ['another scheme', 'GET', URL_, 'Basic TOKEN', 401],
  ['no api-version', 'GET', 'http://127.0.0.1:1/idtoken', 'Bearer TOKEN', 400],
  ['two audiences', 'GET', `${URL_}&audience=a&audience=b`, 'Bearer TOKEN', 400],
  ['another path', 'GET', 'http://127.0.0.1:1/token?api-version=2.0', 'Bearer TOKEN', 404],
  ['POST', 'POST', URL_, 'Bearer TOKEN', 405],
])('refuses %s', async (_, method, url, authorization, status) => {
  const { issuer } = await setStage()
  const headers = { authorization: authorization.replace('TOKEN', issuer.requestToken) }
  expect((await ask(issuer.handler, method, url, headers)).status).toBe(status)
  expect(issuer.issued).toEqual([])
})

// GitHub's changelog of 2025-11-13 and 2026-03-12.
test('names the job by its check run, custom properties of the repository, and its environment', async () => {
  const { issuer } = await setStage({ checkRunId: '7', properties: { team: 'payments' }, environment: 'a:b' })
  expect(decodeJwt(await issuer.mint('x'))).toMatchObject({
    sub: 'repo:octo-org@6811672/workflows@216219028:environment:a%3Ab',
    check_run_id: '7',
    repo_property_team: 'payments',
  })
})
