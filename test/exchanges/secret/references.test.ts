import { describe, expect, test } from 'vitest'
import { KEY } from '../../../dev/systems/secret/vault.ts'
import type { Reference } from '../../../src/exchanges/secret/references.ts'
import { secretVault } from '../../../src/exchanges/secret/vault.ts'
import { inputsOf, problemsOf } from '../../inputs/fixture.ts'
import { open, run } from '../../vault/fixture.ts'
import { refusalOf } from '../in-process.ts'

describe('several values', () => {
  test('are outputs by name and one output of JSON, with one login and one request for each secret', async () => {
    const world = await open({}, { variant: 'several' })
    const inputs = { secrets: `user: team/database#DB_USER # a key\nPass_2: team/database#${KEY}\nall: team/tls` }
    const ran = await run(world, { inputs })
    const { secrets = '', ...values } = ran.outputs
    expect(values).toMatchObject({ user: 'app_user', Pass_2: world.setup.secret })
    expect(Object.keys(JSON.parse(values['all']!) as object)).toEqual(['certificate', 'key'])
    expect(JSON.parse(secrets)).toEqual(values)
    const reads = world.server('vault').requests.filter(({ method }) => method === 'GET')
    expect(reads.map(({ path }) => path)).toEqual(['/v1/secret/data/team/database', '/v1/secret/data/team/tls'])
    expect(ran.infos[0]).toBe('3 values read from 2 secrets.')
    expect(ran.masks).toEqual(expect.arrayContaining([...Object.values(values).flatMap((v) => v.split('\n')), secrets]))
    const texts = Object.values(JSON.parse(values['all']!) as Record<string, string>)
    expect(ran.masks).toEqual(expect.arrayContaining(texts.flatMap((text) => text.trim().split('\n'))))
  })

  test('are all there or none: each that failed is named with its own reason and hint', async () => {
    const world = await open({}, { variant: 'several' })
    const secrets = `a: team/database#DB_USER\nb: team/database#NOPE\nc: team/other\nd: team/other#X\ne: team/tls`
    const ran = await run(world, { inputs: { secrets } })
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
    expect(world.server('vault').requests.filter(({ path }) => path.endsWith('other'))).toHaveLength(1)
    expect(world.setup.vault.tokens.map(({ revoked }) => revoked)).toEqual([true])
  })
})

/** What the inputs ask for, and what is wrong with them. */
async function readAs(texts: Record<string, string>): Promise<[readonly Reference<string>[], problems: string[]]> {
  const inputs = inputsOf({ url: 'https://vault.example.com', role: 'deploy', ...texts })
  const { wanted } = await secretVault.settings(inputs, {})
  return [wanted.references, problemsOf(inputs)]
}

test('a key is behind the last #: a path may have others', async () => {
  expect(await readAs({ secrets: 'a: team/c##k' })).toEqual([[{ output: 'a', source: 'team/c#', key: 'k' }], []])
})

describe('input that cannot be used', () => {
  const example = 'for example: db-password: team/database#DB_PASSWORD'
  const reserved = 'must have another name, because this one is reserved'
  const first = 'secrets must be a YAML mapping in which the name comes first; for example:'
  test.each<[string, problem: string]>([
    ['1st: b', `secrets must have names of letters, digits, - and _ that begin with a letter, not "1st"; ${example}`],
    ['a: b\nA: c', `secrets.A must have a unique name; case does not matter; ${example}`],
    ['a: b\na: c', `secrets has a key twice (line 2); ${example}`],
    ['Secrets: b', `secrets.Secrets ${reserved}; ${example}`],
    ['token: b', `secrets.token ${reserved}; ${example}`],
    ['a:', `secrets.a must name a secret; ${example}`],
    ['a: [b]', `secrets.a must name a secret; ${example}`],
    ['- a', `secrets must be a YAML mapping from names to secrets; ${example}`],
    ['team/database', `secrets must be a YAML mapping from names to secrets; ${example}`],
    [
      'secret/data/ci/aws accessKey | AWS_ACCESS_KEY_ID ;\nsecret/data/ci/aws secretKey | AWS_SECRET_KEY ;',
      `${first} AWS_ACCESS_KEY_ID: ci/aws#accessKey`,
    ],
    ['secret/data/ci db_password', `${first} db_password: ci#db_password`],
    ['secret/data/ci * | CI_ ;', `${first} all: ci`],
    ['team/kv/data/ci/npm token|NPM_TOKEN;', `${first} NPM_TOKEN: ci/npm#token, and as engine: team/kv`],
    ['a: b#', 'secrets.a must have a secret before # and a key after it; for example: team/database#DB_PASSWORD'],
    [
      'a: x/../y',
      'secrets.a must be a path without a leading or trailing slash and without empty, . or .. parts, not "x/../y"; for example: team/database',
    ],
    ['a: secret/data/x/y#k', 'secrets.a must not contain the engine or data/, which the step adds; for example: x/y'],
    [
      Array.from({ length: 51 }, (_, index) => `n${index}: a`).join('\n'),
      `secrets must have at most 50 names, not 51; ${example}`,
    ],
  ])('%j', async (secrets, problem) => {
    expect((await readAs({ secrets }))[1]).toEqual([problem])
  })

  test('is said all at once', async () => {
    const [, problems] = await readAs({ secrets: 'a: /x\ntoken: b', key: 'k', path: 'team/x', role: '' })
    expect(problems).toEqual([
      expect.stringMatching(/^role is required; /),
      `path must be omitted if secrets is set; for example: secrets: db-password: team/database#DB_PASSWORD`,
      expect.stringMatching(/^key must be omitted if secrets is set; /),
      expect.stringMatching(/^secrets\.a must be a path /),
      expect.stringMatching(/^secrets\.token /),
    ])
  })
})
