import { describe, expect, test } from 'vitest'
import { ROLE_ARN } from '../../../dev/fakes/aws-account.ts'
import { fault } from '../../../dev/fakes/faults.ts'
import { NAME, SECRET_ARN, system } from '../../../dev/systems/secret/aws-secrets-manager.ts'
import type { CredentialSource } from '../../../src/aws/credentials.ts'
import { awsSecretsManager } from '../../../src/exchanges/secret/aws-secrets-manager/exchange.ts'
import { refusal as refusalBy } from '../../../src/exchanges/secret/aws-secrets-manager/refusal.ts'
import type { Explanation } from '../../../src/explanation.ts'
import { ROLE, SOURCE } from '../../aws/fixture.ts'
import { answer } from '../../http/fixture.ts'
import { LINK, opening, PAGE, refusalOf, stepsOf } from '../in-process.ts'

const open = opening(system)
const { run, refusal, problem } = stepsOf(awsSecretsManager, 'secret/aws-secrets-manager')

describe('a secret', () => {
  test('is asked for by its name in a signed request, and set as output, whole', async () => {
    const world = await open()
    const { secret } = world.setup
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret })
    expect(ran.infos).toEqual([`Secret "${NAME}" read.`])
    const [request, ...more] = world.server('secretsmanager').requests
    expect(more).toEqual([])
    expect(request).toMatchObject({ method: 'POST', path: '/', body: `{"SecretId":"${NAME}"}`, answered: 200 })
    expect(request!.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      authorization: expect.stringContaining('/eu-central-1/secretsmanager/aws4_request, SignedHeaders=') as string,
    })
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['sts.amazonaws.com'])
  })

  test('that is binary is refused with a reason', async () => {
    const world = await open()
    world.setup.secrets[SECRET_ARN] = { ...world.setup.secrets[SECRET_ARN]!, value: new Uint8Array([1, 2, 3]) }
    expect(await refusal(world)).toBe(
      [
        `The secret "${NAME}" is binary (SecretBinary).`,
        'An output is text: store the secret as text (SecretString), for example in base64, and decode it in the step that uses it.',
        `UNUSABLE_SECRET: ${PAGE}unusable_secret`,
      ].join('\n'),
    )
  })

  test.each<[object]>([[{}], [{ SecretString: 42 }], [{ SecretString: null, SecretBinary: null }]])(
    'that is not in the answer (%j) is a fault of the server',
    async (body) => {
      const world = await open()
      world.server('secretsmanager').faults.push(fault.answer({ status: 200, body }))
      expect(await refusal(world)).toMatch(
        /^The answer of AWS Secrets Manager \(HOST\) contains no secret\.\n[^]*UNUSABLE_ANSWER/,
      )
    },
  )

  test('is asked for again, signed anew, by a clock that is wrong by an hour', async () => {
    const world = await open()
    expect((await run(world, { now: () => Date.now() - 3_600_000 })).succeeded).toBe(true)
    expect(world.server('secretsmanager').requests.map(({ answered }) => answered)).toEqual([400, 200])
    expect(world.server('sts').requests).toHaveLength(1)
  })
})

describe('settings', () => {
  test.each<[Record<string, string>, string]>([
    [
      { secret: 'app database' },
      'secret must be the name or the ARN of a secret, not "app database"; for example: app/database',
    ],
    [{ secret: ROLE_ARN }, 'secret must be the name or the ARN of a secret'],
    [
      { secret: SECRET_ARN.replace('eu-central-1', 'us-east-1') },
      `region must be the region in the secret's ARN, not "eu-central-1"; for example: us-east-1`,
    ],
    [{ key: 'a\nb' }, 'key must be one line, not "a b"; for example: password'],
  ])('%j are refused', async (inputs, rule) => {
    expect(await problem(open(), inputs)).toContain(rule)
  })

  test.each([
    'rds!db-0123-4567',
    'a/b_c+d=e.f@g-h',
    `arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:x-AbC123`,
  ])('the name %s is sent as it is', async (secret) => {
    const world = await open()
    const region = secret.startsWith('arn:') ? 'cn-north-1' : 'eu-central-1'
    await run(world, { inputs: { secret, region, audience: 'sts.amazonaws.com' } })
    expect(world.server('secretsmanager').requests).toMatchObject([{ body: JSON.stringify({ SecretId: secret }) }])
  })
})

test('a refusal for want of the right names it, and the policy that gives it', async () => {
  const world = await open()
  world.setup.deny()
  const ran = await run(world)
  expect(refusalOf(ran)).toBe(
    [
      `AWS Secrets Manager (HOST) refused (400 Bad Request): AccessDeniedException: User: ${ROLE_ARN} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${SECRET_ARN} because no identity-based policy allows the secretsmanager:GetSecretValue action.`,
      `The credentials are not allowed to read the secret: allow them secretsmanager:GetSecretValue on "${NAME}". For a secret in another account, its resource policy and its KMS key must allow them, too.`,
      LINK,
    ].join('\n'),
  )
  expect(ran.group).toContain(`With this policy, the role "${ROLE_ARN}" can read only this secret:`)
  expect(JSON.parse(/```json\n([\s\S]*?)\n```/.exec(ran.summary)![1]!)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:app/database-??????',
      },
    ],
  })
})

