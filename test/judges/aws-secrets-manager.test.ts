import {
  DecryptionFailure,
  GetSecretValueCommand,
  InternalServiceError,
  InvalidRequestException,
  ResourceNotFoundException,
  SecretsManagerClient,
  SecretsManagerServiceException,
  type GetSecretValueResponse,
} from '@aws-sdk/client-secrets-manager'
import { describe, expect, test } from 'vitest'
import { environmentOf } from '../../dev/fakes/aws-account.ts'
import { secretsManagerError } from '../../dev/fakes/aws-secrets-manager.ts'
import { fault } from '../../dev/fakes/faults.ts'
import type { SigningKeys } from '../../dev/fakes/sigv4.ts'
import { NAME, SECRET_ARN, system, type AwsSecretsManagerSetup } from '../../dev/systems/secret/aws-secrets-manager.ts'
import type { World } from '../../dev/world.ts'
import { awsSecretsManager } from '../../src/exchanges/secret/aws-secrets-manager/exchange.ts'
import { opening, runStep, type Ran } from '../exchanges/in-process.ts'

const open = opening(system)

/** AWS's own client, signing with the keys of the account's user. One try. */
async function getSecretValue(
  world: World<AwsSecretsManagerSetup>,
  id = NAME,
  keys: SigningKeys = world.setup.account.keys,
): Promise<GetSecretValueResponse> {
  const client = new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint: world.url('secretsmanager'),
    credentials: keys,
    maxAttempts: 1,
  })
  try {
    return await client.send(new GetSecretValueCommand({ SecretId: id }))
  } finally {
    client.destroy()
  }
}

/** Our action, with the same keys. */
function ours(world: World<AwsSecretsManagerSetup>, secret = NAME): Promise<Ran> {
  return runStep(awsSecretsManager, world, 'secret/aws-secrets-manager', {
    inputs: { secret, 'role-arn': '' },
    env: environmentOf(world.setup.account.keys),
  })
}

describe('the client gets what our action gives', () => {
  test.each([
    ['by name', NAME],
    ['by ARN', SECRET_ARN],
    ['by an ARN without the six signs at its end', SECRET_ARN.replace(/-\w{6}$/, '')],
  ])('text, %s', async (_, id) => {
    const world = await open()
    const value = await getSecretValue(world, id)
    expect(value).toMatchObject({
      ARN: SECRET_ARN,
      Name: NAME,
      SecretString: world.setup.secret,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: expect.any(Date) as Date,
      VersionId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      $metadata: { httpStatusCode: 200 },
    })
    expect(value.SecretBinary).toBeUndefined()
    expect((await ours(world, id)).outputs['secret']).toBe(value.SecretString)
  })

  test('bytes, which no output can hold', async () => {
    const world = await open()
    const bytes = Buffer.from([0, 128, 255])
    world.setup.secrets[SECRET_ARN] = { ...world.setup.secrets[SECRET_ARN]!, value: bytes }
    const { SecretBinary, SecretString } = await getSecretValue(world)
    expect(SecretString).toBeUndefined()
    expect(Buffer.from(SecretBinary!)).toEqual(bytes)
    const ran = await ours(world)
    expect(ran.outputs).toEqual({})
    expect(ran.errors[0]).toContain('UNUSABLE_SECRET')
  })
})

interface Case {
  readonly is?: new (...given: never[]) => SecretsManagerServiceException
  readonly name: string
  readonly secret?: string
  readonly change?: Partial<AwsSecretsManagerSetup['secrets'][string]>
  readonly keys?: Partial<SigningKeys>
  /** Whether it is answered instead of the real answer. */
  readonly fails?: true
}

test.each<Case>([
  { is: ResourceNotFoundException, name: 'ResourceNotFoundException', secret: 'app/another' },
  { is: InvalidRequestException, name: 'InvalidRequestException', change: { deleted: true } },
  { is: DecryptionFailure, name: 'DecryptionFailure', change: { broken: true } },
  { name: 'AccessDeniedException', change: { readers: [] } },
  { name: 'InvalidSignatureException', keys: { secretAccessKey: 'another' } },
  { name: 'UnrecognizedClientException', keys: { accessKeyId: 'AKIAANOTHER' } },
  { name: 'UnrecognizedClientException', keys: { sessionToken: 'another' } },
  { is: InternalServiceError, name: 'InternalServiceError', fails: true },
])('the client throws $name', async ({ is = SecretsManagerServiceException, name, secret, change, keys, fails }) => {
  const world = await open()
  world.setup.secrets[SECRET_ARN] = { ...world.setup.secrets[SECRET_ARN]!, ...change }
  if (fails) world.server('secretsmanager').faults.push(fault.answer(secretsManagerError(name, 'Rate exceeded')))
  await expect(getSecretValue(world, secret, { ...world.setup.account.keys, ...keys })).rejects.toMatchObject({
    constructor: is,
    name,
    $metadata: { httpStatusCode: fails ? 500 : 400 },
  })
})

test('of a signature, AWS repeats every signed header: our action shows none of it', async () => {
  const world = await open()
  const { outputs } = await runStep(awsSecretsManager, world, 'secret/aws-secrets-manager')
  const session = world.setup.account.sts.sessions[0]!.keys
  expect((await getSecretValue(world, NAME, session)).SecretString).toBe(outputs['secret'])
  const keys = { ...session, secretAccessKey: 'another' }
  await expect(getSecretValue(world, NAME, keys)).rejects.toThrow(`x-amz-security-token:${keys.sessionToken!}`)
  const ran = await runStep(awsSecretsManager, world, 'secret/aws-secrets-manager', {
    inputs: { 'role-arn': '' },
    env: environmentOf(keys),
  })
  expect(ran.errors[0]).toContain('InvalidSignatureException: The request signature we calculated')
  expect(ran.leaks).toEqual([])
})
