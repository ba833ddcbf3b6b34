import { randomUUID } from 'node:crypto'
import type { AwsAccount } from './aws-account.ts'
import { Refusal, refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import { verifySignature, type SignaturePolicy, type SigningKeys } from './sigv4.ts'

export interface StoredSecret {
  readonly value: string | Uint8Array
  /** Marked for deletion. */
  readonly deleted?: boolean
  /** The KMS key does not work. */
  readonly broken?: boolean
  /** ARNs of roles and users whose policies allow `secretsmanager:GetSecretValue`. */
  readonly readers: readonly string[]
}

export interface AwsSecretsManagerOptions extends Pick<SignaturePolicy, 'now' | 'region'> {
  readonly account: Pick<AwsAccount, 'credentials' | 'principal'>
  /** By ARN. May be changed while the fake runs. */
  readonly secrets: Record<string, StoredSecret>
}

/** `POST /` of AWS Secrets Manager with the target `GetSecretValue`. */
export function createAwsSecretsManager(options: AwsSecretsManagerOptions): Handler {
  const { now, region, account, secrets } = options

  return refusing((request) => reply(200, getSecretValue(request)))
  function refusal(code: string, message: string): Refusal {
    return new Refusal(secretsManagerError(code, message))
  }

  function getSecretValue(request: FakeRequest): object {
    const { method, url, headers } = request
    const isOperation =
      method === 'POST' &&
      url.pathname === '/' &&
      url.search === '' &&
      headers['content-type'] === 'application/x-amz-json-1.1' &&
      headers['x-amz-target'] === 'secretsmanager.GetSecretValue'
    if (!isOperation) throw refusal('UnknownOperationException', '')
    const policy = {
      service: 'secretsmanager',
      region,
      credentials: account.credentials,
      now,
      signed: ['content-type'],
    }
    const keys = verifySignature(request, policy)
    if ('code' in keys) throw refusal(keys.code, keys.message)
    const body = JSON.parse(request.body) as Record<string, unknown>
    const unknown = Object.keys(body).find((name) => !/^(SecretId|VersionId|VersionStage)$/.test(name))
    const id = body['SecretId']
    if (unknown !== undefined || typeof id !== 'string' || id === '') {
      throw refusal('InvalidParameterException', 'You must provide a SecretId and no other parameters.')
    }
    return valueOf(id, keys)
  }

  function valueOf(id: string, keys: SigningKeys): object {
    // A name, the full ARN, or the ARN without the six characters at its end.
    const arn = Object.keys(secrets).find((each) => [each, partial(each), nameOf(each)].includes(id))
    const principal = account.principal(keys)
    const secret = arn === undefined ? undefined : secrets[arn]
    // Without the right it is not told whether there is such a secret.
    const readable = Object.values(secrets).some(({ readers }) => readers.includes(principal))
    if (secret === undefined ? !readable : !secret.readers.includes(principal)) {
      throw refusal(
        'AccessDeniedException',
        `User: ${principal} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${arn ?? id} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
      )
    }
    if (arn === undefined || secret === undefined) {
      throw refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
    }
    const { value, deleted = false, broken = false } = secret
    if (deleted) {
      throw refusal(
        'InvalidRequestException',
        "You can't perform this operation on the secret because it was marked for deletion.",
      )
    }
    if (broken) {
      throw refusal(
        'DecryptionFailure',
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
      )
    }
    return {
      ARN: arn,
      Name: nameOf(arn),
      VersionId: randomUUID(),
      ...(typeof value === 'string'
        ? { SecretString: value }
        : { SecretBinary: Buffer.from(value).toString('base64') }),
      VersionStages: ['AWSCURRENT'],
      CreatedDate: now() / 1_000,
    }
  }
}

function partial(arn: string): string {
  return arn.replace(/-\w{6}$/, '')
}

function nameOf(arn: string): string {
  return partial(arn).split(':').slice(6).join(':')
}

function reply(status: number, body: object): FakeReply {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() }
  return { status, headers, body: JSON.stringify(body) }
}

/** An error answer of AWS Secrets Manager. */
export function secretsManagerError(code: string, message: string): FakeReply {
  return reply(code === 'InternalServiceError' ? 500 : 400, { __type: code, Message: message })
}
