import { createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose'
import * as openid from 'openid-client'
import { describe, expect, test } from 'vitest'
import { generateIssuerKeys, ISSUER } from '../../dev/fakes/issuer.ts'
import { system } from '../../dev/systems/octo-sts.ts'
import type { World } from '../../dev/world.ts'
import { opening } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')

const open = opening(system, { now: () => NOW })

/** The issuer has GitHub's name; its requests go to the fake. */
function fetchFrom(world: World) {
  return (url: string, options: object) => {
    expect(url).toMatch(new RegExp(`^${ISSUER}/`))
    return fetch(url.replace(ISSUER, world.url('oidc')), options)
  }
}

async function discover(world: World): Promise<openid.ServerMetadata> {
  const found = await openid.discovery(new URL(ISSUER), 'relying-party', undefined, undefined, {
    [openid.customFetch]: fetchFrom(world),
  })
  return found.serverMetadata()
}

/** A relying party: finds the keys by the discovery document and verifies with no tolerance. */
async function verify(world: World, token: string, now = NOW): Promise<JWTPayload> {
  const { issuer, jwks_uri: keys = '' } = await discover(world)
  const keySet = createRemoteJWKSet(new URL(keys), { [customFetch]: fetchFrom(world) })
  const { payload } = await jwtVerify(token, keySet, {
    issuer,
    audience: 'relying-party',
    algorithms: ['RS256'],
    currentDate: new Date(now),
  })
  return payload
}

/** Asks for an ID token as a step does. */
async function idToken(world: World): Promise<string> {
  const url = `${world.url('oidc')}${world.issuer.requestPath}&audience=relying-party`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${world.issuer.requestToken}` } })
  const { value } = (await answer.json()) as { value: string }
  return value
}

test('openid-client finds the issuer, its keys and its algorithms', async () => {
  expect(await discover(await open())).toMatchObject({
    issuer: ISSUER,
    jwks_uri: `${ISSUER}/.well-known/jwks`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['id_token'],
  })
})

test('openid-client refuses the document under another name', async () => {
  const world = await open()
  const elsewhere = openid.discovery(
    new URL('https://issuer.example.com'),
    'relying-party',
    undefined,
    undefined,
    {
      [openid.customFetch]: (url: string, options: object) =>
        fetch(url.replace('https://issuer.example.com', world.url('oidc')), options),
    },
  )
  await expect(elsewhere).rejects.toMatchObject({ code: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED' })
})

describe('jose, with the keys found so,', () => {
  test('verifies an ID token of the runner', async () => {
    const world = await open()
    expect(await verify(world, await idToken(world))).toMatchObject({
      sub: 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main',
      repository: 'octo-org/workflows',
    })
  })

  test.each([
    ['of another audience', { aud: 'another' }, 0, errors.JWTClaimValidationFailed],
    ['of another issuer', { iss: 'https://issuer.example.com' }, 0, errors.JWTClaimValidationFailed],
    ['that is not good yet', { nbf: NOW / 1_000 + 1 }, 0, errors.JWTClaimValidationFailed],
    ['that has ended', {}, 300_000, errors.JWTExpired],
  ])('refuses one %s', async (_, claims, later, refusal) => {
    const world = await open({ claims })
    await expect(verify(world, await idToken(world), NOW + later)).rejects.toBeInstanceOf(refusal)
  })

  test('refuses one of other keys, and one that was changed', async () => {
    const world = await open()
    const token = await idToken(world)
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const changed = Buffer.from(JSON.stringify({ ...decodeJwt(token), repository: 'mona/workflows' }))
    await expect(
      verify(world, [header, changed.toString('base64url'), signature].join('.')),
    ).rejects.toBeInstanceOf(errors.JWSSignatureVerificationFailed)
    const other = Buffer.from(JSON.stringify({ alg: 'RS256', kid: (await generateIssuerKeys()).kid }))
    await expect(
      verify(world, [other.toString('base64url'), payload, signature].join('.')),
    ).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey)
  })
})
