import nodeVault from 'node-vault'
import { describe, expect, test } from 'vitest'
import { fault } from '../../dev/fakes/faults.ts'
import { vaultError } from '../../dev/fakes/vault.ts'
import {
  KEY,
  ROLE,
  vaultSystem,
  type VaultSettings,
  type VaultSetup,
} from '../../dev/systems/secret/vault.ts'
import { createWorld, type World, type WorldOptions } from '../../dev/world.ts'
import { secretVault } from '../../src/exchanges/secret/vault.ts'
import { keep, runStep, type Ran } from '../exchanges/in-process.ts'

const PATH = 'secret/data/team/database'

/** A Vault with no agent in front, since the client does not send what that would ask for. */
async function open(settings: VaultSettings = {}, options: WorldOptions = {}): Promise<World<VaultSetup>> {
  return keep(createWorld(vaultSystem({ requireRequestHeader: false, ...settings }), options))
}

function clientOf(world: World, namespace?: string): nodeVault.client {
  return nodeVault({ endpoint: world.url('vault'), ...(namespace !== undefined && { namespace }) })
}

interface LoggedIn {
  readonly auth: {
    readonly client_token: string
    readonly lease_duration: number
    readonly policies: string[]
  }
}

async function logIn(world: World, client: nodeVault.client, role = ROLE): Promise<LoggedIn> {
  const jwt = await world.issuer.mint(world.url('vault'))
  return (await client.jwtLogin({ role, jwt })) as LoggedIn
}

function ours(world: World, inputs: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return runStep(secretVault, world, 'secret/vault', { inputs })
}

describe('the client', () => {
  test('logs in, reads what our action gives, and revokes its token', async () => {
    const world = await open()
    const client = clientOf(world)
    const { auth } = await logIn(world, client)
    expect(auth).toMatchObject({ lease_duration: 300, policies: ['default', 'deploy'] })
    client.token = auth.client_token
    const { data } = (await client.read(PATH)) as { data: { data: object; metadata: object } }
    expect(data).toMatchObject({
      data: { [KEY]: world.setup.secret },
      metadata: { version: 1, destroyed: false, deletion_time: '' },
    })
    const ran = await ours(world)
    expect(ran.errors).toEqual([])
    expect(ran.outputs['secret']).toBe((data.data as Record<string, string>)[KEY])

    expect(world.setup.vault.alive(auth.client_token)).toBe(true)
    await client.tokenRevokeSelf()
    expect(world.setup.vault.alive(auth.client_token)).toBe(false)
    await expect(client.read(PATH)).rejects.toMatchObject({ response: { statusCode: 403 } })
  })

  test('does so by the requests that our action makes', async () => {
    const world = await open()
    expect((await ours(world)).errors).toEqual([])
    const client = clientOf(world)
    client.token = (await logIn(world, client)).auth.client_token
    await client.read(PATH)
    await client.tokenRevokeSelf()
    const { requests } = world.server('vault')
    const calls = requests.map(({ method, path }) => `${method} ${path}`)
    expect(calls.slice(0, 3)).toEqual([
      'POST /v1/auth/jwt/login',
      `GET /v1/${PATH}`,
      'POST /v1/auth/token/revoke-self',
    ])
    expect(calls.slice(3)).toEqual(calls.slice(0, 3))
    const [mine, theirs] = [requests[0]!, requests[3]!].map(({ body }) =>
      Object.keys(JSON.parse(body) as object),
    )
    expect(theirs!.toSorted()).toEqual(mine!.toSorted())
  })

  test('finds a namespace', async () => {
    const world = await open({ namespace: 'team/a' })
    const client = clientOf(world, 'team/a')
    client.token = (await logIn(world, client)).auth.client_token
    await expect(client.read(PATH)).resolves.toMatchObject({ data: { data: { [KEY]: world.setup.secret } } })
    await expect(logIn(world, clientOf(world, 'team/b'))).rejects.toMatchObject({
      response: { statusCode: 403 },
    })
  })
})

/** What the client throws: `message` is the first of Vault's errors. */
interface Thrown extends Error {
  readonly response: { readonly statusCode: number; readonly body: { readonly errors?: string[] } }
}

async function thrownBy(call: Promise<unknown>): Promise<Thrown> {
  return call.then(
    () => expect.fail('the client was not refused'),
    (error: unknown) => error as Thrown,
  )
}

describe('what the client throws is what our action is told', () => {
  test.each<[string, string, WorldOptions, VaultSettings, string]>([
    ['a role that is not there', 'role "another" could not be found', {}, {}, 'another'],
    [
      'another audience',
      'error validating token: invalid audience (aud) claim: audience claim does not match any expected audience',
      { claims: { aud: 'another' } },
      {},
      ROLE,
    ],
    [
      'a claim that is bound otherwise',
      'error validating claims: claim "ref" does not match any associated bound claim values',
      {},
      { role: { boundClaims: { ref: 'refs/heads/another' } } },
      ROLE,
    ],
    [
      'a role of the type oidc',
      'role with oidc role_type is not allowed',
      {},
      { role: { type: 'oidc' } },
      ROLE,
    ],
  ])('400 at the login: %s', async (_, message, options, settings, role) => {
    const world = await open(settings, options)
    const error = await thrownBy(logIn(world, clientOf(world), role))
    expect(error.response).toEqual({ statusCode: 400, body: { errors: [message] } })
    expect(error.message).toBe(message)
    expect((await ours(world, { role })).errors[0]).toContain(message)
  })

  test.each<[string, number, (world: World<VaultSetup>) => void]>([
    [
      'no policy for it',
      403,
      ({ setup }) => {
        setup.policies['deploy'] = []
      },
    ],
    [
      'nothing there',
      404,
      ({ setup }) => {
        setup.engines['secret'] = { kv: 2, secrets: {} }
      },
    ],
    [
      'a deleted version',
      404,
      ({ setup }) => {
        const secrets = { 'team/database': [{ data: { [KEY]: 'x' }, state: 'deleted' as const }] }
        setup.engines['secret'] = { kv: 2, secrets }
      },
    ],
  ])('%s at the read: %i', async (_, statusCode, change) => {
    const world = await open()
    change(world)
    const client = clientOf(world)
    client.token = (await logIn(world, client)).auth.client_token
    const { response, message } = await thrownBy(client.read(PATH))
    expect(response.statusCode).toBe(statusCode)
    expect(message).toBe(response.body.errors?.[0] ?? `Status ${statusCode}`)
    const ran = await ours(world)
    expect(ran.succeeded).toBe(false)
    expect(ran.leaks).toEqual([])
    expect(world.server('vault').requests.map(({ answered }) => answered)).toContain(statusCode)
  })

  test('503 while it is sealed, which ours tries again', async () => {
    const world = await open()
    const sealed = fault.answer(vaultError(503, 'Vault is sealed'))
    world.server('vault').faults.push(sealed, sealed)
    const error = await thrownBy(logIn(world, clientOf(world)))
    expect([error.message, error.response.statusCode]).toEqual(['Vault is sealed', 503])
    const ran = await ours(world)
    expect(ran.errors).toEqual([])
    expect(ran.slept).toHaveLength(1)
  })
})
