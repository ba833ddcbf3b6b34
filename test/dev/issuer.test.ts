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

test.each([
  [{ subject: 'mutable' }, 'repo:octo-org/workflows:ref:refs/heads/main'],
  [{ environment: 'prod:eu' }, 'repo:octo-org@6811672/workflows@216219028:environment:prod%3Aeu'],
  [{ subject: 'mutable', eventName: 'pull_request' }, 'repo:octo-org/workflows:pull_request'],
  [{ ref: 'refs/tags/v1' }, 'repo:octo-org@6811672/workflows@216219028:ref:refs/tags/v1'],
] as const)('the subject of %j', async (identity, subject) => {
  const { issuer } = await setStage(identity)
  expect(decodeJwt(await issuer.mint('x')).sub).toBe(subject)
})

// GitHub's changelog of 2025-11-13 and 2026-03-12.
test('names the job by its check run, and custom properties of the repository', async () => {
  const { issuer } = await setStage({ checkRunId: '7', properties: { team: 'payments' } })
  expect(decodeJwt(await issuer.mint('x'))).toMatchObject({
    check_run_id: '7',
    repo_property_team: 'payments',
  })
})

test('verifies a token from its issue to its end, with no tolerance', async () => {
  const { issuer, pass } = await setStage()
  const token = await issuer.mint('x')
  await expect(issuer.verify(token, { audience: ['y', 'x'] })).resolves.toMatchObject({ aud: 'x' })
  await expect(issuer.verify(token, { audience: 'y' })).rejects.toThrow('unexpected "aud" claim value')
  const [header, payload = '', signature] = token.split('.')
  const changed = Buffer.from(payload, 'base64url').toString().replace('octo-org/', 'mona/')
  const forged = [header, Buffer.from(changed).toString('base64url'), signature].join('.')
  await expect(issuer.verify(forged, { audience: 'x' })).rejects.toThrow('signature verification failed')
  pass(299_000)
  await expect(issuer.verify(token, { audience: 'x' })).resolves.toMatchObject({ aud: 'x' })
  pass(1_000)
  await expect(issuer.verify(token, { audience: 'x' })).rejects.toThrow('"exp" claim timestamp check failed')
})

test.each([
  [{ iss: 'https://elsewhere.example' }, 'unexpected "iss" claim value'],
  [{ nbf: 4_102_444_800 }, '"nbf" claim timestamp check failed'],
  [{ sub: undefined }, 'missing required "sub" claim'],
])('refuses a token with %j', async (claims, message) => {
  const { issuer } = await setStage({}, claims)
  await expect(issuer.verify(await issuer.mint('x'), { audience: 'x' })).rejects.toThrow(message)
})
