import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fencesOf } from '../../../dev/documents/fences.ts'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import { roleOf, vaultAnswer, vaultError } from '../../../dev/fakes/vault.ts'
import { KEY, type VaultSetup } from '../../../dev/systems/secret/vault.ts'
import { ROLE } from '../../../dev/systems/vault.ts'
import { ROOT, type WorldOptions } from '../../../dev/world.ts'
import { LINK } from '../in-process.ts'
import { at, LOGIN, open, problem, READ, refusal, requests, REVOKE, run } from '../../vault/fixture.ts'

describe('a secret', () => {
  test('is read with a token that is revoked before the step ends', async () => {
    const world = await open()
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.masks).toEqual(expect.arrayContaining([world.setup.secret, world.setup.vault.tokens[0]!.token]))
    expect(ran.infos).toEqual(['Secret "DB_PASSWORD" of "secret/team/database" read.', 'The Vault token was revoked.'])
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

  test('that has numbers is given with each as it was written', async () => {
    const data = '{"pin":1.10,"id":12345678901234567890,"port":5432}'
    const world = await open()
    world
      .server('vault')
      .faults.push(forEver(at(/\/data\//, { status: 200, body: `{"data":{"data":${data},"metadata":{"version":1}}}` })))
    expect((await run(world, { inputs: { key: '' } })).outputs).toEqual({ secret: data })
    expect(await refusal(world, { inputs: { key: 'pin' } })).toContain(
      'The key "pin" of the secret "secret/team/database" contains a number that JSON cannot keep exactly',
    )
  })
})

describe('settings', () => {
  const path = 'must be a path without a leading or trailing slash and without empty, . or .. parts'
  const prefixed = 'path must not contain the engine or data/, which the step adds; for example: team/database'
  test.each<[string, string, string]>([
    ['path', '../sys/policies', `path ${path}, not "../sys/policies"; for example: team/database`],
    ['path', 'team/.', `path ${path}, not "team/."; for example: team/database`],
    ['path', 'team//database', `path ${path}, not "team//database"; for example: team/database`],
    ['path', '/team', `path ${path}, not "/team"; for example: team/database`],
    ['path', 'team/', `path ${path}, not "team/"; for example: team/database`],
    ['path', '', 'path is required, or secrets instead; for example: team/database'],
    ['path', 'secret/team/database', prefixed],
    ['path', 'data/team/database', prefixed],
    ['engine', '..', `engine ${path}, not ".."; for example: secret`],
    ['auth-path', 'jwt/..', `auth-path ${path}, not "jwt/.."; for example: jwt`],
    ['auth-path', 'auth/ci/jwt', 'auth-path must not contain auth/, which the step adds; for example: ci/jwt'],
    ['namespace', 'a\nb', 'namespace must be the full path of a namespace, not "a b"; for example: team/project'],
    ['role', 'a\nb', 'role must be one line, not "a b"; for example: deploy'],
    [
      'url',
      'https://vault.example.com/a/v1/',
      'url must not contain /v1, which the step adds; for example: https://vault.example.com/a',
    ],
    ['url', 'vault.example.com', 'url must be a URL; for example: https://vault.example.com:8200'],
    ['key', 'a\nb', 'key must be one line, not "a b"; for example: DB_PASSWORD'],
    ['allow-short', 'yes', 'allow-short must be true or false, not "yes"; for example: true'],
  ])('%s: %j is refused', async (name, value, rule) => {
    expect(await problem(open(), { [name]: value })).toBe(rule)
  })
})

describe('a secret that Vault does not give', () => {
  test.each<[string, (setup: VaultSetup) => void, Record<string, string>, said: string, hint: string]>([
    [
      'for want of a policy',
      ({ policies }) => (policies['deploy'] = []),
      {},
      '(403 Forbidden): permission denied.',
      `A policy of the role "${ROLE}" must contain: path "secret/data/team/database" { capabilities = ["read"] }. Vault says the same if there is no engine at "secret".`,
    ],
    [
      'since its newest version is deleted',
      ({ engines }) => (engines['secret'] = { 'team/database': [{ data: {} }, { data: {}, state: 'deleted' }] }),
      {},
      '(404 Not Found): version 2 of "secret/team/database" is deleted.',
      'Undelete it (vault kv undelete), or write a new version.',
    ],
    [
      'since its newest version is destroyed',
      ({ engines }) => (engines['secret'] = { 'team/database': [{ data: {}, state: 'destroyed' }] }),
      {},
      '(404 Not Found): version 1 of "secret/team/database" is destroyed.',
      'Its data is gone: write a new version.',
    ],
    [
      'since it never was',
      ({ policies }) => (policies['deploy'] = ['*']),
      { path: 'team/databse' },
      '(404 Not Found): there is no secret "secret/team/databse".',
      '"secret" has never had a secret at "team/databse": check the path, and that "secret" is a KV version 2 engine.',
    ],
    [
      'since a part of the path is taken for the engine',
      ({ policies }) => (policies['deploy'] = ['*']),
      { engine: 'secret/team', path: 'database' },
      "(404 Not Found): Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv get' for this operation.",
      'Check `engine` and the path: `engine` must be exactly where the KV engine is mounted, and was "secret/team"; the path is what follows, without data/, and was "database".',
    ],
    [
      'since there is no such engine',
      ({ policies }) => (policies['deploy'] = ['*']),
      { engine: 'kv' },
      '(404 Not Found): no handler for route "kv/data/team/database". route entry not found.',
      'Check `engine` and `namespace`: Vault has no engine at "kv". For an engine in a namespace below that of the auth method, set `engine` to both: NAMESPACE/kv.',
    ],
  ])('%s says so', async (_what, change, inputs, said, hint) => {
    const world = await open()
    change(world.setup)
    expect(await refusal(world, { inputs })).toBe(`Vault (HOST) refused ${said}\n${hint}\n${LINK}`)
    expect(requests(world)).toEqual([LOGIN, expect.stringMatching(/^GET .* 40[34]$/), REVOKE])
    expect(world.setup.vault.tokens.map(({ revoked }) => revoked)).toEqual([true])
  })

  // A token that is used up is told from one without a policy by a second line (hashicorp/vault#26687).
  test('since its token was used up by another secret', async () => {
    const world = await open({ role: { numUses: 1 } })
    const secrets = 'user: team/database#DB_USER\nother: team/other#KEY'
    const text = await refusal(world, { inputs: { path: '', key: '', secrets } })
    expect(text).toContain('permission denied * invalid token.')
    expect(text).toContain(
      `The Vault token of this step has ended or was used up: the role "${ROLE}" must give tokens a token_ttl that lasts for the step, and no token_num_uses, since each secret is a use.`,
    )
    expect(text).not.toContain('invalid token. A policy of the role')
  })

  test.each([
    ['an empty body', 404, ''],
    ['JSON of a gateway', 404, { message: 'no Route matched with those values' }],
  ])('since %s comes in its place (%i), of which no policy is the cause', async (_what, status, body) => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/\/data\//, { status, body })))
    const text = await refusal(world)
    expect(text).toContain('\nThis answer is not from Vault: ')
    expect(text).not.toMatch(/policy|KV version 2|`engine`/)
  })

  test('but data of a KV engine of version 1 instead', async () => {
    const world = await open()
    const reply = vaultAnswer({ data: { [KEY]: 'x' }, lease_duration: 2_764_800 })
    world.server('vault').faults.push(fault.none(), at(/data/, reply))
    expect(await refusal(world)).toContain(
      'Vault (HOST) answered without a secret.\nCheck `engine`: "secret" must be a KV version 2 engine.',
    )
  })
})

describe('the state of the server', () => {
  test('that has not caught up is tried again', async () => {
    const world = await open()
    const reply = vaultError(412, 'required index state not present')
    world.server('vault').faults.push(at(/login$/, reply), at(/login$/, reply), fault.none(), at(/data/, reply))
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.slept).toHaveLength(3)
    expect(requests(world).filter((request) => request.endsWith('reply'))).toHaveLength(3)
  })

  test('sealed is tried again to the end, and said', async () => {
    const world = await open()
    world.server('vault').faults.push(forEver(at(/./, vaultError(503, 'Vault is sealed'))))
    expect(await refusal(world)).toMatch(
      /could not answer \(503 Service Unavailable\): Vault is sealed\. .*\nAn operator must unseal Vault; then run the job again\.\nOVERLOADED/,
    )
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

describe('the set-up of the page', () => {
  const file = 'secret/vault/README.md'
  const fences = fencesOf({ file, text: readFileSync(join(ROOT, file), 'utf8') })
  /** What a fence holds after a pattern. */
  const found = (pattern: RegExp): string => fences.flatMap(({ text }) => pattern.exec(text)?.[1] ?? [])[0] ?? ''
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
