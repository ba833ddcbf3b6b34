import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fencesOf } from '../../../dev/documents/fences.ts'
import { fault, forEver, type Fault } from '../../../dev/fakes/faults.ts'
import type { FakeReply, FakeRequest } from '../../../dev/fakes/handler.ts'
import { ISSUER } from '../../../dev/fakes/issuer.ts'
import { vaultAnswer, vaultError, type VaultRole } from '../../../dev/fakes/vault.ts'
import { roleOf } from '../../../dev/fakes/vault-writing.ts'
import { KEY, ROLE, vaultSystem, type VaultSetup } from '../../../dev/systems/secret/vault.ts'
import { ROOT, type World, type WorldOptions } from '../../../dev/world.ts'
import { secretVault } from '../../../src/exchanges/secret/vault.ts'
import { signalsReachHandlers } from '../../scenarios/faults.ts'
import { expectRefused } from '../../scenarios/support.ts'
import { expectClaimsHidden, LINK, openingBy, PAGE, stepsOf, SUBJECT, withoutPort } from '../in-process.ts'

const PLACE = `the role "${ROLE}" ("auth/jwt/role/${ROLE}")`

const open = openingBy(vaultSystem)

const { run, refusal } = stepsOf(secretVault, 'secret/vault')

/** Answers requests to a path with this, and lets all others through. */
function at(path: RegExp, reply: FakeReply): (request: FakeRequest) => Fault | undefined {
  return ({ url }) => (path.test(url.pathname) ? { kind: 'answer', name: 'reply', reply } : undefined)
}

const requests = (world: World): string[] =>
  world.server('vault').requests.map(({ method, path, answered }) => `${method} ${path} ${answered!}`)

const withoutTime = (text: string): string => withoutPort(text).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME')

const LOGIN = 'POST /v1/auth/jwt/login 200'
const READ = 'GET /v1/secret/data/team/database 200'
const REVOKE = 'POST /v1/auth/token/revoke-self 204'

describe('a secret', () => {
  test('is read with a token that is revoked before the step ends', async () => {
    const world = await open()
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.masks).toEqual(
      expect.arrayContaining([world.setup.secret, world.setup.vault.tokens[0]!.token]),
    )
    expect(ran.infos).toEqual([
      'Secret "DB_PASSWORD" of "secret/team/database" read.',
      'The Vault token was revoked.',
    ])
    expect(ran.warnings).toEqual([])
    expect(requests(world)).toEqual([LOGIN, READ, REVOKE])
    expect(world.setup.vault.tokens.map(({ revoked }) => revoked)).toEqual([true])
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual([world.url('vault')])
  })

  test('is asked for with the headers that Vault wants, in each request', async () => {
    const world = await open({ namespace: 'admin/team' })
    expect((await run(world)).succeeded).toBe(true)
    const seen = world.server('vault').requests
    expect(seen).toHaveLength(3)
    for (const { headers } of seen) {
      expect(headers).toMatchObject({ 'x-vault-request': 'true', 'x-vault-namespace': 'admin/team' })
      expect(headers).not.toHaveProperty('authorization')
    }
    expect(seen.map(({ headers }) => 'x-vault-token' in headers)).toEqual([false, true, true])
    expect(seen[0]!.headers['content-type']).toBe('application/json')
    expect(JSON.parse(seen[0]!.body)).toEqual({ role: ROLE, jwt: world.issuer.issued[0]!.token })
  })

  test('is waited for: a login that is cut off would leave a token behind', async () => {
    expect((await run(await open())).limits.slice(0, 3)).toEqual([10_000, 30_000, 10_000])
  })

  test('is found below a path, in an engine and behind an auth method with paths of their own', async () => {
    const world = await open({ prefix: '/vault', authPath: 'ci/github', path: 'team a/data?base#1/100%' })
    const { engines } = world.setup
    engines['kv/team'] = engines['secret']!
    world.setup.policies['deploy'] = ['kv/team/data/*']
    const ran = await run(world, { inputs: { engine: 'kv/team', url: `${world.url('vault')}/vault/` } })
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(requests(world)).toEqual([
      'POST /vault/v1/auth/ci/github/login 200',
      'GET /vault/v1/kv/team/data/team%20a/data%3Fbase%231/100%25 200',
      'POST /vault/v1/auth/token/revoke-self 204',
    ])
  })

  test('of the newest version is given', async () => {
    const world = await open()
    const newer = `${world.setup.secret}-newer`
    world.setup.engines['secret'] = {
      kv: 2,
      secrets: { 'team/database': [{ data: { [KEY]: 'older' } }, { data: { [KEY]: newer } }] },
    }
    expect((await run(world)).outputs).toEqual({ secret: newer })
  })

  test('that has numbers is given with each as it was written', async () => {
    const data = '{"pin":1.10,"id":12345678901234567890,"port":5432}'
    const world = await open()
    world
      .server('vault')
      .faults.push(
        forEver(at(/\/data\//, { status: 200, body: `{"data":{"data":${data},"metadata":{"version":1}}}` })),
      )
    expect((await run(world, { inputs: { key: '' } })).outputs).toEqual({ secret: data })
    expect((await run(world, { inputs: { key: 'port' } })).outputs).toEqual({ secret: '5432' })
    for (const key of ['pin', 'id']) {
      expect(await refusal(world, { inputs: { key } })).toContain(
        `The key "${key}" of the secret "secret/team/database" contains a number that JSON cannot keep exactly`,
      )
    }
  })

  test.each<[string, unknown, string]>([
    ['a number', 54_321, '54321'],
    ['an object', { user: 'app' }, '{"user":"app"}'],
  ])('that is %s is put out as JSON', async (_what, value, secret) => {
    expect((await run(open({ data: { [KEY]: value } }))).outputs).toEqual({ secret })
  })

  test('is for the audience given', async () => {
    const world = await open({ role: { boundAudiences: ['vault'] } })
    expect((await run(world, { inputs: { audience: 'vault' } })).succeeded).toBe(true)
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['vault'])
  })
})

