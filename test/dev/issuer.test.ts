import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from 'jose'
import { describe, expect, test } from 'vitest'
import { ask, jsonOf, setStage } from './fakes.ts'

const URL_ = 'http://127.0.0.1:1/idtoken?api-version=2.0'

describe('the ID-token endpoint', () => {
  test('gives a fresh token for the audience at each request', async () => {
    const { issuer, secrets } = await setStage()
    const headers = { authorization: `Bearer ${issuer.requestToken}` }
    const [one, two] = [
      jsonOf(await ask(issuer.handler, 'GET', `${URL_}&audience=app.example`, headers)),
      jsonOf(await ask(issuer.handler, 'GET', `${URL_}&audience=app.example`, headers)),
    ]
    expect(one['value']).not.toBe(two['value'])
    expect(one['count']).toBe(String(one['value']).length)
    const claims = decodeJwt(String(one['value']))
    expect(claims).toMatchObject({
      iss: 'https://token.actions.githubusercontent.com',
      aud: 'app.example',
      sub: 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main',
      repository: 'octo-org/workflows',
      repository_owner_id: '6811672',
      job_workflow_ref: 'octo-org/workflows/.github/workflows/release.yml@refs/heads/main',
    })
    expect(claims.exp! - claims.iat!).toBe(300)
    expect(secrets.map(({ name }) => name)).toEqual([
      'ID-token request token',
      'ID token 1 (app.example)',
      'ID token 2 (app.example)',
    ])
    expect(secrets[1]!.value).toBe(one['value'])
  })

  test('takes the owner as audience where none is asked', async () => {
    const { issuer } = await setStage()
    const reply = await ask(issuer.handler, 'GET', URL_, { authorization: `Bearer ${issuer.requestToken}` })
    expect(decodeJwt(String(jsonOf(reply)['value'])).aud).toBe('https://github.com/octo-org')
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

  test('signs with the key it publishes', async () => {
    const { issuer, now } = await setStage()
    const keySet = jsonOf(await ask(issuer.handler, 'GET', 'http://127.0.0.1:1/.well-known/jwks'))
    const verified = await jwtVerify(
      await issuer.mint('x'),
      createLocalJWKSet(keySet as unknown as JSONWebKeySet),
      { currentDate: new Date(now()) },
    )
    expect(verified.protectedHeader.alg).toBe('RS256')
    expect(JSON.stringify(keySet)).not.toContain('"d"')
  })
})

describe('a subject', () => {
  test.each([
    [{ subject: 'mutable' }, 'repo:octo-org/workflows:ref:refs/heads/main'],
    [{ environment: 'prod:eu' }, 'repo:octo-org@6811672/workflows@216219028:environment:prod%3Aeu'],
    [{ subject: 'mutable', eventName: 'pull_request' }, 'repo:octo-org/workflows:pull_request'],
    [{ ref: 'refs/tags/v1' }, 'repo:octo-org@6811672/workflows@216219028:ref:refs/tags/v1'],
  ] as const)('of %j', async (identity, subject) => {
    const { issuer } = await setStage(identity)
    expect(decodeJwt(await issuer.mint('x')).sub).toBe(subject)
  })
})

describe('verify', () => {
  test('accepts a token from its issue to its end, with no tolerance', async () => {
    const { issuer, pass } = await setStage()
    const token = await issuer.mint('x')
    await expect(issuer.verify(token, { audience: ['y', 'x'] })).resolves.toMatchObject({ aud: 'x' })
    pass(299_000)
    await expect(issuer.verify(token, { audience: 'x' })).resolves.toMatchObject({ aud: 'x' })
    pass(1_000)
    await expect(issuer.verify(token, { audience: 'x' })).rejects.toThrow(
      '"exp" claim timestamp check failed',
    )
  })

  test.each([
    [{ iss: 'https://elsewhere.example' }, 'unexpected "iss" claim value'],
    [{ nbf: 4_102_444_800 }, '"nbf" claim timestamp check failed'],
    [{ aud: 'y' }, 'unexpected "aud" claim value'],
    [{ sub: undefined }, 'missing required "sub" claim'],
  ])('refuses %j', async (claims, message) => {
    const { issuer } = await setStage({}, claims)
    await expect(issuer.verify(await issuer.mint('x'), { audience: 'x' })).rejects.toThrow(message)
  })

  test('refuses a changed token', async () => {
    const { issuer } = await setStage()
    const [header, payload = '', signature] = (await issuer.mint('x')).split('.')
    const changed = Buffer.from(payload, 'base64url')
      .toString()
      .replace('octo-org/workflows', 'mona/workflows')
    const token = [header, Buffer.from(changed).toString('base64url'), signature].join('.')
    await expect(issuer.verify(token, { audience: 'x' })).rejects.toThrow('signature verification failed')
  })
})
