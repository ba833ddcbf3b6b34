import { beforeEach, describe, expect, test } from 'vitest'
import { environmentOf, ROLE_ARN } from '../../../dev/fakes/aws-account.ts'
import { fault } from '../../../dev/fakes/faults.ts'
import { stsError } from '../../../dev/fakes/sts.ts'
import {
  awsRdsSystem,
  HOST,
  USERNAME,
  type AwsRdsSettings,
  type AwsRdsSetup,
} from '../../../dev/systems/database/aws-rds.ts'
import { createWorld, type World } from '../../../dev/world.ts'
import { awsRds } from '../../../src/exchanges/database/aws-rds.ts'
import {
  expectClaimsHidden,
  keep,
  PAGE,
  refusalOf,
  runStep,
  SUBJECT,
  type Ran,
  type StepOptions,
} from '../in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00.400Z')

let time: number
beforeEach(() => {
  time = NOW
})

/** A world whose clock does not move until it is set. */
function open(settings: AwsRdsSettings = {}): Promise<World<AwsRdsSetup>> {
  return keep(createWorld(awsRdsSystem(settings), { now: () => time }))
}

/** Runs the step; whatever happens, no secret may have been printed. */
async function run(world: World<AwsRdsSetup>, options: StepOptions = {}): Promise<Ran> {
  const ran = await runStep(awsRds, world, 'database/aws-rds', { now: () => time, ...options })
  const { token = '-' } = ran.outputs
  const printed = [...ran.errors, ...ran.warnings, ...ran.infos, ...ran.group, ran.summary].join('\n')
  for (const secret of [token, signatureOf(token), world.setup.account.keys.secretAccessKey]) {
    if (secret !== '-') expect(printed).not.toContain(secret)
  }
  expect(ran.leaks).toEqual([])
  return ran
}

/** The error annotation of a step that fails, with the port taken out. */
async function refusal(world: World<AwsRdsSetup>, options: StepOptions = {}): Promise<string> {
  return refusalOf(await run(world, options)).replaceAll('HOST', 'STS')
}

function signatureOf(token: string): string {
  return /X-Amz-Signature=(\w+)/.exec(token)?.[1] ?? '-'
}

