import { describe, expect, test } from 'vitest'
import { forEver } from '../../../dev/fakes/faults.ts'
import { vaultError } from '../../../dev/fakes/vault.ts'
import { KEY, vaultSystem, type VaultSetup } from '../../../dev/systems/secret/vault.ts'
import { system as httpSystem, type HttpSecretSetup } from '../../../dev/systems/secret/http.ts'
import { createWorld, type World } from '../../../dev/world.ts'
import { httpSecret } from '../../../src/exchanges/secret/http.ts'
import { secretVault } from '../../../src/exchanges/secret/vault.ts'
import { claimsOf } from '../../../src/identity/claims.ts'
import { keep, refusalOf, runStep, withoutPort, type Ran } from '../in-process.ts'

const open = (): Promise<World<VaultSetup>> => keep(createWorld(vaultSystem(), { variant: 'several' }))

async function run(world: World, secrets: string, more: Record<string, string> = {}): Promise<Ran> {
  const ran = await runStep(secretVault, world, 'secret/vault', { inputs: { secrets, ...more } })
  expect(ran.leaks).toEqual([])
  return ran
}

const reads = (world: World): string[] =>
  world.server('vault').requests.flatMap(({ method, path }) => (method === 'GET' ? [path] : []))

describe('several values', () => {
  test('are outputs by name and one output of JSON, with one login and one request for each secret', async () => {
    const world = await open()
    const ran = await run(world, `user: team/database#DB_USER # a key\nPass_2: team/database#${KEY}\nall: team/tls`)
    const { secrets = '', ...values } = ran.outputs
    expect(values).toMatchObject({ user: 'app_user', Pass_2: world.setup.secret })
    expect(Object.keys(JSON.parse(values['all']!) as object)).toEqual(['certificate', 'key'])
    expect(JSON.parse(secrets)).toEqual(values)
    expect(reads(world)).toEqual(['/v1/secret/data/team/database', '/v1/secret/data/team/tls'])
    expect(ran.infos[0]).toBe('3 values read from 2 secrets.')
    expect(ran.masks).toEqual(expect.arrayContaining([...Object.values(values).flatMap((v) => v.split('\n')), secrets]))
    const texts = Object.values(JSON.parse(values['all']!) as Record<string, string>)
    expect(ran.masks).toEqual(expect.arrayContaining(texts.flatMap((text) => text.trim().split('\n'))))
  })

  test('have their key behind the last #: a path may have others', async () => {
    const world = await open()
    world.setup.policies['deploy'] = ['*']
    world.setup.engines['secret'] = { kv: 2, secrets: { 'team/c#': [{ data: { k: 'obviously-fake' } }] } }
    expect((await run(world, 'a: team/c##k')).outputs).toMatchObject({ a: 'obviously-fake' })
    expect(reads(world)).toEqual(['/v1/secret/data/team/c%23'])
  })

  test('may be fifty, twelve requests at a time', async () => {
    const world = await open()
    world.setup.policies['deploy'] = ['*']
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`)
    world.setup.engines['secret'] = {
      kv: 2,
      secrets: Object.fromEntries(names.map((name) => [name, [{ data: { k: `value-${name}` } }]])),
    }
    let now = 0
    let most = 0
    world.server('vault').faults.push(
      forEver(({ method }) => {
        if (method === 'GET') most = Math.max(most, ++now)
        setImmediate(() => now--)
        return undefined
      }),
    )
    const ran = await run(world, names.map((name) => `${name}: ${name}#k`).join('\n'))
    expect(ran.errors).toEqual([])
    expect(Object.keys(ran.outputs)).toHaveLength(51)
    expect(reads(world)).toHaveLength(50)
    expect(most).toBeLessThanOrEqual(12)
  })

  test('are all there or none: each that failed is named with its own reason and hint', async () => {
    const world = await open()
    const ran = await run(
      world,
      `a: team/database#DB_USER\nb: team/database#NOPE\nc: team/other\nd: team/other#X\ne: team/tls`,
    )
    expect(refusalOf(ran)).toMatch(
      new RegExp(
        [
          '^3 of 5 values cannot be read\\. No output was set\\.',
          '- b: The secret "secret/team/database" has no key "NOPE"\\. Its keys: "DB_USER", "DB_PASSWORD"\\.',
          '- c, d: Vault \\(HOST\\) refused \\(403 Forbidden\\): permission denied\\. A policy of the role "deploy" must contain: path "secret/data/team/other" \\{ capabilities = \\["read"\\] \\}\\. .*',
          'UNUSABLE_SECRET: \\S+$',
        ].join('\\n'),
      ),
    )
    expect(reads(world).filter((path) => path.endsWith('other'))).toHaveLength(1)
    expect(world.setup.vault.tokens.map(({ revoked }) => revoked)).toEqual([true])
  })

  test('may be short only where that is allowed', async () => {
    const world = await open()
    world.setup.engines['secret'] = { kv: 2, secrets: { 'team/tls': [{ data: { a: 'abc', b: 'x' } }] } }
    const refused = refusalOf(await run(world, 'a: team/tls#a\nb: team/tls#b'))
    expect(refused).toContain('- a: The secret "a" of "secret/team/tls" is shorter than 4 characters')
    const ran = await run(world, 'a: team/tls#a', { 'allow-short': 'true' })
    expect(ran.outputs).toEqual({ a: 'abc', secrets: '{"a":"abc"}' })
    expect(ran.masks).toContain('abc')
  })

  test('of a server that fails are not asked for one after the other', async () => {
    const world = await open()
    const down = vaultError(503, 'Vault is sealed')
    world
      .server('vault')
      .faults.push(
        forEver(({ method }) => (method === 'GET' ? { kind: 'answer', name: 'reply', reply: down } : undefined)),
      )
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`)
    const ran = await run(world, names.map((name) => `${name}: p/${name}`).join('\n'))
    expect(ran.errors[0]).toContain('20 of 20 values cannot be read.')
    for (const name of names) expect(ran.errors[0]).toContain(name)
    expect(ran.errors[0]!.length).toBeLessThan(4_096)
    expect(new Set(reads(world)).size).toBe(12)
  })
})

describe('input that cannot be used', () => {
  const example = 'for example: db-password: team/database#DB_PASSWORD'
  test.each<[string, string, string]>([
    [
      '1st: a/b',
      `secrets must have names of letters, digits, - and _ that begin with a letter, not "1st"; ${example}`,
      '',
    ],
    ['a: b\nA: c', `secrets.A must have a unique name; case does not matter; ${example}`, ''],
    ['a: b\na: c', `secrets has a key twice (line 2); ${example}`, ''],
    ['Secrets: b', `secrets.Secrets must have another name, because this one is reserved; ${example}`, ''],
    ['token: b', `secrets.token must have another name, because this one is reserved; ${example}`, ''],
    ['a:', `secrets.a must name a secret; ${example}`, ''],
    ['a: [b]', `secrets.a must name a secret; ${example}`, ''],
    ['- a', `secrets must be a YAML mapping from names to secrets; ${example}`, ''],
    ['team/database', `secrets must be a YAML mapping from names to secrets; ${example}`, ''],
    ...(
      [
        [
          'secret/data/ci/aws accessKey | AWS_ACCESS_KEY_ID ;\nsecret/data/ci/aws secretKey | AWS_SECRET_KEY ;',
          'AWS_ACCESS_KEY_ID: ci/aws#accessKey',
        ],
        ['secret/data/ci db_password', 'db_password: ci#db_password'],
        ['secret/data/ci * | CI_ ;', 'all: ci'],
        ['team/kv/data/ci/npm token|NPM_TOKEN;', 'NPM_TOKEN: ci/npm#token, and as engine: team/kv'],
      ] as const
    ).map(([theirs, ours]): [string, string, string] => [
      theirs,
      `secrets must be a YAML mapping in which the name comes first; for example: ${ours}`,
      '',
    ]),
    ['a: b#', 'secrets.a must have a secret before # and a key after it; for example: team/database#DB_PASSWORD', ''],
    [
      'a: x/../y',
      'secrets.a must be a path without a leading or trailing slash and without empty, . or .. parts, not "x/../y"; for example: team/database',
      '',
    ],
    [
      'a: secret/data/x/y#k',
      'secrets.a must not contain the engine or data/, which the step adds; for example: x/y',
      '',
    ],
    [
      'a: b',
      `path must be omitted if secrets is set; for example: secrets: db-password: team/database#DB_PASSWORD`,
      'team/x',
    ],
    [
      Array.from({ length: 51 }, (_, index) => `n${index}: a`).join('\n'),
      `secrets must have at most 50 names, not 51; ${example}`,
      '',
    ],
  ])('%j', async (secrets, problem, path) => {
    const world = await open()
    const text = refusalOf(await run(world, secrets, { path }))
    expect(text).toContain(`The inputs are invalid. Nothing was sent.\n- ${problem}\nINVALID_INPUT`)
    expect(world.issuer.issued).toEqual([])
  })

  test('is said all at once', async () => {
    const text = refusalOf(await run(await open(), 'a: /x\ntoken: b\n2: c', { key: 'k', role: '' }))
    for (const part of [
      '- secrets.a ',
      '- secrets.token ',
      ', not "2"; ',
      '- key must be omitted',
      '- role is required',
    ])
      expect(text).toContain(part)
  })
})