describe('a secret that cannot be put out', () => {
  test('for want of the key: the keys that there are, by name', async () => {
    const world = await open()
    expect(await refusal(world, { inputs: { key: 'PASSWORD' } })).toBe(
      [
        'The secret "secret/team/database" has no key "PASSWORD".',
        'Its keys: "DB_USER", "DB_PASSWORD".',
        `UNUSABLE_SECRET: ${PAGE}unusable_secret`,
      ].join('\n'),
    )
    expect(requests(world)).toEqual([LOGIN, READ, REVOKE])
  })
})

describe('settings', () => {
  const path = 'must be a path without a leading or trailing slash and without empty, . or .. parts'
  test.each<[string, string, string]>([
    ['path', '../sys/policies', `path ${path}, not "../sys/policies"; for example: team/database`],
    ['path', 'team/../../other', `path ${path}, not "team/../../other"; for example: team/database`],
    ['path', 'team/.', `path ${path}, not "team/."; for example: team/database`],
    ['path', 'team//database', `path ${path}, not "team//database"; for example: team/database`],
    ['path', '/team', `path ${path}, not "/team"; for example: team/database`],
    ['path', 'team/', `path ${path}, not "team/"; for example: team/database`],
    ['path', 'team\ndatabase', `path ${path}, not "team database"; for example: team/database`],
    ['engine', '..', `engine ${path}, not ".."; for example: secret`],
    ['auth-path', 'jwt/..', `auth-path ${path}, not "jwt/.."; for example: jwt`],
    [
      'namespace',
      'a\nb',
      'namespace must be the full path of a namespace, not "a b"; for example: team/project',
    ],
    ['role', 'a\nb', 'role must be one line, not "a b"; for example: deploy'],
    ['role', '', 'role is required; for example: deploy'],
    ['path', '', 'path is required, or secrets instead; for example: team/database'],
    [
      'path',
      'secret/team/database',
      'path must not contain the engine or data/, which the step adds; for example: team/database',
    ],
    [
      'path',
      'secret/data/team/database',
      'path must not contain the engine or data/, which the step adds; for example: team/database',
    ],
    [
      'path',
      'data/team/database',
      'path must not contain the engine or data/, which the step adds; for example: team/database',
    ],
    [
      'auth-path',
      'auth/ci/jwt',
      'auth-path must not contain auth/, which the step adds; for example: ci/jwt',
    ],
    [
      'url',
      'https://vault.example.com/a/v1/',
      'url must not contain /v1, which the step adds; for example: https://vault.example.com/a',
    ],
    ['key', 'a\nb', 'key must be one line, not "a b"; for example: DB_PASSWORD'],
    ['url', '', 'url is required; for example: https://vault.example.com:8200'],
    ['url', 'vault.example.com', 'url must be a URL; for example: https://vault.example.com:8200'],
    ['allow-short', 'yes', 'allow-short must be true or false, not "yes"; for example: true'],
  ])('%s: %j is refused', async (name, value, problem) => {
    const world = await open()
    expect(await refusal(world, { inputs: { [name]: value } })).toBe(
      `The inputs are invalid. Nothing was sent.\n- ${problem}\nINVALID_INPUT: ${PAGE}invalid_input`,
    )
    expect(requests(world)).toEqual([])
    expect(world.issuer.issued).toEqual([])
  })

  test('a part that looks encoded is not decoded', async () => {
    const world = await open({ path: '%2e%2e/a' })
    expect((await run(world)).outputs).toEqual({ secret: world.setup.secret })
    expect(requests(world)[1]).toBe('GET /v1/secret/data/%252e%252e/a 200')
  })
})

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
      `The subject (sub) of the ID token was "${SUBJECT}": change bound_subject of ${PLACE}. It has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.`,
    ],
    [
      'for a claim',
      { boundClaims: { environment: 'production' } },
      { identity: { environment: 'staging' } },
      'error validating claims: claim "environment" does not match any associated bound claim values.',
      `The claim "environment" of the ID token was "staging": compare bound_claims of ${PLACE} with the claims of the ID token.`,
    ],
    [
      'for a claim that is not for everybody to read',
      { boundClaims: { actor: 'somebody-else' } },
      {},
      'error validating claims: claim "actor" does not match any associated bound claim values.',
      `Compare bound_claims of ${PLACE} with the claims of the ID token.`,
    ],
    [
      'for the subject as a claim',
      { boundClaims: { sub: 'repo:octo-org/workflows:*' }, globs: true },
      {},
      'error validating claims: claim "sub" does not match any associated bound claim values.',
      `The claim "sub" of the ID token was "${SUBJECT}": compare bound_claims of ${PLACE} with the claims of the ID token. It has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.`,
    ],
    [
      'for a claim that is not there',
      { boundClaims: { environment: 'production' } },
      {},
      'error validating claims: claim "environment" is missing.',
      `Compare bound_claims of ${PLACE} with the claims of the ID token.`,
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
    const settings = JSON.parse(ran.group.slice(start).join('\n')) as Record<string, unknown>
    expect(settings).toEqual({
      role_type: 'jwt',
      bound_audiences: [world.url('vault')],
      bound_subject: SUBJECT,
      bound_claims: { repository_id: '216219028' },
    })
    expect(ran.summary).toContain('"bound_subject"')

    const [boundAudiences, boundSubject] = [[world.url('vault')], SUBJECT]
    world.setup.roles[ROLE] = {
      boundAudiences,
      boundSubject,
      boundClaims: { repository_id: '216219028' },
      policies: ['deploy'],
    }
    expect((await run(world)).succeeded).toBe(true)
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open({ role: { boundSubject: 'another' } })
    await expectClaimsHidden(
      run,
      world,
      'The subject (sub) of the ID token was another one: change bound_subject',
    )
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

  test('by a server without the auth method, with 404', async () => {
    const world = await open()
    const reply = vaultError(404, 'no handler for route "auth/jwt/login". route entry not found.')
    world.server('vault').faults.push(at(/login$/, reply))
    expect(await refusal(world)).toContain(
      'Check `auth-path` and `namespace`: Vault has no auth method at "jwt".',
    )
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
    const text =
      'error validating token: error verifying token signature: failed to verify id token signature'
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
        'The step does not ask for response wrapping: check what a proxy in front of Vault adds (X-Vault-Wrap-TTL).',
        `UNUSABLE_ANSWER: ${PAGE}unusable_answer`,
      ].join('\n'),
    )
  })
})