describe('a token', () => {
  test('opens a connection, is masked, and ends after 15 minutes', async () => {
    const world = await open()
    const ran = await run(world)
    const token = ran.outputs['token']!
    expect(world.setup.database.login(USERNAME, token)).toBeUndefined()
    expect(ran.succeeded).toBe(true)
    expect(ran.outputs).toEqual({ token, 'expires-at': '2026-11-21T08:15:00.000Z' })
    expect(ran.masks).toEqual(expect.arrayContaining([token, signatureOf(token)]))
    expect(ran.infos).toEqual([
      `Password of "${USERNAME}" for ${HOST}:5432; opens connections until 2026-11-21T08:15:00.000Z`,
    ])
    expect(ran.state).toEqual({})
  })

  test('is made by a login whose end is over by the clock of the runner, too', async () => {
    const ran = await run(await open(), { now: () => NOW + 3_600_000 })
    expect(ran.succeeded).toBe(true)
  })

  test('asks nobody but STS, for one ID token', async () => {
    const world = await open()
    await run(world)
    expect(world.server('sts').requests.map(({ answered }) => answered)).toEqual([200])
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['sts.amazonaws.com'])
    expect(world.setup.account.sts.sessions).toMatchObject([
      { role: ROLE_ARN, duration: 900, name: '19461200841@octo-org.workflows' },
    ])
  })

  test.each([80, 443, 1, 3306, 65_535])('is for the port %i', async (port) => {
    const world = await open({ port })
    expect(await world.setup.accepts((await run(world)).outputs['token']!)).toBe(true)
  })

  test.each(['jane.doe', 'app user', "a+b&c=d/e?f%20#'*", 'jürgen', '::add-mask::x'])(
    'is for the user %s and no other',
    async (username) => {
      const world = await open({ username })
      const { token = '' } = (await run(world)).outputs
      expect(world.setup.database.login(username, token)).toBeUndefined()
      expect(world.setup.database.login(`${username}2`, token)).toBe('the token is for another user')
    },
  )

  test.each([
    ['app.abc123.us-east-1.rds.amazonaws.com', 'us-east-1'],
    ['app.cluster-abc123.eu-west-3.rds.amazonaws.com', 'eu-west-3'],
    ['app.cluster-ro-abc123.ap-southeast-2.rds.amazonaws.com', 'ap-southeast-2'],
    ['app.cluster-custom-abc123.us-gov-west-1.rds.amazonaws.com', 'us-gov-west-1'],
    ['app.proxy-abc123.eu-central-1.rds.amazonaws.com', 'eu-central-1'],
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
    const world = await open()
    const ran = await run(world, { inputs, env: environmentOf(world.setup.account.keys) })
    const token = ran.outputs['token']!
    expect(await world.setup.accepts(token)).toBe(true)
    expect(token).not.toContain('X-Amz-Security-Token')
    expect(ran.outputs['expires-at']).toBe('2026-11-21T08:15:00.000Z')
    expect(ran.masks).toContain(world.setup.account.keys.secretAccessKey)
    expect(world.server('sts').requests).toEqual([])
    expect(world.server('oidc').requests).toEqual([])
  })

  test('the token ends with them, where it is known', async () => {
    const world = await open()
    await run(world)
    const [{ keys } = expect.fail()] = world.setup.account.sts.sessions
    time = NOW + 600_000
    const env = { ...environmentOf(keys), AWS_CREDENTIAL_EXPIRATION: '2026-11-21T08:15:00Z' }
    const { token = '', 'expires-at': ends } = (await run(world, { inputs, env })).outputs
    expect(ends).toBe('2026-11-21T08:15:00.000Z')
    expect(await world.setup.accepts(token)).toBe(true)
    time = NOW + 900_000
    expect(world.setup.database.login(USERNAME, token)).toMatch(/^ExpiredTokenException: /)
  })

  test('that have ended make no token', async () => {
    time = Date.parse('2026-11-21T08:00:00Z')
    const world = await open()
    const env = { ...environmentOf(world.setup.account.keys), AWS_CREDENTIAL_EXPIRATION: '2026-11-21T08:00:00Z' }
    expect(await refusal(world, { inputs, env })).toBe(
      [
        'The AWS credentials in the environment expired at 2026-11-21T08:00:00.000Z.',
        'Get new ones in a step right before this one, or set role-arn.',
        `NO_AWS_CREDENTIALS: ${PAGE}no_aws_credentials`,
      ].join('\n'),
    )
  })

  test('that are not there, it says what to do', async () => {
    const world = await open()
    expect(await refusal(world, { inputs })).toBe(
      [
        'The request cannot be signed for AWS: role-arn is not set, and the environment has no AWS credentials.',
        'Set role-arn, for example arn:aws:iam::123456789012:role/github-actions, or run aws-actions/configure-aws-credentials in an earlier step.',
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
    [{ host: `${HOST}/app` }, HOSTS],
    [{ host: 'localhost' }, HOSTS],
    [{ host: '10.0.0.5' }, HOSTS],
    [{ host: `app..${HOST}` }, HOSTS],
    [{ host: `app-.${HOST}` }, HOSTS],
    [{ host: 'a.'.repeat(127) + 'com' }, HOSTS],
    [{ port: '0' }, 'port must be a port from 1 to 65535, not "0"; for example: 5432'],
    [{ port: '65536' }, 'port must be a port from 1 to 65535, not "65536"'],
    [{ port: '05432' }, 'port must be a port from 1 to 65535, not "05432"'],
    [{ port: 'postgresql' }, 'port must be a port from 1 to 65535, not "postgresql"'],
    [{ username: 'a\nb' }, 'username must be the name of a database user, not "a b"'],
    [{ username: 'a\u202eb' }, 'username must be the name of a database user'],
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
        ['abc123.dsql-fnh4.eu-central-1.on.aws', DSQL],
        [
          'app.abc123.eu-central-1.redshift.amazonaws.com',
          `host is an endpoint of Amazon Redshift, ${OTHERS} aws redshift get-cluster-credentials-with-iam --cluster-identifier NAME`,
        ],
        ['app.abc123.cn-north-1.redshift.amazonaws.com.cn', 'host is an endpoint of Amazon Redshift, '],
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
    [{ 'role-arn': 'github-actions' }, 'role-arn must be the ARN of a role, not "github-actions"'],
  ])('%j are refused', async (inputs, problem) => {
    const world = await open()
    const text = await refusal(world, { inputs })
    expect(text).toContain(`Nothing was sent.\n- ${problem}`)
    expect(text.split('\n- ')).toHaveLength(2)
    expect(world.server('sts').requests).toEqual([])
    expect(world.server('oidc').requests).toEqual([])
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

  test('every problem is named at once, also without credentials', async () => {
    const world = await open()
    const text = await refusal(world, { inputs: { host: '', port: '', username: '', 'role-arn': '' } })
    for (const name of ['host', 'port', 'username']) expect(text).toContain(`\n- ${name} is required; `)
    expect(text).toContain('INVALID_INPUT')
  })

  test('an endpoint that is not safe is refused', async () => {
    const world = await open()
    const text = await refusal(world, { env: { AWS_ENDPOINT_URL_STS: 'http://sts.example' } })
    expect(text).toContain('\n- AWS_ENDPOINT_URL_STS must begin with https://')
  })
})

describe('a refusal', () => {
  test('by the trust policy names the subject, and the policy that accepts it', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    expect(ran.errors[0]).toContain(`The subject (sub) of the ID token was "${SUBJECT}", its audience`)
    const policy = /```json\n([\s\S]*?)\n```/.exec(ran.summary)![1]!
    const { Condition } = (JSON.parse(policy) as { Statement: { Condition: object }[] }).Statement[0]!
    world.setup.account.roles[ROLE_ARN] = {
      subjects: [Object.values(Object.values(Condition)[0] as object)[1] as string],
    }
    expect((await run(world)).succeeded).toBe(true)
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(run, world, 'The subject (sub) of the ID token was another one, its audience')
  })

  test('that passes is tried again', async () => {
    const world = await open()
    const later = (code: string, message: string) => fault.answer(stsError(400, code, message))
    world
      .server('sts')
      .faults.push(
        later('IDPCommunicationError', 'An error occurred while communicating with the identity provider'),
        later('Throttling', 'Rate exceeded'),
        later('InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider"),
      )
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.slept).toHaveLength(3)
    expect(world.server('sts').requests.map(({ answered }) => answered)).toEqual([
      'status 400',
      'status 400',
      'status 400',
      200,
    ])
  })
})