describe('secret/http', () => {
  const openHttp = (): Promise<World<HttpSecretSetup>> => keep(createWorld(httpSystem, { variant: 'several' }))

  test('takes URLs of one origin only, so that no token reaches an origin that is not its audience', async () => {
    const world = await openHttp()
    const origin = world.url('secret-endpoint')
    const inputs = { secrets: `a: ${origin}/license\nb: https://elsewhere.example.com/x?y#z`, audience: 'shared' }
    const ran = await runStep(httpSecret, world, 'secret/http', { inputs })
    expect(refusalOf(ran)).toContain(
      withoutPort(
        `secrets.b must have the same origin as the first, ${origin}, because all get the same ID token; use one step for each origin; for example: ${origin}/x`,
      ),
    )
    expect(world.issuer.issued).toEqual([])
  })

  test('sends each origin tokens of its own audience alone', async () => {
    const world = await openHttp()
    expect((await runStep(httpSecret, world, 'secret/http')).errors).toEqual([])
    const { requests } = world.server('secret-endpoint')
    expect(requests.map(({ path }) => path).sort()).toEqual(['/database', '/license'])
    for (const { headers } of requests)
      expect(claimsOf(headers['authorization']!)?.['aud']).toBe(world.url('secret-endpoint'))
    expect(world.issuer.issued).toHaveLength(1)
  })
})
