import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { environmentOf, ROLE_ARN, USER_ARN } from '../../../dev/fakes/aws-account.ts'
import { secretsManagerError, type StoredSecret } from '../../../dev/fakes/aws-secrets-manager.ts'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import type { FakeReply } from '../../../dev/fakes/handler.ts'
import {
  NAME,
  SECRET_ARN,
  system,
  type AwsSecretsManagerSetup,
} from '../../../dev/systems/secret/aws-secrets-manager.ts'
import type { World, WorldOptions } from '../../../dev/world.ts'
import { awsSecretsManager } from '../../../src/exchanges/secret/aws-secrets-manager/exchange.ts'
import { LINK, opening, PAGE, stepsOf } from '../in-process.ts'

const READERS = [ROLE_ARN, USER_ARN]

const open = opening(system)

/** A world in which the secret is another one. */
async function openWith(
  secret: Partial<StoredSecret> | undefined,
  options: WorldOptions = {},
): Promise<World<AwsSecretsManagerSetup>> {
  const world = await open(options)
  if (secret === undefined) Reflect.deleteProperty(world.setup.secrets, SECRET_ARN)
  else world.setup.secrets[SECRET_ARN] = { ...world.setup.secrets[SECRET_ARN], readers: READERS, ...secret }
  return world
}

const { run, refusal } = stepsOf(awsSecretsManager, 'secret/aws-secrets-manager')

