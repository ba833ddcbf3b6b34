import { SecretManagerServiceClient } from '@google-cloud/secret-manager'
import { describe, expect, test } from 'vitest'
import { PROVIDER } from '../../dev/systems/database/google-cloud-sql.ts'
import {
  SECRET,
  SERVICE_ACCOUNT,
  system,
  type GoogleSecretManagerSetup,
} from '../../dev/systems/secret/google-secret-manager.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { googleSecretManager } from '../../src/exchanges/secret/google-secret-manager.ts'
import { crc32c } from '../../src/exchanges/secret/payload.ts'
import { keep, runStep, type Ran } from '../exchanges/in-process.ts'

const NAME = 'projects/my-project/secrets/database-password'

async function open(variant = 'direct'): Promise<World<GoogleSecretManagerSetup>> {
  return keep(createWorld(system, { variant }))
}

function ours(world: World, secret = NAME): Promise<Ran> {
  return runStep(googleSecretManager, world, 'secret/google-secret-manager', { inputs: { secret } })
}

interface Accessed {
  readonly name: string
  readonly data: Buffer
  readonly checksum: string
}

/**
 * Google's own client in REST mode. It logs in as google-github-actions/auth has it do: by a configuration that tells it
 * to fetch an ID token from the runner's endpoint.
 */
async function access(world: World<GoogleSecretManagerSetup>, name: string, impersonates = false): Promise<Accessed> {
  const { hostname, port } = new URL(world.url('secretmanager'))
  const audience = encodeURIComponent(`https://iam.googleapis.com/${PROVIDER}`)
  const client = new SecretManagerServiceClient({
    fallback: true,
    protocol: 'http',
    apiEndpoint: hostname,
    port: Number(port),
    projectId: 'my-project',
    // oxlint-disable-next-line typescript/no-deprecated -- This configuration is of the test's own making.
    credentials: {
      type: 'external_account',
      audience: `//iam.googleapis.com/${PROVIDER}`,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${world.url('sts')}/v1/token`,
      ...(impersonates && {
        service_account_impersonation_url: `${world.url('iamcredentials')}/v1/projects/-/serviceAccounts/${SERVICE_ACCOUNT}:generateAccessToken`,
      }),
      credential_source: {
        url: `${world.url('oidc')}${world.issuer.requestPath}&audience=${audience}`,
        headers: { Authorization: `Bearer ${world.issuer.requestToken}` },
        format: { type: 'json', subject_token_field_name: 'value' },
      },
    },
  })
  try {
    const [version] = await client.accessSecretVersion({ name }, { retry: null })
    const { data, dataCrc32c } = version.payload ?? {}
    return { name: version.name!, data: Buffer.from(data as Uint8Array), checksum: String(dataCrc32c) }
  } finally {
    await client.close()
  }
}

describe('the client gets what our action gives', () => {
  test.each(['direct', 'impersonation'])('the newest version (%s), with its checksum', async (variant) => {
    const world = await open(variant)
    const accessed = await access(world, `${NAME}/versions/latest`, variant === 'impersonation')
    expect(accessed.name).toBe(`${SECRET}/versions/2`)
    expect(accessed.checksum).toBe(String(crc32c(accessed.data)))
    const ran = await ours(world)
    expect(ran.errors).toEqual([])
    expect(ran.outputs['secret']).toBe(accessed.data.toString())
    const [theirs, mine] = world.server('secretmanager').requests
    expect(mine!.path).toBe(theirs!.path.replace(/\?.*/, ''))
  })

  test.each([
    ['a version by number', `${NAME}/versions/1`],
    ['a version by alias', `${NAME}/versions/previous`],
  ])('%s', async (_, name) => {
    const world = await open()
    world.setup.secrets[SECRET] = { ...world.setup.secrets[SECRET]!, aliases: { previous: 1 } }
    const accessed = await access(world, name)
    expect(accessed.name).toBe(`${SECRET}/versions/1`)
    expect((await ours(world, name)).outputs['secret']).toBe(accessed.data.toString())
  })

  test('bytes, which no output can hold', async () => {
    const world = await open()
    const data = Buffer.from([0, 128, 255])
    world.setup.secrets[SECRET] = { ...world.setup.secrets[SECRET]!, versions: [{ data }] }
    expect((await access(world, `${NAME}/versions/latest`)).data).toEqual(data)
    expect((await ours(world)).errors[0]).toContain('UNUSABLE_SECRET')
  })
})

test.each<[string, number, string, Partial<GoogleSecretManagerSetup['secrets'][string]>, string | undefined]>([
  ['PERMISSION_DENIED', 403, 'latest', { accessors: [] }, 'IAM_PERMISSION_DENIED'],
  ['NOT_FOUND', 404, '9', {}, undefined],
  ['FAILED_PRECONDITION', 400, '1', { versions: [{ data: Buffer.from('x'), state: 'DISABLED' }] }, undefined],
])('the client throws %s', async (status, code, version, change, reason) => {
  const world = await open()
  world.setup.secrets[SECRET] = { ...world.setup.secrets[SECRET]!, ...change }
  const error = await access(world, `${NAME}/versions/${version}`).then(
    () => expect.fail('the client was given the secret'),
    (each: unknown) => each as Error & { code: number },
  )
  // In REST mode its message is the answer.
  expect([error.constructor.name, error.code]).toEqual(['GaxiosError', code])
  const details = reason === undefined ? [] : [{ reason, domain: 'iam.googleapis.com' }]
  expect(JSON.parse(error.message)).toMatchObject({ error: { code, status, details } })
})
