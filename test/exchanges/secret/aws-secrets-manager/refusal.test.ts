import { describe, expect, test } from 'vitest'
import { environmentOf, ROLE_ARN } from '../../../../dev/fakes/aws-account.ts'
import { secretsManagerError, type StoredSecret } from '../../../../dev/fakes/aws-secrets-manager.ts'
import { fault, forEver } from '../../../../dev/fakes/faults.ts'
import type { FakeReply } from '../../../../dev/fakes/handler.ts'
import { NAME, SECRET_ARN } from '../../../../dev/systems/secret/aws-secrets-manager.ts'
import { LINK } from '../../in-process.ts'
import { open, openWith, READERS, refusal, run } from './fixture.ts'

describe('a refusal', () => {
  test('for want of the right names it, and the policy that gives it', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    const said = `AccessDeniedException: User: ${ROLE_ARN} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${SECRET_ARN} because no identity-based policy allows the secretsmanager:GetSecretValue action`
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/, 'HOST')).toBe(
      [
        `AWS Secrets Manager (HOST) refused (400 Bad Request): ${said}.`,
        `The credentials are not allowed to read the secret: allow them secretsmanager:GetSecretValue on "${NAME}". For a secret in another account, its resource policy and its KMS key must allow them, too.`,
        LINK,
      ].join('\n'),
    )
    expect(ran.group).toContain(`With this policy, the role "${ROLE_ARN}" can read only this secret:`)
    const policy = /```json\n([\s\S]*?)\n```/.exec(ran.summary)![1]!
    expect(JSON.parse(policy)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/database-??????',
        },
      ],
    })
    expect(world.server('secretsmanager').requests).toHaveLength(1)
  })

  test('has a policy in the partition of the role', async () => {
    const world = await open()
    world.setup.deny()
    const role = 'arn:aws-us-gov:iam::123456789012:role/github-actions'
    world.setup.account.roles[role] = world.setup.account.roles[ROLE_ARN]!
    const { summary } = await run(world, { inputs: { 'role-arn': role } })
    expect(summary).toContain(
      '"Resource": "arn:aws-us-gov:secretsmanager:eu-central-1:123456789012:secret:app/database-??????"',
    )
  })

  test('for want of the right to a secret given by its ARN has that in the policy', async () => {
    const world = await open()
    world.setup.deny()
    const { summary } = await run(world, { inputs: { secret: SECRET_ARN } })
    expect(summary).toContain(`"Resource": "${SECRET_ARN}"`)
  })

  test('of credentials of the environment has no policy for a role', async () => {
    const world = await open()
    world.setup.deny()
    const env = environmentOf(world.setup.account.keys)
    const ran = await run(world, { inputs: { 'role-arn': '' }, env })
    expect(ran.errors[0]).toContain('The credentials are not allowed to read the secret')
    expect(ran.summary).not.toContain('```')
  })

  test.each<[string, Partial<StoredSecret> | undefined, string, string]>([
    [
      'that is not there',
      undefined,
      "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
      `Check \`secret\` and \`region\`: in "eu-central-1" the account of the credentials has no secret "${NAME}". A secret in another account needs its full ARN.`,
    ],
    [
      'without a value',
      { value: undefined as unknown as string },
      "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT.",
      `The secret "${NAME}" exists but has no value: store one.`,
    ],
    [
      'that is marked for deletion',
      { deleted: true },
      "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.",
      `Restore the secret (aws secretsmanager restore-secret --region eu-central-1 --secret-id ${NAME}), or use another one.`,
    ],
    [
      'whose key may not be used',
      { key: 'forbidden' },
      'AccessDeniedException: Access to KMS is not allowed.',
      'The credentials can read the secret but cannot use its KMS key: allow them kms:Decrypt on it.',
    ],
    [
      'whose key does not work',
      { key: 'broken' },
      "DecryptionFailure: Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
      "AWS cannot decrypt the secret: check that its KMS key is enabled, and that the key's policy allows kms:Decrypt.",
    ],
  ])('of a secret %s says what to do', async (_what, secret, said, hint) => {
    const world = await openWith(secret)
    // Another secret that the role may read: else it is not told that this one is not there.
    world.setup.secrets[SECRET_ARN.replace('database', 'other')] = { value: 'other', readers: READERS }
    expect(await refusal(world)).toBe(`AWS Secrets Manager (HOST) refused (400 Bad Request): ${said}\n${hint}\n${LINK}`)
    expect(world.server('secretsmanager').requests).toHaveLength(1)
  })

  // IAM User Guide, "Troubleshoot access denied error messages".
  test.each<[string, string]>([
    [
      'with an explicit deny in a resource control policy',
      'Change the resource control policy of the AWS organization, which its administrators manage: a statement in it denies this.',
    ],
    [
      'with an explicit deny in a permissions boundary',
      'Change the permissions boundary of the role or user whose credentials signed the request: a statement in it denies this.',
    ],
    [
      'because no session policy allows the secretsmanager:GetSecretValue action',
      'Change the session policy that was given when the credentials were made: no statement in it allows this.',
    ],
    [
      'because no resource-based policy allows the secretsmanager:GetSecretValue action',
      `Change the resource-based policy of the secret "${NAME}": no statement in it allows this.`,
    ],
    [
      'with an explicit deny in an identity-based policy',
      'Change the identity-based policy of the role or user whose credentials signed the request: a statement in it denies this.',
    ],
  ])('by another policy than one that lacks names it, and suggests none: %s', async (end, hint) => {
    const world = await open()
    const message = `User: ${ROLE_ARN} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${SECRET_ARN} ${end}`
    world.server('secretsmanager').faults.push(fault.answer(secretsManagerError('AccessDeniedException', message)))
    const ran = await run(world)
    expect(ran.errors[0]).toContain(`${end}.\n${hint}\nDENIED`)
    expect(ran.group.join('\n')).not.toContain('With this policy')
  })

  const EXPIRED = 'The security token included in the request is expired'
  const INVALID = 'The security token included in the request is invalid.'
  const MISMATCH = 'The request signature we calculated does not match the signature you provided.'
  test.each<[string, string, 'role' | 'environment', string]>([
    [
      'InvalidParameterException',
      'Invalid name.',
      'role',
      `Check \`secret\`: AWS does not accept "${NAME}" as the name or the ARN of a secret.`,
    ],
    [
      'InvalidRequestException',
      'Not in this state.',
      'role',
      `The secret "${NAME}" cannot be read in its present state: aws secretsmanager describe-secret shows it.`,
    ],
    [
      'InvalidRequestException',
      // As moto and localstack have it from AWS.
      "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
      'role',
      'The secret belongs to another account, which its default key (aws/secretsmanager) cannot be shared with: encrypt it with a KMS key of your own, and allow kms:Decrypt on that in the policy of the key and in one of the role.',
    ],
    [
      'AccessDeniedException',
      `User: ${ROLE_ARN} is not authorized to perform: kms:Decrypt on this resource because no identity-based policy allows the kms:Decrypt action`,
      'role',
      'The credentials can read the secret but cannot use its KMS key: allow them kms:Decrypt on it.',
    ],
    [
      'UnrecognizedClientException',
      INVALID,
      'role',
      `AWS does not know the role's credentials in "eu-central-1": check that the account has this region enabled.`,
    ],
    [
      'UnrecognizedClientException',
      INVALID,
      'environment',
      'AWS does not know the credentials in the environment: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, which belong together, and `region`.',
    ],
    ['ExpiredTokenException', EXPIRED, 'role', 'The credentials of the role were new: run the job again.'],
    [
      'ExpiredTokenException',
      EXPIRED,
      'environment',
      'The AWS credentials in the environment have expired: get new ones right before this step, or set role-arn.',
    ],
    [
      'InvalidSignatureException',
      MISMATCH,
      'role',
      'Something between the runner and AWS changes requests: check the proxy and AWS_ENDPOINT_URL_SECRETS_MANAGER.',
    ],
    [
      'InvalidSignatureException',
      MISMATCH,
      'environment',
      'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.',
    ],
  ])('by %s (%s) to credentials of the %s says what to do', async (code, message, from, hint) => {
    const world = await open()
    world.server('secretsmanager').faults.push(fault.answer(secretsManagerError(code, message)))
    const text = await refusal(world, {
      ...(from === 'environment' && { inputs: { 'role-arn': '' }, env: environmentOf(world.setup.account.keys) }),
    })
    const end = message.endsWith('.') ? '' : '.'
    expect(text).toBe(
      `AWS Secrets Manager (HOST) refused (400 Bad Request): ${code}: ${message}${end}\n${hint}\n${LINK}`,
    )
    expect(world.server('secretsmanager').requests).toHaveLength(1)
  })

  test('of keys that do not belong together is one of the real kind', async () => {
    const world = await open()
    const env = { ...environmentOf(world.setup.account.keys), AWS_SECRET_ACCESS_KEY: 'not-the-secret-key' }
    expect(await refusal(world, { inputs: { 'role-arn': '' }, env })).toContain(
      'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.',
    )
  })

  test('by STS on the way says what to change there', async () => {
    const world = await open()
    world.setup.account.roles[ROLE_ARN] = { subjects: ['repo:octo-org/workflows:*'] }
    const text = await refusal(world)
    expect(text).toContain(`Either the role "${ROLE_ARN}" does not exist, or its trust policy does not accept`)
    expect(text).toContain('The subject has the immutable form')
    expect(world.server('secretsmanager').requests).toEqual([])
  })

  test('by a server that is not AWS is one of something in front', async () => {
    const world = await open()
    const reply: FakeReply = { status: 403, body: { message: 'Forbidden' } }
    world.server('secretsmanager').faults.push(fault.answer(reply))
    expect(await refusal(world)).toMatch(
      /^AWS Secrets Manager \(HOST\) refused \(403 Forbidden\)\.\nThis answer is not from AWS Secrets Manager: it has another form\. /,
    )
  })
})