describe('what to change', () => {
  const DENIED = `AccessDeniedException: User: ${ROLE} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${SECRET_ARN} because no`
  const EXPIRED = 'ExpiredTokenException: The security token included in the request is expired'
  const INVALID = 'UnrecognizedClientException: The security token included in the request is invalid.'
  const MISMATCH = 'InvalidSignatureException: The request signature we calculated does not match.'
  const KMS = 'The credentials can read the secret but cannot use its KMS key: allow them kms:Decrypt on it.'

  function explained(said: string, source: CredentialSource = SOURCE, secret = NAME): Explanation {
    const [, __type, Message] = /^(\w+): (.*)/.exec(said)!
    const { explain } = refusalBy(answer(400, { __type, Message }), { secret, region: 'eu-central-1', source })
    return explain!(undefined)
  }

  test.each([
    [
      "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
      `Check \`secret\` and \`region\`: in "eu-central-1" the account of the credentials has no secret "${NAME}". A secret in another account needs its full ARN.`,
    ],
    [
      "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      `The secret "${NAME}" exists but has no value: store one.`,
    ],
    [
      'InvalidParameterException: Invalid name.',
      `Check \`secret\`: AWS does not accept "${NAME}" as the name or the ARN of a secret.`,
    ],
    [
      "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.",
      `Restore the secret (aws secretsmanager restore-secret --region eu-central-1 --secret-id ${NAME}), or use another one.`,
    ],
    [
      'InvalidRequestException: Not in this state.',
      `The secret "${NAME}" cannot be read in its present state: aws secretsmanager describe-secret shows it.`,
    ],
    [
      // As moto and localstack have it from AWS.
      "InvalidRequestException: You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
      'The secret belongs to another account, which its default key (aws/secretsmanager) cannot be shared with: encrypt it with a KMS key of your own, and allow kms:Decrypt on that in the policy of the key and in one of the role.',
    ],
    [
      "DecryptionFailure: Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
      "AWS cannot decrypt the secret: check that its KMS key is enabled, and that the key's policy allows kms:Decrypt.",
    ],
    ['AccessDeniedException: Access to KMS is not allowed', KMS],
    [
      `AccessDeniedException: User: ${ROLE} is not authorized to perform: kms:Decrypt on this resource because no identity-based policy allows the kms:Decrypt action`,
      KMS,
    ],
    [
      `${DENIED} resource-based policy allows the secretsmanager:GetSecretValue action`,
      `Change the resource-based policy of the secret "${NAME}": no statement in it allows this.`,
    ],
    [
      `${DENIED.replace('because no', 'with an explicit deny in an')} identity-based policy`,
      'Change the identity-based policy of the role or user whose credentials signed the request: a statement in it denies this.',
    ],
    [
      INVALID,
      `AWS does not know the role's credentials in "eu-central-1": check that the account has this region enabled.`,
    ],
    [EXPIRED, 'The credentials of the role were new: run the job again.'],
    [
      MISMATCH,
      'Something between the runner and AWS changes requests: check the proxy and AWS_ENDPOINT_URL_SECRETS_MANAGER.',
    ],
  ])('%s', (said, hint) => {
    expect(explained(said)).toEqual({ hint })
  })

  test.each([
    [
      INVALID,
      'AWS does not know the credentials in the environment: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, which belong together, and `region`.',
    ],
    [
      EXPIRED,
      'The AWS credentials in the environment have expired: get new ones right before this step, or set role-arn.',
    ],
    [MISMATCH, 'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.'],
    [
      `${DENIED} identity-based policy allows the secretsmanager:GetSecretValue action`,
      `The credentials are not allowed to read the secret: allow them secretsmanager:GetSecretValue on "${NAME}". For a secret in another account, its resource policy and its KMS key must allow them, too.`,
    ],
  ])('%s: with credentials of the environment', (said, hint) => {
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret-key' }
    expect(explained(said, { credentials })).toEqual({ hint })
  })

  test.each([
    ['aws-us-gov', NAME, `arn:aws-us-gov:secretsmanager:eu-central-1:123456789012:secret:${NAME}-??????`],
    ['aws', SECRET_ARN, SECRET_ARN],
  ])('a policy in the partition %s, for %s', (partition, secret, Resource) => {
    const source = { ...SOURCE, roleArn: ROLE.replace('aws', partition) }
    const { paste } = explained(`${DENIED} identity-based policy allows it`, source, secret)
    expect(JSON.parse(paste![0]!.content)).toMatchObject({ Statement: [{ Resource }] })
  })
})
