import { describe, expect, test } from 'vitest'
import { PROVIDER, SERVICE_ACCOUNT } from '../../dev/systems/database/google-cloud-sql.ts'
import type { World } from '../../dev/world.ts'
import { AUDIENCE, open, run } from '../google/fixture.ts'

describe('the fake of STS', () => {
  const form = async (world: World): Promise<Record<string, string>> => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: `//iam.googleapis.com/${PROVIDER}`,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: await world.issuer.mint(AUDIENCE),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  })
  const post = async (
    world: World,
    changes: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; error?: string }> => {
    const body = new URLSearchParams({ ...(await form(world)), ...changes })
    const answer = await fetch(`${world.url('sts')}/v1/token`, { method: 'POST', body, headers })
    return { ...((await answer.json()) as { error?: string }), status: answer.status }
  }

  test('takes what is right', async () => {
    expect(await post(await open(), {})).toMatchObject({ status: 200, token_type: 'Bearer' })
  })

  test.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['an authorization', {}, { authorization: 'Bearer x' }, 'invalid_client'],
    ['an unknown field', { resource: 'x' }, {}, 'invalid_request'],
    ['an audience with https:', { audience: AUDIENCE }, {}, 'invalid_request'],
    [
      'a project id',
      { audience: `//iam.googleapis.com/${PROVIDER.replace('123456789012', 'my-project')}` },
      {},
      'invalid_request',
    ],
    ['no scope', { scope: '' }, {}, 'invalid_scope'],
    ['another grant', { grant_type: 'client_credentials' }, {}, 'invalid_request'],
    ['no JWT', { subject_token: 'x' }, {}, 'invalid_request'],
    ['a JWT that nobody signed', { subject_token: 'e30.e30.c2ln' }, {}, 'invalid_grant'],
  ])('refuses %s', async (_what, changes, headers, error) => {
    expect(await post(await open(), changes, headers)).toMatchObject({ status: 400, error })
  })

  test('refuses a token that has expired', async () => {
    expect(await post(await open({ claims: { exp: 1 } }), {})).toMatchObject({ error: 'invalid_grant' })
  })
})

describe('the fake of IAM credentials', () => {
  const call = async (world: World, token: string, body: object): Promise<unknown> => {
    const path = `/v1/projects/-/serviceAccounts/${SERVICE_ACCOUNT}:generateAccessToken`
    const answer = await fetch(`${world.url('iamcredentials')}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return ((await answer.json()) as { error?: { status: string } }).error?.status
  }

  test('refuses what is wrong', async () => {
    const world = await open()
    await run(world)
    const token = (kind: string): string => world.secrets.find(({ name }) => name.startsWith(kind))!.value
    const scope = ['https://www.googleapis.com/auth/sqlservice.login']
    expect(await call(world, token('federated'), { scope })).toBeUndefined()
    expect(await call(world, 'x', { scope })).toBe('UNAUTHENTICATED')
    expect(await call(world, token('service account'), { scope })).toBe('PERMISSION_DENIED')
    expect(await call(world, token('federated'), { scope: [] })).toBe('INVALID_ARGUMENT')
    expect(await call(world, token('federated'), { scope: scope[0] })).toBe('INVALID_ARGUMENT')
    expect(await call(world, token('federated'), { scope, ttl: 1 })).toBe('INVALID_ARGUMENT')
  })
})