describe('trouble that passes', () => {
  test('is tried again, signed anew each time', async () => {
    let seconds = 0
    const start = Date.parse('2026-11-21T08:00:00Z')
    const now = (): number => start + seconds * 1_000
    const world = await open({ now })
    const replies = [
      secretsManagerError('ThrottlingException', 'Rate exceeded'),
      secretsManagerError('InternalServiceError', 'An error occurred on the server side.'),
    ]
    const met = replies.length
    world.server('secretsmanager').faults.push(
      forEver(() => {
        seconds++
        const reply = replies.shift()
        return reply === undefined ? undefined : fault.answer(reply)
      }),
    )
    const ran = await run(world, { now })
    expect(ran.succeeded).toBe(true)
    const { requests } = world.server('secretsmanager')
    expect(requests.map(({ answered }) => answered)).toEqual(['status 400', 'status 500', 200])
    expect(requests).toHaveLength(met + 1)
    expect(new Set(requests.map(({ headers }) => headers['x-amz-date'])).size).toBe(3)
    expect(new Set(requests.map(({ headers }) => headers['authorization'])).size).toBe(3)
    expect(world.server('sts').requests).toHaveLength(1)
  })

  test('as a clock that is wrong by an hour is set by the server, once', async () => {
    const world = await open()
    const ran = await run(world, { now: () => Date.now() - 3_600_000 })
    expect(ran.succeeded).toBe(true)
    expect(world.server('secretsmanager').requests.map(({ answered }) => answered)).toEqual([400, 200])
  })
})
