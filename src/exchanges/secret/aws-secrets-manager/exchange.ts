import { readCredentialSource, readRegion, type CredentialSource } from '../../../aws/credentials.ts'
import { awsEndpoint } from '../../../aws/endpoint.ts'
import { readyToSign, type Signing } from '../../../aws/signing.ts'
import { ActionError } from '../../../errors.ts'
import type { Exchange, Tools } from '../../../exchange.ts'
import { jsonObject, type Answer } from '../../../http/answer.ts'
import { not, type Inputs } from '../../../inputs/inputs.ts'
import { quoted } from '../../../text.ts'
import { readSecrets } from '../reading.ts'
import { readReferences, type Wanted } from '../references.ts'
import type { Secret } from '../value.ts'
import { refusal } from './refusal.ts'

const SERVICE = 'AWS Secrets Manager'
const EXAMPLE = 'app/database'
/** A name, or the ARN of a secret. Names with `!` are those of secrets that an AWS service manages. */
const SECRET = /^(?<arn>arn:aws(?:-[a-z]+)*:secretsmanager:(?<region>[a-z\d-]+):\d{12}:secret:)?[\w/+=.@!-]{1,519}$/

interface Settings {
  /** Each secret by its name or ARN. */
  readonly wanted: Wanted<string>
  readonly region: string
  readonly source: CredentialSource
  readonly url: URL
}

/** Secrets of AWS Secrets Manager: `GetSecretValue` (AWS Secrets Manager API Reference). */
export const awsSecretsManager: Exchange<Settings> = {
  settings: async (inputs, environment) => {
    const region = readRegion(inputs, 'required')
    return {
      wanted: await readReferences(inputs, {
        input: 'secret',
        example: EXAMPLE,
        key: 'password',
        read: (label, text) => readName(inputs, label, text, region),
      }),
      region,
      source: readCredentialSource(inputs, environment, region),
      url: awsEndpoint(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', region),
    }
  },

  exchange: async (settings, tools) => {
    const { source, wanted } = settings
    const signing = readyToSign(source, tools)
    return readSecrets(wanted, signing, {
      id: (secret) => secret,
      read: (secret) => read(settings, signing, secret, tools),
    })
  },
}

/** The name or the ARN of a secret in the region. */
function readName(inputs: Inputs, label: string, text: string, region: string): string {
  const secret = inputs.matching(label, text, SECRET, 'must be the name or the ARN of a secret', EXAMPLE)
  const told = SECRET.exec(secret)?.groups?.['region'] ?? region
  if (told !== region && region !== '') {
    inputs.problem('region', `must be the region in the secret's ARN${not(region)}`, told)
  }
  return secret
}

function read(
  { region, source, url }: Settings,
  signing: Promise<Signing>,
  secret: string,
  tools: Tools,
): Promise<Secret> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' }
  const body = JSON.stringify({ SecretId: secret })
  const request = { method: 'POST', url, headers, body } as const
  const scope = { region, service: 'secretsmanager' }
  return tools.send({
    service: SERVICE,
    method: 'POST',
    url,
    signed: true,
    prepare: async (now) => {
      const { credentials, signer } = await signing
      return { headers: await signer.signedHeaders(request, credentials, scope, now()), body }
    },
    refusal: (answer) => refusal(answer, { secret, region, source }),
    read: (answer) => ({ name: quoted(secret), text: secretString(answer, secret, url) }),
  })
}

function secretString(answer: Answer, secret: string, url: URL): string {
  const { SecretString: text, SecretBinary: binary } = jsonObject(answer, SERVICE, url)
  if (typeof text === 'string') return text
  if (typeof binary === 'string') {
    throw new ActionError('UNUSABLE_SECRET', `The secret "${secret}" is binary (SecretBinary).`, {
      hint: 'An output is text: store the secret as text (SecretString), for example in base64, and decode it in the step that uses it.',
    })
  }
  throw new ActionError('UNUSABLE_ANSWER', `The answer of ${SERVICE} (${url.host}) contains no secret.`, {
    hint: 'No output was set. Check that the endpoint belongs to AWS Secrets Manager.',
  })
}
