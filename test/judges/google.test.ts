import { SecretManagerServiceClient } from '@google-cloud/secret-manager'
import { IdentityPoolClient } from 'google-auth-library'
import { describe, expect, test } from 'vitest'
import type { RecordedRequest } from '../../dev/fakes/serve.ts'
import { PROVIDER, SERVICE_ACCOUNT, system as cloudSql } from '../../dev/systems/database/google-cloud-sql.ts'
import {
  SECRET,
  SERVICE_ACCOUNT as ACCESSOR,
  system as secretManager,
  type GoogleSecretManagerSetup,
} from '../../dev/systems/secret/google-secret-manager.ts'
import type { World, WorldOptions } from '../../dev/world.ts'
import { googleCloudSql } from '../../src/exchanges/database/google-cloud-sql.ts'
import { googleSecretManager } from '../../src/exchanges/secret/google-secret-manager.ts'
import { crc32c } from '../../src/exchanges/secret/payload.ts'
import { opening, runStep } from '../exchanges/in-process.ts'

const AUDIENCE = `https://iam.googleapis.com/${PROVIDER}`
const SQL_LOGIN = 'https://www.googleapis.com/auth/sqlservice.login'

/** Where Google's clients are told to log in, and as whom: as the job itself without a service account. */
function external(world: World, account?: string) {
  return {
    type: 'external_account',
    audience: `//iam.googleapis.com/${PROVIDER}`,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${world.url('sts')}/v1/token`,
    ...(account !== undefined && {
      service_account_impersonation_url: `${world.url('iamcredentials')}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
    }),
  } as const
}

describe('google-auth-library', () => {
  const open = opening(cloudSql)

  /** With the ID token of the job as its subject token. */
  const clientOf = (world: World): IdentityPoolClient =>
    new IdentityPoolClient({
      ...external(world, SERVICE_ACCOUNT),
      subject_token_supplier: { getSubjectToken: () => world.issuer.mint(AUDIENCE) },
      scopes: [SQL_LOGIN],
    })

  test('gets what our action gives, by the requests that our action makes', async () => {
    const world = await open()
    const ran = await runStep(googleCloudSql, world, 'database/google-cloud-sql')
    expect(ran.errors).toEqual([])
    const { token } = await clientOf(world).getAccessToken()
    const [theirs, mine] = [token!, ran.outputs['token']!].map((text) => world.setup.google.token(text))
    expect(theirs).toMatchObject({ members: [`serviceAccount:${SERVICE_ACCOUNT}`], scopes: [SQL_LOGIN] })
    expect({ ...mine, expiresAt: 0 }).toEqual({ ...theirs, expiresAt: 0 })
    expect(await world.setup.accepts(token!)).toBe(true)

    const [first, second] = world.server('sts').requests
    const parts = ({ body }: RecordedRequest): string[][] =>
      [...new URLSearchParams(body)].filter(([name]) => name !== 'subject_token').toSorted()
    expect(parts(second!)).toEqual(parts(first!))
    expect(second!.headers['content-type']).toContain(first!.headers['content-type'])
    expect(second!.path).toBe(first!.path)
    const [myCall, theirCall] = world.server('iamcredentials').requests
    expect(theirCall!.path).toBe(myCall!.path)
    expect(JSON.parse(theirCall!.body)).toMatchObject({ scope: [SQL_LOGIN], lifetime: '3600s' })
    expect(JSON.parse(myCall!.body)).toMatchObject({ scope: [SQL_LOGIN] })
  })

  test.each<[string, WorldOptions, (setup: Awaited<ReturnType<typeof open>>['setup']) => unknown]>([
    [
      'unauthorized_client',
      {},
      (setup) => {
        setup.deny()
      },
    ],
    ['invalid_target', {}, ({ providers }) => (providers[PROVIDER] = { disabled: true })],
    ['invalid_grant', { claims: { aud: 'another' } }, () => undefined],
  ])('throws %s of Google STS', async (code, options, prepare) => {
    const world = await open(options)
    prepare(world.setup)
    await expect(clientOf(world).getAccessToken()).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(new RegExp(`^Error code ${code}: `)) as string,
    })
  })

  test('throws PERMISSION_DENIED where nobody may impersonate the service account', async () => {
    const world = await open()
    world.setup.serviceAccounts[SERVICE_ACCOUNT] = []
    await expect(clientOf(world).getAccessToken()).rejects.toMatchObject({
      status: 403,
      response: { data: { error: { status: 'PERMISSION_DENIED', code: 403 } } },
    })
  })
})