describe('a secret', () => {
  test('is masked and set as output, whole', async () => {
    const world = await open()
    const { secret } = world.setup
    const ran = await run(world)
    expect(ran.succeeded).toBe(true)
    expect(ran.outputs).toEqual({ secret })
    expect(ran.masks).toContain(secret)
    expect(ran.infos).toEqual([`Secret "${NAME}" read.`])
    expect(ran.state).toEqual({})
  })

  test('is asked for by its name in a signed request', async () => {
    const world = await open()
    await run(world)
    const [request, ...more] = world.server('secretsmanager').requests
    expect(more).toEqual([])
    expect(request).toMatchObject({
      method: 'POST',
      path: '/',
      body: `{"SecretId":"${NAME}"}`,
      answered: 200,
    })
    expect(request!.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      authorization: expect.stringContaining(
        '/eu-central-1/secretsmanager/aws4_request, SignedHeaders=',
      ) as string,
    })
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual(['sts.amazonaws.com'])
  })

  test.each([SECRET_ARN, SECRET_ARN.replace(/-\w{6}$/, '')])('is found by the ARN %s', async (secret) => {
    const world = await open()
    expect((await run(world, { inputs: { secret } })).outputs['secret']).toBe(world.setup.secret)
  })

  test('is read with credentials of the environment, which are masked', async () => {
    const world = await open()
    const { keys } = world.setup.account
    const ran = await run(world, { inputs: { 'role-arn': '' }, env: environmentOf(keys) })
    expect(ran.outputs['secret']).toBe(world.setup.secret)
    expect(ran.masks).toContain(keys.secretAccessKey)
    expect(ran.infos.join()).not.toContain(keys.secretAccessKey)
    expect(world.server('sts').requests).toEqual([])
    expect(world.server('oidc').requests).toEqual([])
  })

  test('of the 64 KiB that AWS takes is put out, as is a private key, each line of it masked', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    for (const value of ['s'.repeat(65_536), key.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      const ran = await run(openWith({ value }))
      expect(ran.outputs).toEqual({ secret: value })
      expect(ran.masks).toEqual(expect.arrayContaining(value.trim().split('\n')))
    }
  })

  test('that is binary is refused with a reason', async () => {
    expect(await refusal(openWith({ value: new Uint8Array([1, 2, 3]) }))).toBe(
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
})

describe('with a key', () => {
  const value = {
    password: 'not-a-password',
    port: 5432,
    tls: { mode: 'verify-full' },
    'a b': 'x::y',
    none: null,
  }

  test.each([
    ['password', 'not-a-password'],
    ['port', '5432'],
    ['tls', '{"mode":"verify-full"}'],
    ['a b', 'x::y'],
  ])('%s only that member is masked and put out', async (key, secret) => {
    const ran = await run(openWith({ value: JSON.stringify(value) }), { inputs: { key } })
    expect(ran.outputs).toEqual({ secret })
    expect(ran.masks).toContain(secret)
    const others = /not-a-password|verify-full|5432/g
    const found = ran.masks.flatMap((mask) => mask.match(others) ?? [])
    expect(new Set(found)).toEqual(new Set(secret.match(others)))
    expect(ran.infos).toEqual([`Secret "${key}" of "${NAME}" read.`])
  })

  test('and without it the whole text', async () => {
    const world = await openWith({ value: JSON.stringify(value) })
    expect((await run(world)).outputs['secret']).toBe(JSON.stringify(value))
  })

  test.each(['passwort', 'none', 'toString', '__proto__'])(
    '%s that it has not, the names are listed and no value',
    async (key) => {
      const text = await refusal(openWith({ value: JSON.stringify(value) }), { inputs: { key } })
      expect(text).toContain(
        `The secret "${NAME}" has no key "${key}".\nIts keys: "password", "port", "tls", "a b", "none".\nUNUSABLE_SECRET`,
      )
      expect(text).not.toMatch(/not-a-password|5432|verify-full/)
    },
  )

  test.each(['not-a-password', '["not-a-password"]', '"not-a-password"', '{"password": "not-a-password"'])(
    'of what is no JSON object (%s), nothing of it is shown',
    async (text) => {
      const ran = await run(openWith({ value: text }), { inputs: { key: 'password' } })
      expect(ran.errors[0]).toContain(
        `The secret "${NAME}" is not a JSON object, so it has no key "password".\nOmit the key to get the whole text.`,
      )
      expect([...ran.errors, ...ran.infos, ...ran.group, ran.summary].join('\n')).not.toContain(
        'not-a-password',
      )
    },
  )
})

describe('settings', () => {
  test.each<[Record<string, string>, string]>([
    [
      { secret: 'app database' },
      'secret must be the name or the ARN of a secret, not "app database"; for example: app/database',
    ],
    [{ secret: ROLE_ARN }, 'secret must be the name or the ARN of a secret'],
    [{ region: 'Frankfurt' }, 'region must be an AWS region, not "Frankfurt"; for example: eu-central-1'],
    [
      { secret: SECRET_ARN.replace('eu-central-1', 'us-east-1') },
      `region must be the region in the secret's ARN, not "eu-central-1"; for example: us-east-1`,
    ],
    [{ 'role-arn': 'github-actions' }, 'role-arn must be the ARN of a role, not "github-actions"'],
    [{ 'allow-short': 'yes' }, 'allow-short must be true or false, not "yes"'],
    [{ key: 'a\nb' }, 'key must be one line, not "a b"; for example: password'],
  ])('%j are refused', async (inputs, problem) => {
    const world = await open()
    const text = await refusal(world, { inputs })
    expect(text).toContain(`Nothing was sent.\n- ${problem}`)
    expect(text.split('\n- ')).toHaveLength(2)
    expect(world.server('secretsmanager').requests).toEqual([])
    expect(world.server('oidc').requests).toEqual([])
  })

  test.each([
    'rds!db-0123-4567',
    'a/b_c+d=e.f@g-h',
    `arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:x-AbC123`,
  ])('the name %s is sent as it is', async (secret) => {
    const world = await open()
    const region = secret.startsWith('arn:') ? 'cn-north-1' : 'eu-central-1'
    await run(world, { inputs: { secret, region, audience: 'sts.amazonaws.com' } })
    expect(world.server('secretsmanager').requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { SecretId: secret },
    ])
  })

  test('every problem is named at once, also without credentials', async () => {
    const text = await refusal(open(), { inputs: { secret: '', region: '', 'role-arn': '' } })
    expect(text).toMatch(
      /\n- region is required; .*\n- secret is required, or secrets instead; .*\nINVALID_INPUT/,
    )
  })

  test('endpoints that are not safe are refused', async () => {
    const env = { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://aws.example', AWS_ENDPOINT_URL_STS: 'sts' }
    const text = await refusal(open(), { env })
    expect(text).toContain('\n- AWS_ENDPOINT_URL_SECRETS_MANAGER must begin with https://')
    expect(text).toContain('\n- AWS_ENDPOINT_URL_STS must be a URL')
  })
})

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
    expect(await refusal(world)).toBe(
      `AWS Secrets Manager (HOST) refused (400 Bad Request): ${said}\n${hint}\n${LINK}`,
    )
    expect(world.server('secretsmanager').requests).toHaveLength(1)
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
      ...(from === 'environment' && {
        inputs: { 'role-arn': '' },
        env: environmentOf(world.setup.account.keys),
      }),
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
    expect(text).toContain(
      `Either the role "${ROLE_ARN}" does not exist, or its trust policy does not accept`,
    )
    expect(text).toContain('The subject has the immutable form')
    expect(world.server('secretsmanager').requests).toEqual([])
  })

  test('by a server that is not AWS has no hint of ours', async () => {
    const world = await open()
    const reply: FakeReply = { status: 403, body: { message: 'Forbidden' } }
    world.server('secretsmanager').faults.push(fault.answer(reply))
    expect(await refusal(world)).toBe(
      `AWS Secrets Manager (HOST) refused (403 Forbidden): Forbidden.\n${LINK}`,
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

  test('throttling without end is told as such', async () => {
    const world = await open()
    const reply = secretsManagerError('ThrottlingException', 'Rate exceeded')
    world.server('secretsmanager').faults.push(forEver(fault.answer(reply)))
    const text = await refusal(world)
    expect(text).toMatch(
      /^AWS Secrets Manager \(HOST\) could not answer \(400 Bad Request\): ThrottlingException: Rate exceeded\. Gave up after \d+ attempts/,
    )
    expect(text).toContain('OVERLOADED')
  })

  test('as a clock that is wrong by an hour is set by the server, once', async () => {
    const world = await open()
    const ran = await run(world, { now: () => Date.now() - 3_600_000 })
    expect(ran.succeeded).toBe(true)
    expect(world.server('secretsmanager').requests.map(({ answered }) => answered)).toEqual([400, 200])
  })

  test('as a clock that stays wrong is told as such', async () => {
    const world = await open()
    const message = 'Signature expired: 20261121T080000Z is now earlier than 20261121T085500Z (… - 5 min.)'
    const reply = secretsManagerError('InvalidSignatureException', message)
    world.server('secretsmanager').faults.push(forEver(fault.answer(reply)))
    const text = await refusal(world)
    expect(text).toContain(`\nCLOCK_SKEWED: ${PAGE}clock_skewed`)
    expect(text).not.toContain('Something between')
  })
})
