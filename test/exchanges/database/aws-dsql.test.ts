import { describe, expect, test } from 'vitest'
import { awsDsqlSystem, HOST, USERNAME } from '../../../dev/systems/database/aws-dsql.ts'
import { awsDsql } from '../../../src/exchanges/database/aws-dsql.ts'
import { openingBy, stepsOf } from '../in-process.ts'

const open = openingBy(awsDsqlSystem)
const { run, problem } = stepsOf(awsDsql, 'database/aws-dsql')

describe('a token', () => {
  // Aurora DSQL User Guide, "Authentication and authorization": `admin` has an action of its own.
  test.each([
    ['admin', 'DbConnectAdmin'],
    [USERNAME, 'DbConnect'],
    ['Admin', 'DbConnect'],
  ])('of %s is for %s', async (username, action) => {
    const world = await open({ username })
    const { token = '' } = (await run(world)).outputs
    expect(token).toMatch(new RegExp(`^${HOST}/\\?Action=${action}&X-Amz-Algorithm=`))
    expect(world.setup.cluster.login(username, token)).toBeUndefined()
    const [other, theirs] = username === 'admin' ? [USERNAME, 'DbConnect'] : ['admin', 'DbConnectAdmin']
    expect(world.setup.cluster.login(other, token)).toBe(`the token is not for ${theirs}`)
  })

  // "AWS PrivateLink" in the same guide: after the service name com.amazonaws.us-east-1.dsql-fnh4.
  test.each([
    ['abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws', 'us-east-1'],
    ['abcdefghijklmnopqrstuvwxyz.dsql-fnh4.ap-northeast-3.on.aws', 'ap-northeast-3'],
  ])('for %s is for %s', async (host, region) => {
    const world = await open({ host, region })
    const ran = await run(world)
    expect([await world.setup.accepts(ran.outputs['token']!), ran.warnings]).toEqual([true, []])
  })
})

describe('settings', () => {
  test.each<[Record<string, string>, string]>([
    [
      { host: 'app.cluster-abc123.eu-west-1.rds.amazonaws.com' },
      'host is an endpoint of RDS or Aurora, whose passwords are other ones; for example: uses: …/database/aws-rds@v1',
    ],
    [
      { host: 'vpce-1.dsql-fnh4.us-east-1.vpce.amazonaws.com' },
      'host must be an endpoint of Aurora DSQL, not of another service of AWS, not "vpce-1.dsql-fnh4.us-east-1.vpce.amazonaws.com"; for example: ',
    ],
    [{ host: `a.${HOST}` }, 'host must be an endpoint of Aurora DSQL, not of another service'],
    [{ host: 'dsql.eu-west-1.api.aws' }, 'host must be an endpoint of Aurora DSQL, not of another service'],
    [{ region: 'us-east-1' }, 'region must be "eu-west-1", as in the host name, not "us-east-1"'],
  ])('%j are refused', async (inputs, rule) => {
    expect(await problem(open(), inputs)).toContain(rule)
  })

  test('a name of one’s own gets a warning: the cluster is found by its own', async () => {
    const ran = await run(open(), { inputs: { host: 'database.example.com', region: 'eu-west-1' } })
    expect(ran.warnings).toEqual([
      `Aurora DSQL accepts the password only for an endpoint's own name, such as ${HOST}: "database.example.com" does not look like one. Set host to that name, however the client reaches the database.`,
    ])
  })
})
