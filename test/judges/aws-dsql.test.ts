import { DsqlSigner } from '@aws-sdk/dsql-signer'
import { afterEach, expect, test, vi } from 'vitest'
import { environmentOf } from '../../dev/fakes/aws-account.ts'
import { awsDsqlSystem, HOST } from '../../dev/systems/database/aws-dsql.ts'
import { createWorld } from '../../dev/world.ts'
import { awsDsql } from '../../src/exchanges/database/aws-dsql.ts'
import { keep, runStep } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00.400Z')

afterEach(() => {
  vi.useRealTimers()
})

/** The token that AWS's own signer makes at that time. */
async function theirs(username: string, configuration: ConstructorParameters<typeof DsqlSigner>[0]): Promise<string> {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  const signer = new DsqlSigner(configuration)
  return username === 'admin' ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken()
}

test.each([
  [HOST, 'eu-west-1', 'app_migrations'],
  [HOST, 'eu-west-1', 'admin'],
  ['abcdefghijklmnopqrstuvwxyz.dsql-fnh4.us-east-1.on.aws', 'us-east-1', 'app_migrations'],
])('the tokens are the same, parameter for parameter: %s, %s, %s', async (host, region, username) => {
  const world = await keep(createWorld(awsDsqlSystem({ host, region, username }), { now: () => NOW }))
  const { account, cluster } = world.setup
  const run = (more: object): ReturnType<typeof runStep> =>
    runStep(awsDsql, world, 'database/aws-dsql', { now: () => NOW, ...more })
  const byKeys = await run({ inputs: { 'role-arn': '' }, env: environmentOf(account.keys) })
  const byRole = await run({})
  const { accessKeyId, secretAccessKey, sessionToken } = account.sts.sessions[0]!.keys
  const session = { accessKeyId, secretAccessKey, sessionToken: sessionToken! }
  for (const [ran, credentials] of [
    [byKeys, account.keys],
    [byRole, session],
  ] as const) {
    const token = await theirs(username, { hostname: host, region, credentials })
    expect(ran.outputs['token']).toBe(token)
    expect(cluster.login(username, token)).toBeUndefined()
    const changed = token.replace(/Signature=./, (text) => `Signature=${text.endsWith('0') ? '1' : '0'}`)
    expect(cluster.login(username, changed)).toMatch(/^InvalidSignatureException/)
  }
})
