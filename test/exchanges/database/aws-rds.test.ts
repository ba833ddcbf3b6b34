import { beforeEach, describe, expect, test } from 'vitest'
import { environmentOf } from '../../../dev/fakes/aws-account.ts'
import { awsRdsSystem, HOST, USERNAME } from '../../../dev/systems/database/aws-rds.ts'
import { awsRds } from '../../../src/exchanges/database/aws-rds.ts'
import { openingBy, PAGE, stepsOf } from '../in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00.400Z')

let time: number
beforeEach(() => {
  time = NOW
})
/** The clock does not move until it is set. */
const now = (): number => time

const open = openingBy(awsRdsSystem)
const { run, refusal, problem } = stepsOf(awsRds, 'database/aws-rds')

describe('a token', () => {
  test('opens a connection, is masked, and ends after 15 minutes', async () => {
    const world = await open({}, { now })
    const ran = await run(world, { now })
    const token = ran.outputs['token']!
    expect(world.setup.database.login(USERNAME, token)).toBeUndefined()
    expect(ran.outputs).toEqual({ token, 'expires-at': '2026-11-21T08:15:00.000Z' })
    expect(ran.masks).toContain(/X-Amz-Signature=(\w+)/.exec(token)?.[1])
    expect(ran.infos).toEqual([
      `Password of "${USERNAME}" for ${HOST}:5432; opens connections until 2026-11-21T08:15:00.000Z`,
    ])
  })

  test('is made by a login whose end is over by the clock of the runner, too', async () => {
    const ran = await run(open({}, { now }), { now: () => NOW + 3_600_000 })
    expect(ran.succeeded).toBe(true)
  })

  test.each([80, 443, 65_535])('is for the port %i', async (port) => {
    const world = await open({ port })
    expect(await world.setup.accepts((await run(world)).outputs['token']!)).toBe(true)
  })

  test.each(["a+b&c=d/e?f%20#'*", 'jürgen'])('is for the user %s and no other', async (username) => {
    const world = await open({ username })
    const { token = '' } = (await run(world)).outputs
    expect(world.setup.database.login(username, token)).toBeUndefined()
    expect(world.setup.database.login(`${username}2`, token)).toBe('the token is for another user')
  })

  test.each([
    ['app.cluster-custom-abc123.us-gov-west-1.rds.amazonaws.com', 'us-gov-west-1'],
    ['app.endpoint.proxy-abc123.eu-central-1.rds.amazonaws.com', 'eu-central-1'],
    ['app.abc123.rds.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['app.abc123.cn-northwest-1.rds.amazonaws.com.cn', 'cn-northwest-1'],
    ['app.abc123.eusc-de-east-1.rds.amazonaws.eu', 'eusc-de-east-1'],
  ])('for %s is for %s', async (host, region) => {
    const audience = region.startsWith('cn-') ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com'
    const world = await open({ host, region, audience })
    expect(await world.setup.accepts((await run(world)).outputs['token']!)).toBe(true)
  })

  test('is for the region given where the host name tells none, and for the host in lower case', async () => {
    const world = await open({ host: 'app.abc123.us-iso-east-1.rds.c2s.ic.gov', region: 'us-iso-east-1' })
    const inputs = { host: 'App.abc123.us-iso-east-1.RDS.c2s.ic.gov', region: 'us-iso-east-1' }
    expect(await world.setup.accepts((await run(world, { inputs })).outputs['token']!)).toBe(true)
  })
})

describe('with AWS credentials in the environment', () => {
  const inputs = { 'role-arn': '' }

  test('nothing is sent at all', async () => {
    const world = await open({}, { now })
    const { keys } = world.setup.account
    const ran = await run(world, { inputs, env: environmentOf(keys), now })
    const token = ran.outputs['token']!
    expect(await world.setup.accepts(token)).toBe(true)
    expect(token).not.toContain('X-Amz-Security-Token')
    expect(ran.outputs['expires-at']).toBe('2026-11-21T08:15:00.000Z')
    expect(ran.masks).toContain(keys.secretAccessKey)
    expect([...world.server('sts').requests, ...world.server('oidc').requests]).toEqual([])
  })

  test('the token ends with them, where it is known', async () => {
    const world = await open({}, { now })
    await run(world, { now })
    const [{ keys } = expect.fail()] = world.setup.account.sts.sessions
    time = NOW + 600_000
    const env = { ...environmentOf(keys), AWS_CREDENTIAL_EXPIRATION: '2026-11-21T08:15:00Z' }
    const { token = '', 'expires-at': ends } = (await run(world, { inputs, env, now })).outputs
    expect(ends).toBe('2026-11-21T08:15:00.000Z')
    expect(await world.setup.accepts(token)).toBe(true)
    time = NOW + 900_000
    expect(world.setup.database.login(USERNAME, token)).toMatch(/^ExpiredTokenException: /)
  })

  test('that have ended make no token', async () => {
    time = Date.parse('2026-11-21T08:00:00Z')
    const world = await open({}, { now })
    const env = { ...environmentOf(world.setup.account.keys), AWS_CREDENTIAL_EXPIRATION: '2026-11-21T08:00:00Z' }
    expect(await refusal(world, { inputs, env, now })).toBe(
      [
        'The AWS credentials in the environment expired at 2026-11-21T08:00:00.000Z.',
        'Get new ones in a step right before this one, or set role-arn.',
        `NO_AWS_CREDENTIALS: ${PAGE}no_aws_credentials`,
      ].join('\n'),
    )
  })
})

describe('settings', () => {
  const HOSTS = `host must be only the host name of the database endpoint`
  const OTHERS = 'whose passwords are other ones; for example:'
  const DSQL = `host is an endpoint of Aurora DSQL, ${OTHERS} uses: …/database/aws-dsql@v1`
  test.each<[Record<string, string>, string]>([
    [{ host: `https://${HOST}` }, HOSTS],
    [{ host: `${HOST}:5432` }, HOSTS],
    [{ host: 'localhost' }, HOSTS],
    [{ host: '10.0.0.5' }, HOSTS],
    [{ host: `app..${HOST}` }, HOSTS],
    [{ host: `app-.${HOST}` }, HOSTS],
    [{ host: 'a.'.repeat(127) + 'com' }, HOSTS],
    [{ port: '0' }, 'port must be a port from 1 to 65535, not "0"; for example: 5432'],
    [{ port: '65536' }, 'port must be a port from 1 to 65535, not "65536"'],
    [{ port: '05432' }, 'port must be a port from 1 to 65535, not "05432"'],
    [{ username: 'a\nb' }, 'username must be the name of a database user, not "a b"'],
    [{ username: 'a'.repeat(129) }, 'username must be the name of a database user'],
    [{ region: 'Frankfurt' }, 'region must be an AWS region, not "Frankfurt"; for example: eu-central-1'],
    [{ region: 'us-east-1' }, 'region must be "eu-central-1", as in the host name, not "us-east-1"'],
    [
      { host: 'database.example.com' },
      'region is required, because the host name does not contain it; for example: eu-central-1',
    ],
    // Host names: Aurora DSQL User Guide; Amazon Redshift Management Guide; EC2 User Guide.
    ...(
      [
        ['abc123.dsql.eu-central-1.on.aws', DSQL],
        [
          'app.abc123.eu-central-1.redshift.amazonaws.com',
          `host is an endpoint of Amazon Redshift, ${OTHERS} aws redshift get-cluster-credentials-with-iam --cluster-identifier NAME`,
        ],
        ['db-1.elb.eusc-de-east-1.amazonaws.eu', 'host must be an endpoint of RDS or Aurora, not of another'],
        [
          'app.123456789012.eu-central-1.redshift-serverless.amazonaws.com',
          `host is an endpoint of Amazon Redshift Serverless, ${OTHERS} aws redshift-serverless get-credentials --workgroup-name NAME`,
        ],
        [
          'db-1.elb.eu-central-1.amazonaws.com',
          'host must be an endpoint of RDS or Aurora, not of another service of AWS, not "db-1.',
        ],
      ] as const
    ).map(([host, problem]): [Record<string, string>, string] => [{ host }, problem]),
  ])('%j are refused', async (inputs, rule) => {
    expect(await problem(open(), inputs)).toContain(rule)
  })

  test('a custom host name gets a warning: the database accepts the password only for its own', async () => {
    const world = await open()
    const ran = await run(world, { inputs: { host: 'Database.our-rds.example.com', region: 'eu-central-1' } })
    expect(ran.succeeded).toBe(true)
    expect(ran.warnings).toEqual([
      `RDS accepts the password only for an endpoint's own name, such as ${HOST}: "database.our-rds.example.com" does not look like one. Set host to that name, however the client reaches the database.`,
    ])
    expect((await run(world)).warnings).toEqual([])
    const isolated = 'app.abc123.us-iso-east-1.rds.c2s.ic.gov'
    expect((await run(world, { inputs: { host: isolated, region: 'us-iso-east-1' } })).warnings).toEqual([])
  })
})
