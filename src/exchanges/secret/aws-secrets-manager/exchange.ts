import type { AwsCredentials, CredentialSource } from '../../../aws/credentials.ts'
import { judgeAws } from '../../../aws/errors.ts'
import type * as awsLibrary from '../../../aws/index.ts'
import type * as signerLibrary from '../../../aws/signer.ts'
import { ActionError, quoted } from '../../../errors.ts'
import type { Exchange, Tools } from '../../../exchange.ts'
import { jsonObject, type Answer } from '../../../http/answer.ts'
import { not, type Inputs } from '../../../inputs/inputs.ts'
import type { Secret } from '../grant.ts'
import type * as secretLibrary from '../index.ts'
import type { Wanted } from '../references.ts'
import { explain } from './refusal.ts'

const SERVICE = 'AWS Secrets Manager'
const EXAMPLE = 'app/database'
/** A name, or the ARN of a secret. Names with `!` are those of secrets that an AWS service manages. */
const SECRET =
  /^(?<arn>arn:aws(?:-[a-z]+)*:secretsmanager:(?<region>[a-z\d-]+):\d{12}:secret:)?[\w/+=.@!-]{1,519}$/

export interface Settings {
  readonly aws: typeof awsLibrary
  readonly library: typeof secretLibrary
  /** Each secret by its name or ARN. */
  readonly wanted: Wanted<string>
  readonly region: string
  readonly source: CredentialSource
  readonly url: URL
}

/** What signs a request. */
interface Signing {
  readonly signer: typeof signerLibrary
  readonly credentials: AwsCredentials
}

/** Secrets of AWS Secrets Manager: `GetSecretValue` (AWS Secrets Manager API Reference). */
export const awsSecretsManager: Exchange<Settings> = {
  settings: async (inputs, environment) => {
    const [aws, library] = await Promise.all([
      import(/* webpackChunkName: "aws" */ '../../../aws/index.ts'),
      import(/* webpackChunkName: "secrets" */ '../index.ts'),
    ])
    const region = aws.readRegion(inputs, 'required')
    return {
      aws,
      library,
      wanted: await library.readReferences(inputs, {
        input: 'secret',
        example: EXAMPLE,
        key: 'password',
        read: (label, text) => readName(inputs, label, text, region),
      }),
      region,
      source: aws.readCredentialSource(inputs, environment, region),
      url: aws.awsEndpoint(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', region),
    }
  },

  exchange: async (settings, tools) => {
    const { aws, library, source, url, wanted } = settings
    if ('endpoint' in source) tools.connectEarly(source.endpoint)
    library
      .worthConnecting(wanted, (secret) => secret)
      .forEach(() => {
        tools.connectEarly(url)
      })
    const [credentials, signer] = await Promise.all([aws.awsCredentials(source, tools), aws.loadSigner()])
    return library.readWanted(wanted, {
      id: (secret) => secret,
      read: (secret) => read({ ...settings, credentials, signer }, secret, tools),
      hint: (secret, error) => explain(settings, secret, error).hint,
    })
  },

  explain: (settings, error, claims) => {
    const { aws, source, wanted } = settings
    if (error.refused?.service !== SERVICE) return aws.explainSts(source, error, claims)
    const [single] = wanted.references
    return wanted.several || single === undefined ? {} : explain(settings, single.source, error)
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
  { signer, credentials, region, url }: Settings & Signing,
  secret: string,
  tools: Tools,
): Promise<Secret> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'secretsmanager.GetSecretValue',
  }
  const body = JSON.stringify({ SecretId: secret })
  const request = { method: 'POST', url, headers, body } as const
  const scope = { region, service: 'secretsmanager' }
  return tools.send({
    service: SERVICE,
    method: 'POST',
    url,
    signed: true,
    prepare: async (now) => ({
      headers: await signer.signedHeaders(request, credentials, scope, now),
      body,
    }),
    judge: judgeAws,
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