describe('@google-cloud/secret-manager', () => {
  const NAME = 'projects/my-project/secrets/database-password'
  const open = opening(secretManager)

  /**
   * In REST mode. It logs in as google-github-actions/auth has it do: by a configuration that tells it to fetch an ID token
   * from the runner's endpoint.
   */
  async function access(world: World<GoogleSecretManagerSetup>, version: string, account?: string) {
    const { hostname, port } = new URL(world.url('secretmanager'))
    const client = new SecretManagerServiceClient({
      fallback: true,
      protocol: 'http',
      apiEndpoint: hostname,
      port: Number(port),
      projectId: 'my-project',
      // oxlint-disable-next-line typescript/no-deprecated -- This configuration is of the test's own making.
      credentials: {
        ...external(world, account),
        credential_source: {
          url: `${world.url('oidc')}${world.issuer.requestPath}&audience=${encodeURIComponent(AUDIENCE)}`,
          headers: { Authorization: `Bearer ${world.issuer.requestToken}` },
          format: { type: 'json', subject_token_field_name: 'value' },
        },
      },
    })
    try {
      const [{ name, payload }] = await client.accessSecretVersion(
        { name: `${NAME}/versions/${version}` },
        { retry: null },
      )
      return { name, data: Buffer.from(payload!.data as Uint8Array), checksum: String(payload!.dataCrc32c) }
    } finally {
      await client.close()
    }
  }

  test.each([
    ['latest', 'direct', 2],
    ['latest', 'impersonation', 2],
    ['1', 'direct', 1],
    ['previous', 'direct', 1],
  ])('gets the version %s (%s), with its checksum', async (version, variant, number) => {
    const world = await open({ variant })
    world.setup.secrets[SECRET] = { ...world.setup.secrets[SECRET]!, aliases: { previous: 1 } }
    const accessed = await access(world, version, variant === 'impersonation' ? ACCESSOR : undefined)
    expect(accessed.name).toBe(`${SECRET}/versions/${number}`)
    expect(accessed.checksum).toBe(String(crc32c(accessed.data)))
    const inputs = { secret: version === 'latest' ? NAME : `${NAME}/versions/${version}` }
    const ran = await runStep(googleSecretManager, world, 'secret/google-secret-manager', { inputs })
    expect(ran.errors).toEqual([])
    expect(ran.outputs['secret']).toBe(accessed.data.toString())
    const [theirs, mine] = world.server('secretmanager').requests
    expect(mine!.path).toBe(theirs!.path.replace(/\?.*/, ''))
  })

  test.each<[string, number, string, Partial<GoogleSecretManagerSetup['secrets'][string]>, string[]]>([
    ['PERMISSION_DENIED', 403, 'latest', { accessors: [] }, ['IAM_PERMISSION_DENIED']],
    ['NOT_FOUND', 404, '9', {}, []],
    ['FAILED_PRECONDITION', 400, '1', { versions: [{ data: Buffer.from('x'), state: 'DISABLED' }] }, []],
  ])('throws %s', async (status, code, version, change, reasons) => {
    const world = await open()
    world.setup.secrets[SECRET] = { ...world.setup.secrets[SECRET]!, ...change }
    const error = await access(world, version).then(
      () => expect.fail('the client was given the secret'),
      (each: unknown) => each as Error & { code: number },
    )
    // In REST mode its message is the answer.
    expect([error.constructor.name, error.code]).toEqual(['GaxiosError', code])
    const details = reasons.map((reason) => ({ reason, domain: 'iam.googleapis.com' }))
    expect(JSON.parse(error.message)).toMatchObject({ error: { code, status, details } })
  })
})