describe('a secret that Vault does not give', () => {
  const read = (status: string, reason: string, hint: string): string =>
    `Vault (HOST) refused (${status})${reason}\n${hint}\n${LINK}`

  test.each<[string, (setup: VaultSetup) => void, Record<string, string>, string]>([
    [
      'for want of a policy',
      ({ policies }) => (policies['deploy'] = []),
      {},
      read(
        '403 Forbidden',
        ': permission denied.',
        `A policy of the role "${ROLE}" must contain: path "secret/data/team/database" { capabilities = ["read"] }. Vault says the same if there is no engine at "secret".`,
      ),
    ],
    [
      'since its newest version is deleted',
      ({ engines }) =>
        (engines['secret'] = {
          kv: 2,
          secrets: { 'team/database': [{ data: {} }, { data: {}, state: 'deleted' }] },
        }),
      {},
      read(
        '404 Not Found',
        ': version 2 of "secret/team/database" is deleted.',
        'Undelete it (vault kv undelete), or write a new version.',
      ),
    ],
    [
      'since its newest version is destroyed',
      ({ engines }) =>
        (engines['secret'] = { kv: 2, secrets: { 'team/database': [{ data: {}, state: 'destroyed' }] } }),
      {},
      read(
        '404 Not Found',
        ': version 1 of "secret/team/database" is destroyed.',
        'Its data is gone: write a new version.',
      ),
    ],
    [
      'since it never was',
      ({ policies }) => (policies['deploy'] = ['*']),
      { path: 'team/databse' },
      read(
        '404 Not Found',
        '.',
        '"secret" has never had a secret at "team/databse": check the path, and that "secret" is a KV version 2 engine.',
      ),
    ],
    [
      'since the engine is of version 1',
      ({ policies, engines }) => {
        policies['deploy'] = ['*']
        engines['secret'] = { kv: 1, secrets: { 'team/database': { [KEY]: 'x' } } }
      },
      {},
      read(
        '404 Not Found',
        '.',
        '"secret" has never had a secret at "team/database": check the path, and that "secret" is a KV version 2 engine.',
      ),
    ],
    [
      'since a part of the path is taken for the engine',
      ({ policies }) => (policies['deploy'] = ['*']),
      { engine: 'secret/team', path: 'database' },
      read(
        '404 Not Found',
        ": Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv get' for this operation.",
        'Check `engine` and the path: `engine` must be exactly where the KV engine is mounted, and was "secret/team"; the path is what follows, without data/, and was "database".',
      ),
    ],
    [
      'since there is no such engine',
      ({ policies }) => (policies['deploy'] = ['*']),
      { engine: 'kv' },
      read(
        '404 Not Found',
        ': no handler for route "kv/data/team/database". route entry not found.',
        'Check `engine` and `namespace`: Vault has no engine at "kv".',
      ),
    ],
  ])('%s says so', async (_what, change, inputs, text) => {
    const world = await open()
    change(world.setup)
    expect(await refusal(world, { inputs })).toBe(text)
    expect(requests(world)).toEqual([LOGIN, expect.stringMatching(/^GET .* 40[34]$/), REVOKE])
    expect(world.setup.vault.tokens.map(({ revoked }) => revoked)).toEqual([true])
  })

  test('but data of a KV engine of version 1 instead', async () => {
    const world = await open()
    world.setup.policies['deploy'] = ['*']
    world.setup.engines['secret'] = { kv: 1, secrets: { 'data/team/database': { data: { [KEY]: 'x' } } } }
    expect(await refusal(world)).toContain(
      'Vault (HOST) answered without a secret.\nCheck `engine`: "secret" must be a KV version 2 engine.',
    )
  })
})

