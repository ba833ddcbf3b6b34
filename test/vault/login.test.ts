import { describe, expect, test } from 'vitest'
import { forEver } from '../../dev/fakes/faults.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { vaultAnswer, vaultError, type VaultRole } from '../../dev/fakes/vault.ts'
import { ROLE } from '../../dev/systems/vault.ts'
import type { WorldOptions } from '../../dev/world.ts'
import { FORK, LINK, PAGE, SUBJECT } from '../exchanges/in-process.ts'
import { at, open, refusal, requests, run } from './fixture.ts'

const KEEPS = ' A write of the role keeps every field that it omits, but for role_type and bound_claims_type.'
const PLACE = `the role "${ROLE}" ("auth/jwt/role/${ROLE}")`

describe('a login that is denied', () => {
  const denied = (reason: string, hint: string): string =>
    `Vault (HOST) refused (400 Bad Request): ${reason}\n${hint}\n${LINK}`

  test.each<[string, Partial<VaultRole>, WorldOptions, string, string]>([
    [
      'for want of bound audiences',
      { boundAudiences: [] },
      {},
      'audience claim found in JWT but no audiences bound to the role.',
      `The audience of the ID token was "http://HOST": add it to bound_audiences of ${PLACE}, which has none.`,
    ],
    [
      'for the audience',
      { boundAudiences: ['vault'] },
      {},
      'error validating token: invalid audience (aud) claim: audience claim does not match any expected audience.',
      `The audience of the ID token was "http://HOST": add it to bound_audiences of ${PLACE}, or set \`audience\` to one of those.`,
    ],
    [
      'for the subject',
      { boundSubject: 'repo:octo-org/workflows:ref:refs/heads/main' },
      {},
      'error validating token: invalid subject (sub) claim.',
      `The subject (sub) of the ID token was "${SUBJECT}": change bound_subject of ${PLACE}. It has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.${KEEPS}`,
    ],
    [
      'for a claim that must not be shown',
      { boundClaims: { actor: 'somebody-else' } },
      {},
      'error validating claims: claim "actor" does not match any associated bound claim values.',
      `Compare bound_claims of ${PLACE} with the claims of the ID token.${KEEPS}`,
    ],
    [
      'for the subject as a claim',
      { boundClaims: { sub: 'repo:octo-org/workflows:*' }, globs: true },
      {},
      'error validating claims: claim "sub" does not match any associated bound claim values.',
      `The claim "sub" of the ID token was "${SUBJECT}": compare bound_claims of ${PLACE} with the claims of the ID token. It has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.${KEEPS}`,
    ],
    [
      'for a claim that is not there',
      { boundClaims: { environment: 'production' } },
      {},
      'error validating claims: claim "environment" is missing.',
      `The ID token has no claim "environment": compare bound_claims of ${PLACE} with the claims of the ID token.${KEEPS}`,
    ],
    [
      'for the type of the role',
      { type: 'oidc' },
      {},
      'role with oidc role_type is not allowed.',
      `The role "${ROLE}" is for people in a browser: it must have role_type=jwt. Vault turns it back into an oidc role on every write that omits role_type.`,
    ],
    [
      'for the issuer',
      {},
      { claims: { iss: `${ISSUER}/octo-enterprise` } },
      'error validating token: invalid issuer (iss) claim.',
      `The issuer (iss) of the ID token was "${ISSUER}/octo-enterprise": "auth/jwt/config" must have it as oidc_discovery_url and bound_issuer.`,
    ],
    [
      'for the time',
      {},
      { claims: { exp: 1 } },
      'error validating token: invalid expiration time (exp) claim: token is expired.',
      'The ID token was new: check the clock of the Vault server.',
    ],
  ])('%s says what to change', async (_what, role, options, reason, hint) => {
    const world = await open({ role }, options)
    expect(await refusal(world)).toBe(denied(reason, hint))
    expect(requests(world)).toEqual(['POST /v1/auth/jwt/login 400'])
  })

  test.each<[string, role: Partial<VaultRole>, name: string, said: RegExp, advice: string, more: object]>([
    [
      'for an unknown role what makes one',
      {},
      'nobody',
      /^.*: role "nobody" could not be found\.\nCheck `role`, `auth-path` and `namespace`: there is no role "nobody" in the auth method at "jwt"\.\n/,
      'This creates a role that accepts this run and gives it the policy "nobody"',
      { user_claim: 'repository_id', token_policies: ['nobody'], token_ttl: '1h' },
    ],
    [
      'the settings of a role',
      { boundAudiences: ['vault'] },
      ROLE,
      /invalid audience/,
      'With these settings, the role accepts this run',
      {},
    ],
  ])('shows %s that accept this run and no other', async (_what, role, name, said, advice, more) => {
    const world = await open({ role })
    const { errors, group, summary } = await run(world, { inputs: { role: name } })
    expect(errors[0]).toMatch(said)
    const start = group.indexOf('{')
    expect(group[start - 2]).toBe(`${advice} (vault write auth/jwt/role/${name} @role.json):`)
    expect(JSON.parse(group.slice(start).join('\n'))).toEqual({
      role_type: 'jwt',
      bound_audiences: [world.url('vault')],
      bound_subject: SUBJECT,
      bound_claims: { repository_id: '216219028' },
      ...more,
    })
    expect(summary).toContain('"bound_subject"')
  })

  test.each([
    ['repository_id', '216219028'],
    ['repository_owner', 'octo-org'],
    ['repository_owner_id', '6811672'],
    ['ref_type', 'branch'],
  ])('for the claim %s, which the pages bind, shows its value', async (name, value) => {
    expect(await refusal(open({ role: { boundClaims: { [name]: 'another' } } }))).toContain(
      `claim "${name}" does not match any associated bound claim values.\nThe claim "${name}" of the ID token was "${value}": compare bound_claims of ${PLACE} with`,
    )
  })

  test('shows no claims for a pull request from a fork', async () => {
    const text = await refusal(open({ role: { boundSubject: 'another' } }), FORK)
    expect(text).toContain('The subject (sub) of the ID token was another one: change bound_subject')
    const other = await refusal(open({}, { claims: { iss: `${ISSUER}/octo-enterprise` } }), FORK)
    expect(other).toContain('The issuer (iss) of the ID token was that of GitHub: "auth/jwt/config" must have it')
  })

  test('with 403 names all that it can mean', async () => {
    const world = await open()
    expect(await refusal(world, { inputs: { namespace: 'elsewhere' } })).toMatch(
      /^Vault \(HOST\) refused \(403 Forbidden\): permission denied.*\nVault says this if there is no auth method at "jwt", if `namespace` is wrong, or if the role "deploy" does not accept logins from this runner's address \(token_bound_cidrs\)\.\nDENIED/,
    )
    expect(requests(world)).toHaveLength(1)
  })

  test('by a server without the auth method, with 404', async () => {
    const world = await open()
    const reply = vaultError(404, 'no handler for route "auth/jwt/login". route entry not found.')
    world.server('vault').faults.push(at(/login$/, reply))
    expect(await refusal(world)).toContain('Check `auth-path` and `namespace`: Vault has no auth method at "jwt".')
  })
})

