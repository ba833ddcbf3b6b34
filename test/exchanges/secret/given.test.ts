import { describe, expect, test } from 'vitest'
import { system as aws, NAME, SECRET_ARN } from '../../../dev/systems/secret/aws-secrets-manager.ts'
import { system as google, SECRET } from '../../../dev/systems/secret/google-secret-manager.ts'
import { system as http } from '../../../dev/systems/secret/http.ts'
import { KEY, vaultSystem } from '../../../dev/systems/secret/vault.ts'
import { createWorld, type World } from '../../../dev/world.ts'
import { awsSecretsManager } from '../../../src/exchanges/secret/aws-secrets-manager/exchange.ts'
import { googleSecretManager } from '../../../src/exchanges/secret/google-secret-manager.ts'
import { httpSecret } from '../../../src/exchanges/secret/http.ts'
import { secretVault } from '../../../src/exchanges/secret/vault.ts'
import { keep, PAGE, stepsOf, type Steps } from '../in-process.ts'

/*
 * What becomes of the value of a secret, wherever it is stored. What a store does beyond that stands in its own file.
 */

interface Store {
  readonly title: string
  /** How the log names the secret. */
  readonly shown: string
  readonly steps: Steps
  /** A world in which the secret has this value. */
  readonly holding: (value: string) => Promise<World>
}

const stores: readonly Store[] = [
  {
    title: 'Vault',
    shown: '"DB_PASSWORD" of "secret/team/database"',
    steps: stepsOf(secretVault, 'secret/vault'),
    holding: (value) => createWorld(vaultSystem({ data: { [KEY]: value } })),
  },
  {
    title: 'AWS Secrets Manager',
    shown: `"${NAME}"`,
    steps: stepsOf(awsSecretsManager, 'secret/aws-secrets-manager'),
    holding: async (value) => {
      const world = await createWorld(aws)
      world.setup.secrets[SECRET_ARN] = { ...world.setup.secrets[SECRET_ARN]!, value }
      return world
    },
  },
  {
    title: 'Google Secret Manager',
    shown: '"projects/my-project/secrets/database-password/versions/latest"',
    steps: stepsOf(googleSecretManager, 'secret/google-secret-manager'),
    holding: async (value) => {
      const world = await createWorld(google)
      world.setup.secrets[SECRET] = {
        ...world.setup.secrets[SECRET]!,
        versions: [{ data: Buffer.from(value) }],
      }
      return world
    },
  },
  {
    title: 'an HTTP endpoint',
    shown: '"HOST/secrets"',
    steps: stepsOf(httpSecret, 'secret/http'),
    holding: async (value) => {
      const world = await createWorld(http)
      world.setup.secrets['/secrets?name=database'] = Buffer.from(value)
      return world
    },
  },
]

describe.each(stores)('a secret of $title', ({ shown, steps: { run, refusal }, holding }) => {
  test.each(['first line\nsecond line', 'first line\nsecond line\n', 'first line\r\nsecond line\n'])(
    'of several lines is masked line by line: %j',
    async (value) => {
      const ran = await run(keep(holding(value)))
      expect(ran.outputs).toEqual({ secret: value })
      expect(ran.masks).toEqual(expect.arrayContaining(['first line', 'second line']))
    },
  )

  test('that is short is refused, unless that is allowed', async () => {
    const world = await keep(holding('abc'))
    expect(await refusal(world)).toBe(
      [
        `The secret ${shown} is shorter than 4 characters, or true, false or null.`,
        'Masking it would hide unrelated text in every log of the job. Store a longer one, or set `allow-short: true`.',
        `UNUSABLE_SECRET: ${PAGE}unusable_secret`,
      ].join('\n'),
    )
    const ran = await run(world, { inputs: { 'allow-short': 'true' } })
    expect(ran.outputs).toEqual({ secret: 'abc' })
    expect(ran.masks).toContain('abc')
  })

  test.each(['', ' \n '])('that is empty (%j) is refused', async (value) => {
    expect(await refusal(keep(holding(value)))).toBe(
      `The secret ${shown} is empty.\nStore a value in it, or use another one.\nUNUSABLE_SECRET: ${PAGE}unusable_secret`,
    )
  })
})