describe('the state of the server', () => {
  test('that has not caught up is tried again', async () => {
    const world = await open()
    const reply = vaultError(412, 'required index state not present')
    world
      .server('vault')
      .faults.push(at(/login$/, reply), at(/login$/, reply), fault.none(), at(/data/, reply))
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.slept).toHaveLength(3)
    expect(requests(world).filter((request) => request.endsWith('reply'))).toHaveLength(3)
  })

  test('sealed is tried again to the end, and said', async () => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/./, vaultError(503, 'Vault is sealed'))))
    const text = await refusal(world)
    expect(text).toMatch(
      /^Vault \(HOST\) could not answer \(503 Service Unavailable\): Vault is sealed\. Gave up/,
    )
    expect(text).toContain('An operator must unseal Vault; then run the job again.\nOVERLOADED')
    expect(requests(world).length).toBeGreaterThan(5)
  })

  test('not initialized is said at once', async () => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/./, vaultError(501, 'Vault is not initialized'))))
    expect(await refusal(world)).toBe(
      [
        'Vault (HOST) refused (501 Not Implemented): Vault is not initialized.',
        'An operator must initialize Vault first.',
        LINK,
      ].join('\n'),
    )
    expect(requests(world)).toHaveLength(1)
  })
})

describe('taking the token back', () => {
  test('has time of its own where the step had none left', async () => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/data/, vaultError(500, 'internal error'))))
    expect(await refusal(world)).toMatch(/could not answer \(500 Internal Server Error\).*the limit is 60 s/)
    expect(requests(world).at(-1)).toBe(REVOKE)
    expect(world.setup.vault.tokens.map(({ revoked }) => revoked)).toEqual([true])
  })

  test('is tried again', async () => {
    const world = await open()
    world.server('vault').faults.push(fault.none(), fault.none(), fault.reset(), fault.status(503))
    const ran = await run(world)
    expect(ran.warnings).toEqual([])
    expect(requests(world).slice(2)).toEqual([
      'POST /v1/auth/token/revoke-self reset',
      'POST /v1/auth/token/revoke-self status 503',
      REVOKE,
    ])
  })

  test.each<[string, Record<string, string>]>([
    ['succeeded', {}],
    ['failed', { key: 'PASSWORD' }],
  ])('is a warning where it fails, also of a step that %s', async (outcome, inputs) => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/revoke-self$/, vaultError(400, 'no'))))
    const ran = await run(world, { inputs })
    expect(ran.succeeded).toBe(outcome === 'succeeded')
    expect(ran.warnings.map(withoutTime)).toEqual([
      'The Vault token could not be revoked in this step; it ends at TIME. Vault (HOST) refused (400 Bad Request): no.',
    ])
  })

  test('says that a token without end has none', async () => {
    const world = await open({ role: { ttl: 0 } })
    const trouble = forEver(at(/data|revoke-self$/, vaultError(400, 'no')))
    world.server('vault').faults.push(trouble)
    const ran = await run(world)
    expect(ran.succeeded).toBe(false)
    expect(ran.warnings[0]).toContain('it ends only when somebody revokes it.')
  })

  test('is done where the token is gone after its last use', async () => {
    const world = await open({ role: { numUses: 1, noDefaultPolicy: true } })
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.infos.at(-1)).toBe('The Vault token had ended already.')
    expect(ran.warnings).toEqual([])
    expect(requests(world).at(-1)).toBe('POST /v1/auth/token/revoke-self 403')
  })

  test('is done where somebody else has revoked the token', async () => {
    const world = await open()
    const { tokens } = world.setup.vault
    world.server('vault').faults.push(fault.none(), fault.none(), () => {
      tokens[0]!.revoked = true
      return undefined
    })
    const ran = await run(world)
    expect(ran.infos.at(-1)).toBe('The Vault token had ended already.')
    expect(ran.warnings).toEqual([])
  })

  test('is a warning where a gateway before Vault refuses it', async () => {
    const world = await open()
    world.server('vault').faults.push(fault.none(), fault.none(), fault.html(403))
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.warnings).toHaveLength(1)
    expect(world.setup.vault.alive(world.setup.vault.tokens[0]!.token)).toBe(true)
  })

  test('is a warning where the token may not revoke itself', async () => {
    const world = await open({ role: { noDefaultPolicy: true } })
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.warnings.map(withoutTime)).toEqual([
      'The Vault token could not be revoked in this step; it ends at TIME. Vault (HOST) refused (403 Forbidden): permission denied. A policy of the role must contain: path "auth/token/revoke-self" { capabilities = ["update"] }.',
    ])
    expect(world.setup.vault.alive(world.setup.vault.tokens[0]!.token)).toBe(true)
  })

  test('is not tried with a batch token, which cannot be revoked', async () => {
    const world = await open({ role: { tokenType: 'batch' } })
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.warnings).toEqual([])
    expect(requests(world)).toEqual([LOGIN, READ])
  })
})

