import { describe, expect, test } from 'vitest'
import { fault, type FaultEntry } from '../../dev/fakes/faults.ts'
import type { FakeServer } from '../../dev/fakes/serve.ts'
import { createIdentity, type Identity } from '../../src/identity/id-token.ts'
import { serving, testClient, type TestClient } from '../http/fixture.ts'

/** A token with these claims, not signed. */
function tokenOf(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`
}

interface Job extends TestClient {
  readonly identity: Identity
  readonly server: FakeServer
  /** What {@link createIdentity} had masked. */
  readonly secrets: readonly string[]
}

/** A job whose endpoint mints tokens with the claims `aud` and `n`, which counts them from 1. */
async function job(
  faults: readonly FaultEntry[] = [],
  variables: Record<string, string | undefined> = {},
): Promise<Job> {
  let n = 0
  const mint = ({ url }: { url: URL }): { status: number; body: object } => ({
    status: 200,
    body: { value: tokenOf({ aud: url.searchParams.get('audience'), n: ++n }) },
  })
  const server = await serving(mint, { faults })
  const client = testClient()
  const secrets: string[] = []
  const identity = createIdentity({
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token',
      ...variables,
    },
    client: client.client,
    monotonic: client.clock.monotonic,
    mask: (secret) => secrets.push(secret),
  })
  return { ...client, identity, server, secrets }
}

describe('the request', () => {
  test('is a GET with the request token; that and the ID token are masked', async () => {
    const { identity, server, secrets } = await job()
    expect(secrets).toEqual(['the-request-token'])
    const token = await identity.idToken('https://a.example/?b&c')
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        path: '/idtoken?api-version=2.0&audience=https%3A%2F%2Fa.example%2F%3Fb%26c',
        headers: { authorization: 'Bearer the-request-token', accept: 'application/json' },
        body: '',
      },
    ])
    expect(secrets).toEqual(['the-request-token', token])
  })

  test('has the audience as its query where the URL has none', async () => {
    const server = await serving(() => ({ status: 200, body: { value: tokenOf({}) } }))
    const { identity } = await job([], { ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/idtoken` })
    await identity.idToken('me')
    expect(server.requests[0]?.path).toBe('/idtoken?audience=me')
  })

  test.each([
    { ACTIONS_ID_TOKEN_REQUEST_URL: undefined, ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined },
    { ACTIONS_ID_TOKEN_REQUEST_URL: '' },
    { ACTIONS_ID_TOKEN_REQUEST_URL: 'idtoken' },
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' },
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'two\nlines' },
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'two words' },
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'töken' },
  ])('is not sent where the runner offers none: %o', async (variables) => {
    const { identity, server, secrets } = await job([], variables)
    await expect(identity.idToken('me')).rejects.toMatchObject({
      code: 'NO_ID_TOKEN',
      message: 'This job cannot get an ID token: the runner offers none.',
    })
    expect(server.requests).toEqual([])
    const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = {
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token',
      ...variables,
    }
    expect(secrets).toEqual([token].filter(Boolean))
  })
})

describe('an ID token', () => {
  test('is used for less than 60 s', async () => {
    const { identity, clock } = await job()
    const first = await identity.idToken('me')
    clock.elapsed += 59_999
    expect(await identity.idToken('me')).toBe(first)
    clock.elapsed += 1
    const second = await identity.idToken('me')
    expect(second).not.toBe(first)
    expect(await identity.idToken('me')).toBe(second)
  })

  test('that is fresh is a new one, and that of later calls', async () => {
    const { identity } = await job()
    const first = await identity.idToken('me')
    const fresh = await identity.idToken('me', { fresh: true })
    expect(fresh).not.toBe(first)
    expect(await identity.idToken('me')).toBe(fresh)
  })

  test('is as old as its request', async () => {
    const { identity, clock, server } = await job([fault.status(503, { retryAfter: 40 })])
    const first = await identity.idToken('me')
    expect(clock.slept[0]).toBeGreaterThanOrEqual(40_000)
    // Nobody knows when it was minted meanwhile.
    clock.elapsed = 60_000
    expect(await identity.idToken('me')).not.toBe(first)
    expect(server.requests).toHaveLength(3)
  })

  test('is shared by those who ask at the same time, by audience', async () => {
    const { identity, server } = await job()
    const [one, other, another] = await Promise.all(['me', 'me', 'you'].map((audience) => identity.idToken(audience)))
    expect(one).toBe(other)
    expect(another).not.toBe(one)
    expect(server.requests).toHaveLength(2)
  })

  test('that could not be fetched is requested again', async () => {
    const { identity, server } = await job()
    const other = await identity.idToken('you')
    server.faults.push(fault.status(401))
    await expect(identity.idToken('me')).rejects.toThrow('refused')
    expect(await identity.idToken('me')).toBe(tokenOf({ aud: 'me', n: 2 }))
    expect(await identity.idToken('you')).toBe(other)
  })

  test.each<[unknown, string]>([
    [{ value: 7 }, "The ID token in the answer of the runner's ID-token endpoint is not text but number."],
    [{}, "The ID token in the answer of the runner's ID-token endpoint is missing."],
    ['OK', "The runner's ID-token endpoint (HOST) answered 200 with something that is not a JSON object."],
  ])('in the answer %j is none', async (body, message) => {
    const { identity, server } = await job([fault.answer({ status: 200, body: body as string })])
    await expect(identity.idToken('me')).rejects.toMatchObject({
      code: 'UNUSABLE_ANSWER',
      message: message.replace('HOST', new URL(server.url).host),
    })
  })
})

