import {
  AssumeRoleWithWebIdentityCommand,
  ExpiredTokenException,
  IDPCommunicationErrorException,
  InvalidIdentityTokenException,
  STSClient,
  STSServiceException,
  type AssumeRoleWithWebIdentityResponse,
} from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { ROLE_ARN } from '../../dev/fakes/aws-account.ts'
import { fault } from '../../dev/fakes/faults.ts'
import type { RecordedRequest } from '../../dev/fakes/serve.ts'
import { stsError } from '../../dev/fakes/sts.ts'
import { system } from '../../dev/systems/database/aws-rds.ts'
import type { World, WorldOptions } from '../../dev/world.ts'
import { awsRds } from '../../src/exchanges/database/aws-rds.ts'
import { opening, runStep } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')

const now = (): number => NOW

const open = opening(system)

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

test('the client gets the credentials that were issued, with their end, by the request that our action makes', async () => {
  const world = await open({ now })
  expect((await runStep(awsRds, world, 'database/aws-rds', { now: () => NOW })).errors).toEqual([])
  const [mine] = world.server('sts').requests
  const form = new URLSearchParams(mine!.body)
  const token = form.get('WebIdentityToken')!
  const { Credentials, ...rest } = await assume(world, { token, name: form.get('RoleSessionName')! })
  const [, session] = world.setup.account.sts.sessions
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
    AssumedRoleUser: { Arn: `arn:aws:sts::123456789012:assumed-role/github-actions/${form.get('RoleSessionName')!}` },
  })
  const theirs = world.server('sts').requests[1]!
  const sorted = ({ body }: RecordedRequest): string[][] => [...new URLSearchParams(body)].toSorted()
  expect(sorted(theirs)).toEqual(sorted(mine!))
  for (const name of ['content-type', 'authorization']) expect(theirs.headers[name]).toBe(mine!.headers[name])
  expect([theirs.method, theirs.path]).toEqual([mine!.method, mine!.path])
  expect([theirs.headers['accept'], mine!.headers['accept']]).toEqual([undefined, 'application/json'])
})

interface Case {
  readonly is?: new (...given: never[]) => STSServiceException
  /** As the client names it; as its class unless given. */
  readonly name?: string
  readonly message?: string
  readonly status?: number
  readonly claims?: WorldOptions['claims']
  readonly change?: Parameters<typeof assume>[1]
  readonly denied?: true
  /** Answered instead of the real answer. */
  readonly code?: string
}

test.each<Case>([
  { is: InvalidIdentityTokenException, claims: { aud: 'another' }, message: 'Incorrect token audience' },
  { is: ExpiredTokenException, claims: { exp: NOW / 1_000 - 1 } },
  {
    name: 'AccessDenied',
    status: 403,
    denied: true,
    message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  },
  { is: IDPCommunicationErrorException, code: 'IDPCommunicationError' },
  // A session name that it may not have, lifetimes below the least and beyond that of the role, a role that is none.
  { name: 'ValidationError', change: { name: 'octo-org/workflows' } },
  { name: 'ValidationError', change: { seconds: 899 } },
  { name: 'ValidationError', change: { seconds: 3_601 } },
  { name: 'ValidationError', change: { arn: 'arn:aws:iam::123456789012:user/deploy' } },
])('the client throws what STS says: %o', async (each) => {
  const { is = STSServiceException, name = is.name, status = 400, claims = {}, change, denied, code, ...told } = each
  const world = await open({ claims, now })
  if (denied) world.setup.deny()
  if (code !== undefined) {
    world.server('sts').faults.push(fault.answer(stsError(status, code, 'no', { json: false })))
  }
  await expect(assume(world, change)).rejects.toMatchObject({
    ...told,
    constructor: is,
    name,
    $metadata: { httpStatusCode: status },
    $fault: 'client',
  })
})
