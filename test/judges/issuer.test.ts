import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { expect, test } from 'vitest'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { system } from '../../dev/systems/octo-sts.ts'
import type { World } from '../../dev/world.ts'
import { opening } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')

const open = opening(system, { now: () => NOW })

/** The issuer has a name; its requests go to the fake. */
function discover(world: World, name = ISSUER): Promise<openid.Configuration> {
  return openid.discovery(new URL(name), 'relying-party', undefined, undefined, {
    [openid.customFetch]: (url: string, options: object) => fetch(url.replace(name, world.url('oidc')), options),
  })
}

test('openid-client finds the issuer, its algorithms, and keys with which jose verifies a token of the runner', async () => {
  const world = await open()
  const found = (await discover(world)).serverMetadata()
  expect(found).toMatchObject({
    issuer: ISSUER,
    jwks_uri: `${ISSUER}/.well-known/jwks`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['id_token'],
  })
  const keys = createRemoteJWKSet(new URL(found.jwks_uri!), {
    [customFetch]: (url, options) => fetch(url.replace(ISSUER, world.url('oidc')), options),
  })
  const url = `${world.url('oidc')}${world.issuer.requestPath}&audience=relying-party`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${world.issuer.requestToken}` } })
  const { value } = (await answer.json()) as { value: string }
  const verify = (now: number) =>
    jwtVerify(value, keys, {
      issuer: found.issuer,
      audience: 'relying-party',
      algorithms: ['RS256'],
      currentDate: new Date(now),
    })
  expect((await verify(NOW)).payload).toMatchObject({
    sub: 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main',
    repository: 'octo-org/workflows',
  })
  await expect(verify(NOW + 300_000)).rejects.toBeInstanceOf(errors.JWTExpired)
})

test('openid-client refuses the document under another name', async () => {
  await expect(discover(await open(), 'https://issuer.example.com')).rejects.toMatchObject({
    code: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  })
})