test.runIf(signalsReachHandlers).each(['SIGINT', 'SIGTERM'] as const)(
  'a job that is cancelled by %s takes the token back first',
  async (signal) => {
    const world = await open()
    world.server('vault').faults.push(fault.none(), fault.hang())
    const main = await world.run({ signals: [{ signal, when: world.server('vault').seen(2) }] })
    expect(expectRefused(world, main)).toContain(`The job was cancelled (${signal})`)
    expect(main.log).toContain('The Vault token was revoked.')
    expect(requests(world)).toEqual([LOGIN, 'GET /v1/secret/data/team/database hang', REVOKE])
    expect(world.setup.vault.tokens.map(({ revoked }) => revoked)).toEqual([true])
  },
)

describe('the set-up of the page', () => {
  const file = 'secret/vault/README.md'
  const fences = fencesOf({ file, text: readFileSync(join(ROOT, file), 'utf8') })
  /** What a fence holds after a pattern. */
  const found = (pattern: RegExp): string =>
    fences.flatMap(({ text }) => pattern.exec(text)?.[1] ?? [])[0] ?? ''
  const role = JSON.parse(found(/^vault write auth\/jwt\/role\/deploy - <<'EOF'\n([^]*)\nEOF$/m)) as Record<
    string,
    unknown
  >
  const readable = found(/^path "(secret[^"]*)" \{\n {2}capabilities = \["read"\]\n\}$/m)

  test.each<[string, WorldOptions, boolean]>([
    ['lets the job of its role read the secret', {}, true],
    ['keeps another repository out', { identity: { repositoryId: '1' } }, false],
    ['keeps another branch out', { identity: { ref: 'refs/heads/feature' } }, false],
  ])('%s', async (_what, options, succeeded) => {
    const world = await open({}, options)
    // As a write makes it, which Vault refuses without role_type and user_claim.
    world.setup.roles['deploy'] = roleOf(role, undefined)
    world.setup.policies['deploy'] = [readable]
    const ran = await run(world, { inputs: { audience: 'https://vault.example.com' } })
    expect(ran.succeeded).toBe(succeeded)
    if (!succeeded) expect(ran.errors[0]).toContain('(400 Bad Request): error validating claims: ')
  })
})

