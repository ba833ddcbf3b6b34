import nodeVault from 'node-vault'
import { expect, test } from 'vitest'
import { KEY, vaultSystem, type VaultSetup } from '../../dev/systems/secret/vault.ts'
import { ROLE } from '../../dev/systems/vault.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { secretVault } from '../../src/exchanges/secret/vault.ts'
import { keep, runStep } from '../exchanges/in-process.ts'

const PATH = 'secret/data/team/database'

/** A Vault with no agent in front, since the client does not send what that would ask for. */
const open = (): Promise<World<VaultSetup>> => keep(createWorld(vaultSystem({ requireRequestHeader: false })))

function clientOf(world: World): nodeVault.client {
  return nodeVault({ endpoint: world.url('vault') })
}

interface LoggedIn {
  readonly auth: { readonly client_token: string; readonly lease_duration: number; readonly policies: string[] }
}

async function logIn(world: World, client: nodeVault.client, role = ROLE): Promise<LoggedIn> {
  const jwt = await world.issuer.mint(world.url('vault'))
  return (await client.jwtLogin({ role, jwt })) as LoggedIn
}

test('the client gets what our action gives, by the requests that our action makes, and revokes its token', async () => {
  const world = await open()
  const ran = await runStep(secretVault, world, 'secret/vault')
  expect(ran.errors).toEqual([])
  const client = clientOf(world)
  const { auth } = await logIn(world, client)
  expect(auth).toMatchObject({ lease_duration: 300, policies: ['default', 'deploy'] })
  client.token = auth.client_token
  const { data } = (await client.read(PATH)) as { data: { data: Record<string, string>; metadata: object } }
  expect(data.metadata).toMatchObject({ version: 1, destroyed: false, deletion_time: '' })
  expect(data.data[KEY]).toBe(world.setup.secret)
  expect(ran.outputs['secret']).toBe(data.data[KEY])

  expect(world.setup.vault.alive(auth.client_token)).toBe(true)
  await client.tokenRevokeSelf()
  expect(world.setup.vault.alive(auth.client_token)).toBe(false)
  const { requests } = world.server('vault')
  const calls = requests.map(({ method, path }) => `${method} ${path}`)
  expect(calls.slice(0, 3)).toEqual(['POST /v1/auth/jwt/login', `GET /v1/${PATH}`, 'POST /v1/auth/token/revoke-self'])
  expect(calls.slice(3)).toEqual(calls.slice(0, 3))
  const [mine, theirs] = [requests[0]!, requests[3]!].map(({ body }) => Object.keys(JSON.parse(body) as object))
  expect(theirs!.toSorted()).toEqual(mine!.toSorted())
  await expect(client.read(PATH)).rejects.toMatchObject({ response: { statusCode: 403 } })
})

test.each<[string, number, string, string, (setup: VaultSetup) => unknown]>([
  ['a role that is not there', 400, 'another', 'role "another" could not be found', () => undefined],
  [
    'no policy for it',
    403,
    ROLE,
    '1 error occurred:\n\t* permission denied\n\n',
    ({ policies }) => (policies['deploy'] = []),
  ],
  ['nothing there', 404, ROLE, 'Status 404', ({ engines }) => (engines['secret'] = {})],
])('the client throws what it is told of %s', async (_, statusCode, role, message, change) => {
  const world = await open()
  change(world.setup)
  const client = clientOf(world)
  const read = async (): Promise<unknown> => {
    client.token = (await logIn(world, client, role)).auth.client_token
    return client.read(PATH)
  }
  await expect(read()).rejects.toMatchObject({ message, response: { statusCode } })
})
