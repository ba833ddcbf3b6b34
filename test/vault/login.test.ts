import { describe, expect, test } from 'vitest'
import { forEver } from '../../dev/fakes/faults.ts'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import { roleOf, vaultAnswer, vaultError, type VaultRole } from '../../dev/fakes/vault.ts'
import { ROLE } from '../../dev/systems/vault.ts'
import type { WorldOptions } from '../../dev/world.ts'
import { expectClaimsHidden, LINK, PAGE, SUBJECT } from '../exchanges/in-process.ts'
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
      'for a claim',
      { boundClaims: { environment: 'production' } },
      { identity: { environment: 'staging' } },
      'error validating claims: claim "environment" does not match any associated bound claim values.',
      `The claim "environment" of the ID token was "staging": compare bound_claims of ${PLACE} with the claims of the ID token.${KEEPS}`,
    ],
    ...[
      ['repository_id', '216219028'],
      ['repository_owner', 'octo-org'],
      ['repository_owner_id', '6811672'],
      ['ref_type', 'branch'],
    ].map(([name, value]): [string, Partial<VaultRole>, WorldOptions, string, string] => [
      `for the claim ${name!}, which the pages bind`,
      { boundClaims: { [name!]: 'another' } },
      {},
      `error validating claims: claim "${name!}" does not match any associated bound claim values.`,
      `The claim "${name!}" of the ID token was "${value!}": compare bound_claims of ${PLACE} with the claims of the ID token.${KEEPS}`,
    ]),
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

  test('for an unknown role says where Vault looked', async () => {
    expect(await refusal(open(), { inputs: { role: 'nobody' } })).toBe(
      denied(
        'role "nobody" could not be found.',
        'Check `role`, `auth-path` and `namespace`: there is no role "nobody" in the auth method at "jwt".',
      ),
    )
  })

  test('for an unknown role shows what makes one that accepts this run and no other', async () => {
    const world = await open()
    const ran = await run(world, { inputs: { role: 'nobody' } })
    const start = ran.group.indexOf('{')
    expect(ran.group[start - 2]).toBe(
      'This creates a role that accepts this run and gives it the policy "nobody" (vault write auth/jwt/role/nobody @role.json):',
    )
    expect(JSON.parse(ran.group.slice(start).join('\n'))).toEqual({
      role_type: 'jwt',
      bound_audiences: [world.url('vault')],
      bound_subject: SUBJECT,
      bound_claims: { repository_id: '216219028' },
      user_claim: 'repository_id',
      token_policies: ['nobody'],
      token_ttl: '1h',
    })
  })

  test('shows the settings of a role that accept this run and no other', async () => {
    const world = await open({ role: { boundAudiences: ['vault'] } })
    const ran = await run(world)
    const start = ran.group.indexOf('{')
    expect(ran.group[start - 2]).toBe(
      `With these settings, the role accepts this run (vault write auth/jwt/role/${ROLE} @role.json):`,
    )
    expect(JSON.parse(ran.group.slice(start).join('\n'))).toEqual({
      role_type: 'jwt',
      bound_audiences: [world.url('vault')],
      bound_subject: SUBJECT,
      bound_claims: { repository_id: '216219028' },
    })
    expect(ran.summary).toContain('"bound_subject"')
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open({ role: { boundSubject: 'another' } })
    await expectClaimsHidden(run, world, 'The subject (sub) of the ID token was another one: change bound_subject')
  })

  test.each([
    ['by the address', { otherCidrs: true }, {}],
    ['for want of the auth method', {}, { 'auth-path': 'oidc' }],
    ['in another namespace', {}, { namespace: 'elsewhere' }],
  ])('%s, with 403, names all three', async (_what, role, inputs) => {
    const world = await open({ role })
    expect(await refusal(world, { inputs })).toMatch(
      /^Vault \(HOST\) refused \(403 Forbidden\): permission denied.*\nVault says this if there is no auth method at "\w+", if `namespace` is wrong, or if the role "deploy" does not accept logins from this runner's address \(token_bound_cidrs\)\.\nDENIED/,
    )
    expect(requests(world)).toHaveLength(1)
  })

  test.each([
    [403, '<html><title>Request blocked</title></html>'],
    [404, ''],
    [403, { message: 'Forbidden' }],
  ])('with %i by something in front tells nothing of the auth method', async (status, body) => {
    const world = await open()
    world.server('vault').faults.push(at(/login$/, { status, body }))
    const text = await refusal(world)
    expect(text).toContain(
      'Check that http://HOST/v1/auth/jwt/login is the right address, and whether a gateway, a firewall or a login page in front of it refuses this request.',
    )
    expect(text).not.toContain('auth method')
  })

  // As vault-plugin-auth-jwt does (path_role.go), and as the hint says.
  test('goes on for a field that a later write of the role leaves out', async () => {
    const world = await open()
    const write = (role: object): void => {
      world.setup.roles[ROLE] = roleOf({ role_type: 'jwt', ...role }, world.setup.roles[ROLE])
    }
    write({
      user_claim: 'repository_id',
      bound_audiences: [world.url('vault')],
      bound_subject: 'another',
      token_policies: ['deploy'],
    })
    write({ bound_claims: { repository_id: '216219028' } })
    expect(await refusal(world)).toContain('invalid subject (sub) claim.')
    write({ bound_subject: '' })
    expect((await run(world)).succeeded).toBe(true)
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
    'error validating token: error verifying token signature: fetching keys: read tcp 10.0.0.5:44444->10.0.0.6:443: read: connection reset by peer',
    'error configuring token validator: Get "https://token.actions.githubusercontent.com/.well-known/openid-configuration": read tcp 10.0.0.5:44444->10.0.0.6:443: read: connection reset by peer',
    'error configuring token validator: 503 Service Unavailable: upstream',
  ]
  test.each(texts)('is tried again: %s', async (text) => {
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

  test('is not what a wrong signature is', async () => {
    const world = await open()
    const text = 'error validating token: error verifying token signature: failed to verify id token signature'
    world.server('vault').faults.push(at(/login$/, vaultError(400, text)))
    expect(await refusal(world)).toContain('"auth/jwt/config" must have it as oidc_discovery_url')
    expect(requests(world)).toHaveLength(1)
  })
})

describe('a login that gives no token', () => {
  test('since it wants a second factor', async () => {
    expect(await refusal(open({ role: { mfa: true } }))).toBe(
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