describe('the fake', () => {
  const send = (world: World, path: string, init: RequestInit): Promise<Response> =>
    fetch(`${world.url('vault')}${path}`, {
      ...init,
      headers: { 'x-vault-request': 'true', ...(init.headers as Record<string, string>) },
    })

  test.each<[string, string, RequestInit, number, string]>([
    [
      'a request without its header',
      '/v1/secret/data/x',
      { headers: { 'x-vault-request': 'no' } },
      412,
      "missing 'X-Vault-Request' header",
    ],
    ['a request without a token', '/v1/secret/data/team/database', {}, 403, 'permission denied'],
    ['a login without a role', '/v1/auth/jwt/login', { method: 'POST', body: '{}' }, 400, 'missing role'],
    [
      'a login without a token',
      '/v1/auth/jwt/login',
      { method: 'POST', body: '{"role":"deploy"}' },
      400,
      'missing token',
    ],
    ['a login by GET', '/v1/auth/jwt/login', {}, 405, 'unsupported operation'],
  ])('refuses %s', async (_what, path, init, status, text) => {
    const answer = await send(await open(), path, init)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toContain(text)
  })

  test('refuses an ID token that somebody else signed', async () => {
    const world = await open()
    const [header, payload] = (await world.issuer.mint(world.url('vault'))).split('.')
    const body = JSON.stringify({ role: ROLE, jwt: `${header!}.${payload!}.${'A'.repeat(342)}` })
    const answer = await send(world, '/v1/auth/jwt/login', { method: 'POST', body })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('failed to verify id token signature')
  })

  test('takes no token after its time', async () => {
    let now = 0
    const world = await open({}, { now: () => now })
    const jwt = await world.issuer.mint(world.url('vault'))
    await send(world, '/v1/auth/jwt/login', { method: 'POST', body: JSON.stringify({ role: ROLE, jwt }) })
    const [token] = world.setup.vault.tokens
    expect(world.setup.vault.alive(token!.token)).toBe(true)
    now += 300_000
    expect(world.setup.vault.alive(token!.token)).toBe(false)
  })
})
