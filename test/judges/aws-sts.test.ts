import {
  AssumeRoleWithWebIdentityCommand,
  ExpiredTokenException,
  IDPCommunicationErrorException,
  IDPRejectedClaimException,
  InvalidIdentityTokenException,
  RegionDisabledException,
  STSClient,
  STSServiceException,
  type AssumeRoleWithWebIdentityResponse,
} from '@aws-sdk/client-sts'
import { describe, expect, test } from 'vitest'
import { ROLE_ARN } from '../../dev/fakes/aws-account.ts'
import { fault } from '../../dev/fakes/faults.ts'
import { stsError } from '../../dev/fakes/sts.ts'
import { system, type AwsRdsSetup } from '../../dev/systems/database/aws-rds.ts'
import type { World, WorldOptions } from '../../dev/world.ts'
import { awsRds } from '../../src/exchanges/database/aws-rds.ts'
import { opening, runStep, type Ran } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')

const open = opening(system, { now: () => NOW })

/** AWS's own client: it sends no `Accept` and reads XML. One try, so that what comes is what the fake said. */
async function assume(
  world: World,
  change: { token?: string; name?: string; arn?: string; seconds?: number } = {},
): Promise<AssumeRoleWithWebIdentityResponse> {
  const client = new STSClient({ region: 'eu-central-1', endpoint: world.url('sts'), maxAttempts: 1 })
  try {
    return await client.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: change.arn ?? ROLE_ARN,
        RoleSessionName: change.name ?? 'run@octo-org.workflows',
        DurationSeconds: change.seconds ?? 900,
        WebIdentityToken: change.token ?? (await world.issuer.mint('sts.amazonaws.com')),
      }),
    )
  } finally {
    client.destroy()
  }
}

function ours(world: World, now = NOW): Promise<Ran> {
  return runStep(awsRds, world, 'database/aws-rds', { now: () => now })
}

describe('the client assumes the role', () => {
  test('and gets the credentials that were issued, with their end', async () => {
    const world = await open()
    const { Credentials, ...rest } = await assume(world)
    const [session] = world.setup.account.sts.sessions
    expect(Credentials).toEqual({
      AccessKeyId: session!.keys.accessKeyId,
      SecretAccessKey: session!.keys.secretAccessKey,
      SessionToken: session!.keys.sessionToken,
      Expiration: new Date(NOW + 900_000),
    })
    expect(rest).toMatchObject({
      $metadata: { httpStatusCode: 200, requestId: expect.stringMatching(/^[\da-f-]{36}$/) as string },
      Audience: 'sts.amazonaws.com',
      Provider: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
      SubjectFromWebIdentityToken: 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main',
      AssumedRoleUser: {
        Arn: 'arn:aws:sts::123456789012:assumed-role/github-actions/run@octo-org.workflows',
      },
    })
  })

  test('by the request that our action makes', async () => {
    const world = await open()
    expect((await ours(world)).errors).toEqual([])
    const [mine] = world.server('sts').requests
    const form = new URLSearchParams(mine!.body)
    await assume(world, {
      token: form.get('WebIdentityToken')!,
      name: form.get('RoleSessionName')!,
    })
    const theirs = world.server('sts').requests[1]!
    expect(sorted(theirs.body)).toEqual(sorted(mine!.body))
    for (const name of ['content-type', 'authorization']) {
      expect(theirs.headers[name]).toBe(mine!.headers[name])
    }
    expect([theirs.method, theirs.path]).toEqual([mine!.method, mine!.path])
    expect([theirs.headers['accept'], mine!.headers['accept']]).toEqual([undefined, 'application/json'])
  })
})

function sorted(form: string): string[][] {
  return [...new URLSearchParams(form)].toSorted()
}

interface Case {
  readonly is: new (...given: never[]) => STSServiceException
  readonly name: string
  /** Of the answer. */
  readonly code: string
  readonly status: number
  readonly claims?: WorldOptions['claims']
  readonly prepare?: (world: World<AwsRdsSetup>) => void
}

/** Fails the next two requests to STS, each in the form that it asks for. */
function failing(status: number, code: string, message: string): NonNullable<Case['prepare']> {
  return (world) => {
    for (const json of [false, true]) {
      world.server('sts').faults.push(fault.answer(stsError(status, code, message, { json })))
    }
  }
}

describe('what the client throws is what our action is told', () => {
  test.each<Case>([
    {
      is: InvalidIdentityTokenException,
      name: 'InvalidIdentityTokenException',
      code: 'InvalidIdentityToken: Incorrect token audience',
      status: 400,
      claims: { aud: 'another' },
    },
    {
      is: STSServiceException,
      name: 'AccessDenied',
      code: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
      status: 403,
      prepare: ({ setup }) => {
        setup.deny()
      },
    },
    {
      is: IDPRejectedClaimException,
      name: 'IDPRejectedClaimException',
      code: 'IDPRejectedClaim: no',
      status: 403,
      prepare: failing(403, 'IDPRejectedClaim', 'no'),
    },
    {
      is: RegionDisabledException,
      name: 'RegionDisabledException',
      code: 'RegionDisabledException: STS is not activated in this region',
      status: 403,
      prepare: failing(403, 'RegionDisabledException', 'STS is not activated in this region'),
    },
  ])('$name', async ({ is, name, code, status, claims = {}, prepare }) => {
    const world = await open({ claims })
    prepare?.(world)
    const error = await assume(world).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(is)
    const { message, $metadata, $fault } = error as STSServiceException
    expect((error as Error).name).toBe(name)
    expect(code).toBe(`${code.split(':')[0]!}: ${message}`)
    expect([$metadata.httpStatusCode, $fault]).toEqual([status, 'client'])
    expect((await ours(world)).errors[0]).toContain(code)
  })

  test('ExpiredTokenException, of a token that is five minutes old', async () => {
    let now = NOW
    const world = await open({ now: () => now })
    const token = await world.issuer.mint('sts.amazonaws.com')
    now += 300_000
    const thrown = assume(world, { token })
    await expect(thrown).rejects.toBeInstanceOf(ExpiredTokenException)
    await expect(thrown).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } })
  })

  test('IDPCommunicationErrorException, which both try again', async () => {
    const world = await open()
    failing(400, 'IDPCommunicationError', 'no connection')(world)
    const error = await assume(world).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(IDPCommunicationErrorException)
    expect((error as IDPCommunicationErrorException).$retryable).toBeDefined()
    const ran = await ours(world)
    expect(ran.errors).toEqual([])
    expect(ran.slept).toHaveLength(1)
    expect(world.server('sts').requests.map(({ answered }) => answered)).toEqual([
      'status 400',
      'status 400',
      200,
    ])
  })

  test.each<[string, Parameters<typeof assume>[1]]>([
    ['a session name that it may not have', { name: 'octo-org/workflows' }],
    ['a lifetime below the least', { seconds: 899 }],
    ['a lifetime beyond that of the role', { seconds: 3_601 }],
    ['a role that is none', { arn: 'arn:aws:iam::123456789012:user/deploy' }],
  ])('ValidationError, of %s', async (_, change) => {
    await expect(assume(await open(), change)).rejects.toMatchObject({
      name: 'ValidationError',
      $metadata: { httpStatusCode: 400 },
    })
  })
})
