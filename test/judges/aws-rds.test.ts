import { Signer } from '@aws-sdk/rds-signer'
import { afterEach, expect, test, vi } from 'vitest'
import { environmentOf } from '../../dev/fakes/aws-account.ts'
import { awsRdsSystem, type AwsRdsSettings } from '../../dev/systems/database/aws-rds.ts'
import { createWorld } from '../../dev/world.ts'
import { awsRds } from '../../src/exchanges/database/aws-rds.ts'
import { keep, runStep } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00.400Z')

afterEach(() => {
  vi.useRealTimers()
})

/** The token that AWS's own signer makes at that time. */
async function theirs(configuration: ConstructorParameters<typeof Signer>[0]): Promise<string> {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  return new Signer(configuration).getAuthToken()
}

const PLACES: [string, Required<Omit<AwsRdsSettings, 'audience'>>][] = [
  [
    'PostgreSQL',
    { host: 'app.cluster-abc123.eu-central-1.rds.amazonaws.com', port: 5432, region: 'eu-central-1', username: 'app' },
  ],
  [
    'another port, for the government',
    { host: 'db.abc123.us-gov-west-1.rds.amazonaws.com', port: 13306, region: 'us-gov-west-1', username: 'migrate' },
  ],
  [
    'a user name with signs of its own',
    { host: 'db.abc123.us-east-1.rds.amazonaws.com', port: 443, region: 'us-east-1', username: "o'app+ci (*)@x/y~z!é" },
  ],
]

const WAYS = PLACES.flatMap(([what, place]) => [true, false].map((isUser) => [what, isUser, place] as const))

test.each(WAYS)('the tokens are the same: %s, with the keys of a user: %s', async (_, isUser, settings) => {
  const world = await keep(createWorld(awsRdsSystem(settings), { now: () => NOW }))
  const { keys, sts } = world.setup.account
  const { host, port, region, username } = settings
  const ofUser = { inputs: { 'role-arn': '' }, env: environmentOf(keys) }
  const ran = await runStep(awsRds, world, 'database/aws-rds', { now: () => NOW, ...(isUser && ofUser) })
  expect(ran.errors).toEqual([])
  const { accessKeyId, secretAccessKey, sessionToken } = isUser ? keys : sts.sessions[0]!.keys
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  const token = await theirs({ hostname: host, port, region, username, credentials })
  expect(ran.outputs['token']).toBe(token)
  expect(world.setup.database.login(username, token)).toBeUndefined()
})

test('a token of the signer that is changed in one character opens nothing', async () => {
  const world = await keep(createWorld(awsRdsSystem(), { now: () => NOW }))
  const [, { host, port, region }] = PLACES[0]!
  const username = 'app_migrations'
  const credentials = world.setup.account.keys
  const token = await theirs({ hostname: host, port, region, username, credentials })
  expect(world.setup.database.login(username, token)).toBeUndefined()
  const changed = token.replace(/Signature=./, (text) => `Signature=${text.endsWith('0') ? '1' : '0'}`)
  expect(world.setup.database.login(username, changed)).toMatch(/^InvalidSignatureException/)
})