describe('trouble on Vault’s way to the keys of the issuer', () => {
  const texts = [
    'error validating token: error verifying token signature: fetching keys oidc: get keys failed Get "https://token.actions.githubusercontent.com/.well-known/jwks": dial tcp: lookup token.actions.githubusercontent.com: no such host',
    'error configuring token validator: Get "https://token.actions.githubusercontent.com/.well-known/openid-configuration": context deadline exceeded',
    'error configuring token validator: Get "https://token.actions.githubusercontent.com/.well-known/openid-configuration": read tcp 10.0.0.5:44444->10.0.0.6:443: read: connection reset by peer',
    'error configuring token validator: 503 Service Unavailable: upstream',
  ]
  test.each(texts.slice(1))('is tried again: %s', async (text) => {
    const world = await open()
    const trouble = at(/login$/, vaultError(400, text))
    world.server('vault').faults.push(trouble, trouble)
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.slept).toHaveLength(2)
    expect(requests(world).slice(0, 2)).toEqual(Array(2).fill('POST /v1/auth/jwt/login reply'))
  })

  test('is tried again twice and no more', async () => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/login$/, vaultError(400, texts[0]!))))
    expect(await refusal(world)).toContain(
      `Vault could not fetch the keys of GitHub's ID tokens: its server must be able to reach ${ISSUER}.\n${LINK}`,
    )
    expect(requests(world)).toHaveLength(3)
  })
})

test('a wrong signature is no such trouble', async () => {
  const world = await open()
  const text = 'error validating token: error verifying token signature: failed to verify id token signature'
  world.server('vault').faults.push(at(/login$/, vaultError(400, text)))
  expect(await refusal(world)).toContain('"auth/jwt/config" must have it as oidc_discovery_url')
  expect(requests(world)).toHaveLength(1)
})

describe('a login that gives no token', () => {
  test('since it wants a second factor', async () => {
    const world = await open()
    const mfa_requirement = { mfa_request_id: 'id', mfa_constraints: { totp: { any: [{ type: 'totp' }] } } }
    world.server('vault').faults.push(at(/login$/, vaultAnswer({ auth: { client_token: '', mfa_requirement } })))
    expect(await refusal(world)).toBe(
      [
        'Vault (HOST) asks for a second factor.',
        'A job has no second factor: exempt the auth method at "jwt" from login MFA (sys/mfa/login-enforcement).',
        `UNUSABLE_ANSWER: ${PAGE}unusable_answer`,
      ].join('\n'),
    )
  })

  test('since the answer is wrapped', async () => {
    const world = await open()
    const wrapped = vaultAnswer({ wrap_info: { token: 'wrapping-token', ttl: 120 } })
    world.server('vault').faults.push(at(/login$/, wrapped))
    expect(await refusal(world)).toBe(
      [
        'Vault (HOST) wrapped its answer instead of giving it.',
        'The step does not ask for response wrapping: check what a proxy in front of Vault adds (X-Vault-Wrap-TTL). If it issued a token, nobody has it: it cannot be revoked here, and ends with the token_ttl of the role.',
        `UNUSABLE_ANSWER: ${PAGE}unusable_answer`,
      ].join('\n'),
    )
  })
})