test('the claims are those of the newest ID token, of all or for an audience', async () => {
  const { identity, clock } = await job()
  expect([identity.claims(), identity.claims('you')]).toEqual([undefined, undefined])
  await identity.idToken('you')
  await identity.idToken('me')
  expect(identity.claims()).toEqual({ aud: ['me', 'you'], n: 2 })
  expect(identity.claims('you')).toEqual({ aud: 'you', n: 1 })
  clock.elapsed += 60_000
  await identity.idToken('you')
  const pending = identity.idToken('them')
  expect(identity.claims()).toEqual({ aud: ['me', 'you'], n: 3 })
  expect(identity.claims('you')).toEqual({ aud: 'you', n: 3 })
  await pending
})

test('the claims of an opaque ID token are none', async () => {
  const { identity } = await job([fault.answer({ status: 200, body: { value: 'an-opaque-token' } })])
  await identity.idToken('me')
  expect([identity.claims(), identity.claims('me')]).toEqual([{}, {}])
})

describe('a refusal', () => {
  const state = (name: string): string => `Can't issue ID_TOKEN for job in '${name}' state.`
  test.each([
    [400, state('Pending')],
    [401, state('Delayed')],
    [404, state('not yet-begun')],
    [403, 'Pending'],
    [403, 'It is DELAYED.'],
    [403, "Server won't issue ID_TOKEN for non-inprogress job"],
  ])('that may pass is asked again until the deadline: %i %s', async (status, message) => {
    const early = fault.status(status, { body: { message } })
    const { identity, server } = await job([early, early, early])
    await identity.idToken('me')
    expect(server.requests).toHaveLength(4)
  })

  const elsewhere = ' Run the step in a job that has `permissions: id-token: write` and is still running.'
  test.each<[number, string | object, string]>([
    [403, { message: 'Forbidden' }, `refused (403 Forbidden).${elsewhere}`],
    [403, { error: { message: 'No' } }, `refused (403 Forbidden): No.${elsewhere}`],
    [404, { message: 'No', error: { message: 'other' } }, 'refused (404 Not Found): No.'],
    [400, { message: state('Completed') }, `refused (400 Bad Request): ${state('Completed')}`],
    [400, { message: state('a'.repeat(41)) }, `refused (400 Bad Request): ${state('a'.repeat(41))}`],
    [
      401,
      { message: 'A pending approval is missing' },
      `refused (401 Unauthorized): A pending approval is missing.${elsewhere}`,
    ],
    [501, { message: state('Pending') }, `refused (501 Not Implemented): ${state('Pending')}`],
    [403, { message: state('completed') }, `refused (403 Forbidden): ${state('completed')}${elsewhere}`],
  ])('that does not pass is the end: %i %j', async (status, body, text) => {
    const { identity, server } = await job([fault.answer({ status, body })])
    await expect(identity.idToken('me')).rejects.toMatchObject({
      code: 'ID_TOKEN_REFUSED',
      text: `The runner's ID-token endpoint (${new URL(server.url).host}) ${text}`,
    })
    expect(server.requests).toHaveLength(1)
  })
})
