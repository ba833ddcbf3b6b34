import { IdentityPoolClient } from 'google-auth-library'
import { describe, expect, test } from 'vitest'
import { fault } from '../../dev/fakes/faults.ts'
import { apiError, stsError } from '../../dev/fakes/google.ts'
import {
  PROVIDER,
  SERVICE_ACCOUNT,
  system,
  type GoogleCloudSqlSetup,
} from '../../dev/systems/database/google-cloud-sql.ts'
import type { World, WorldOptions } from '../../dev/world.ts'
import { googleCloudSql } from '../../src/exchanges/database/google-cloud-sql.ts'
import { opening, runStep, type Ran } from '../exchanges/in-process.ts'

const SQL_LOGIN = 'https://www.googleapis.com/auth/sqlservice.login'

const open = opening(system)

/** Google's own client, with the ID token of the job as its subject token. */
function client(
  world: World,
  { account = SERVICE_ACCOUNT, provider = PROVIDER, audience = `https://iam.googleapis.com/${PROVIDER}` } = {},
): IdentityPoolClient {
  return new IdentityPoolClient({
    type: 'external_account',
    audience: `//iam.googleapis.com/${provider}`,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${world.url('sts')}/v1/token`,
    ...(account !== '' && {
      service_account_impersonation_url: `${world.url('iamcredentials')}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
    }),
    subject_token_supplier: { getSubjectToken: () => world.issuer.mint(audience) },
    scopes: [account === '' ? 'https://www.googleapis.com/auth/cloud-platform' : SQL_LOGIN],
  })
}

function ours(world: World): Promise<Ran> {
  return runStep(googleCloudSql, world, 'database/google-cloud-sql')
}

describe('the client gets', () => {
  test('the access token of a service account, as our action does', async () => {
    const world = await open()
    const { token } = await client(world).getAccessToken()
    const ran = await ours(world)
    expect(ran.errors).toEqual([])
    const [theirs, mine] = [token!, ran.outputs['token']!].map((text) => world.setup.google.token(text))
    expect(theirs).toMatchObject({ members: [`serviceAccount:${SERVICE_ACCOUNT}`], scopes: [SQL_LOGIN] })
    expect({ ...mine, expiresAt: 0 }).toEqual({ ...theirs, expiresAt: 0 })
    expect(await world.setup.accepts(token!)).toBe(true)
  })

  test('the federated token of the job itself', async () => {
    const world = await open()
    const { token, res } = await client(world, { account: '' }).getAccessToken()
    expect(world.setup.google.token(token!)?.members).toContain(
      'principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/github/attribute.repository_id/216219028',
    )
    expect(res?.data).toMatchObject({
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      expires_in: 3_600,
    })
  })

  test('both by the requests that our action makes', async () => {
    const world = await open()
    expect((await ours(world)).errors).toEqual([])
    await client(world).getAccessToken()
    const [mine, theirs] = world.server('sts').requests
    const parts = (form: string): string[][] =>
      [...new URLSearchParams(form)].filter(([name]) => name !== 'subject_token').toSorted()
    expect(parts(theirs!.body)).toEqual(parts(mine!.body))
    expect(theirs!.headers['content-type']).toContain(mine!.headers['content-type'])
    expect(theirs!.path).toBe(mine!.path)
    const [myCall, theirCall] = world.server('iamcredentials').requests
    expect(theirCall!.path).toBe(myCall!.path)
    expect(JSON.parse(theirCall!.body)).toMatchObject({ scope: [SQL_LOGIN], lifetime: '3600s' })
    expect(JSON.parse(myCall!.body)).toMatchObject({ scope: [SQL_LOGIN] })
  })
})

describe('the client', () => {
  test.each<[string, WorldOptions, (setup: GoogleCloudSqlSetup) => void]>([
    [
      'unauthorized_client',
      {},
      (setup) => {
        setup.deny()
      },
    ],
    ['invalid_target', {}, ({ providers }) => void (providers[PROVIDER] = { disabled: true })],
    ['invalid_grant', { claims: { aud: 'another' } }, () => undefined],
    ['invalid_grant', { claims: { exp: 1 } }, () => undefined],
  ])('throws %s of Google STS', async (code, options, prepare) => {
    const world = await open(options)
    prepare(world.setup)
    await expect(client(world).getAccessToken()).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(new RegExp(`^Error code ${code}: `)) as string,
    })
  })

  test('throws PERMISSION_DENIED where nobody may impersonate the service account', async () => {
    const world = await open()
    world.setup.serviceAccounts[SERVICE_ACCOUNT] = []
    await expect(client(world).getAccessToken()).rejects.toMatchObject({
      status: 403,
      response: { data: { error: { status: 'PERMISSION_DENIED', code: 403 } } },
    })
  })

  test('retries temporary errors', async () => {
    const world = await open()
    world.server('sts').faults.push(fault.answer(stsError('internal_failure', 'try again later', 503)))
    world.server('iamcredentials').faults.push(fault.answer(apiError('RESOURCE_EXHAUSTED', 'Quota exceeded')))
    expect((await client(world).getAccessToken()).token).toMatch(/^ya29\./)
    for (const role of ['sts', 'iamcredentials']) expect(world.server(role).requests).toHaveLength(2)
  })
})
