import { DsqlSigner } from '@aws-sdk/dsql-signer'
import { Signer } from '@aws-sdk/rds-signer'
import { expect, test, vi } from 'vitest'
import { environmentOf } from '../../dev/fakes/aws-account.ts'
import { awsDsqlSystem, HOST } from '../../dev/systems/database/aws-dsql.ts'
import { awsRdsSystem } from '../../dev/systems/database/aws-rds.ts'
import { createWorld } from '../../dev/world.ts'
import { exchangeOf, keep, runStep } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00.400Z')
const PRIVATELINK = 'abcdefghijklmnopqrstuvwxyz.dsql-fnh4.us-east-1.on.aws'

/** AWS's own signers read the clock themselves. */
async function atNow(sign: () => Promise<string>): Promise<string> {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  try {
    return await sign()
  } finally {
    vi.useRealTimers()
  }
}

const WAYS = ['user', 'role'] as const
test.each(
  [
    { host: 'app.cluster-abc123.eu-central-1.rds.amazonaws.com', port: 5432, region: 'eu-central-1', username: 'app' },
    { host: 'db.abc123.us-gov-west-1.rds.amazonaws.com', port: 13306, region: 'us-gov-west-1', username: 'migrate' },
    {
      host: 'db.abc123.us-east-1.rds.amazonaws.com',
      port: 443,
      region: 'us-east-1',
      username: "o'app+ci (*)@x/y~z!é名&=%25",
    },
    { host: 'db.abc123.rds.cn-north-1.amazonaws.com.cn', port: 5432, region: 'cn-north-1', username: 'app' },
    { host: HOST, region: 'eu-west-1', username: 'app_migrations' },
    { host: HOST, region: 'eu-west-1', username: 'admin' },
    { host: PRIVATELINK, region: 'us-east-1', username: 'app_migrations' },
  ].flatMap((place) => WAYS.map((way) => [place, way] as const)),
)('the tokens are the same, parameter for parameter: %o, with the keys of a %s', async (place, way) => {
  const { host, port = 0, region, username } = place
  const settings = { host, region, username }
  const options = { now: () => NOW }
  const world =
    port > 0
      ? await keep(createWorld(awsRdsSystem({ ...settings, port }), options))
      : await keep(createWorld(awsDsqlSystem(settings), options))
  const { account } = world.setup
  const database = 'database' in world.setup ? world.setup.database : world.setup.cluster
  const action = port > 0 ? 'database/aws-rds' : 'database/aws-dsql'
  const ofUser = way === 'user' && { inputs: { 'role-arn': '' }, env: environmentOf(account.keys) }
  const ran = await runStep(await exchangeOf(action), world, action, { ...options, ...ofUser })
  expect(ran.errors).toEqual([])
  const { accessKeyId, secretAccessKey, sessionToken } = way === 'user' ? account.keys : account.sts.sessions[0]!.keys
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  const token = await atNow(() => {
    if (port > 0) return new Signer({ hostname: host, port, region, username, credentials }).getAuthToken()
    const signer = new DsqlSigner({ hostname: host, region, credentials })
    return username === 'admin' ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken()
  })
  expect(ran.outputs['token']).toBe(token)
  expect(database.login(username, token)).toBeUndefined()
  const changed = token.replace(/Signature=./, (text) => `Signature=${text.endsWith('0') ? '1' : '0'}`)
  expect(database.login(username, changed)).toMatch(/^InvalidSignatureException/)
})
