import { ActionError } from '../errors.ts'
import type { Environment, Tools } from '../exchange.ts'
import { jsonObject, member, type Answer, type Call, type Judgement } from '../http.ts'
import { credential } from '../identity.ts'
import type { AwsCredentials } from './signature.ts'

/** The audience that AWS asks for in an ID token unless its identity provider is set up otherwise. */
export const STS_AUDIENCE = 'sts.amazonaws.com'
/** How long the role is assumed for, in s: the least that STS gives. */
const SESSION_SECONDS = 900

/** Host names by the beginning of the region's name; what is not listed is `amazonaws.com`. Source: AWS SDK endpoint rules. */
const DOMAINS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-|^eu-isof-/, 'csp.hci.ic.gov'],
  [/^eusc-/, 'amazonaws.eu'],
]

/** Codes by which AWS means "later", with any HTTP status. Source: AWS SDK, retry classification. */
const LATER = new Set([
  'BandwidthLimitExceeded',
  'IDPCommunicationError',
  'InternalFailure',
  'InternalServiceError',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
])

/** Codes by which AWS refuses the time of a signature. */
const SKEWED = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture', 'RequestExpired'])
const SKEWED_TEXT = /signature expired|signature not yet current/i

/**
 * The regional endpoint of an AWS service; `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` override it (AWS SDKs
 * and Tools Reference Guide, "Service-specific endpoints").
 *
 * @param service as in the host name: `sts`, `secretsmanager`
 * @param variable as in the variable's name: `STS`, `SECRETS_MANAGER`
 * @throws ActionError `INVALID_INPUT` where the variable holds no HTTPS URL
 */
export function awsEndpoint(
  service: string,
  variable: string,
  region: string,
  environment: Environment,
): URL {
  for (const name of [`AWS_ENDPOINT_URL_${variable}`, 'AWS_ENDPOINT_URL']) {
    const value = environment[name]
    if (value !== undefined && value !== '') return endpointOverride(name, value)
  }
  const domain = DOMAINS.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com'
  return new URL(`https://${service}.${region}.${domain}/`)
}

/**
 * A URL from a variable of the environment: HTTPS, or HTTP to this machine.
 *
 * @throws ActionError `INVALID_INPUT`
 */
export function endpointOverride(name: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url
  throw new ActionError('INVALID_INPUT', `The environment variable ${name} is not an https URL.`, {
    hint: `Give it as in ${name}=https://endpoint.example.com, or do not set it.`,
  })
}

/** The credentials in the environment, or none. */
export function environmentCredentials(environment: Environment): AwsCredentials | undefined {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'] ?? ''
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'] ?? ''
  const sessionToken = environment['AWS_SESSION_TOKEN'] ?? ''
  if (accessKeyId === '' || secretAccessKey === '') return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) }
}

/** How to get AWS credentials: by the job's identity, or from the environment. */
export type CredentialSource =
  { readonly roleArn: string; readonly endpoint: URL } | { readonly credentials: AwsCredentials }

/**
 * Where the credentials come from: the role, or else the environment.
 *
 * @param roleInput the input that would name a role, for the error's text
 * @throws ActionError `NO_AWS_CREDENTIALS`, `INVALID_INPUT`
 */
export function credentialSource(
  roleArn: string | undefined,
  region: string,
  environment: Environment,
  roleInput: string,
): CredentialSource {
  if (roleArn !== undefined) return { roleArn, endpoint: awsEndpoint('sts', 'STS', region, environment) }
  const credentials = environmentCredentials(environment)
  if (credentials) return { credentials }
  throw new ActionError(
    'NO_AWS_CREDENTIALS',
    `There is no ${roleInput} and there are no AWS credentials in the environment.`,
    {
      hint: `Give ${roleInput}, e.g. arn:aws:iam::123456789012:role/github-actions, or run aws-actions/configure-aws-credentials in a step before.`,
    },
  )
}

/**
 * Credentials from their source: `AssumeRoleWithWebIdentity` for 900 s, unsigned (AWS STS API Reference).
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
export async function awsCredentials(source: CredentialSource, tools: Tools): Promise<AwsCredentials> {
  if ('credentials' in source) {
    tools.conceal(source.credentials.secretAccessKey)
    if (source.credentials.sessionToken !== undefined) tools.conceal(source.credentials.sessionToken)
    return source.credentials
  }
  return tools.send(assumeRole(source.roleArn, source.endpoint, tools))
}

function assumeRole(roleArn: string, endpoint: URL, tools: Tools): Call<AwsCredentials> {
  const service = 'AWS STS'
  return {
    service,
    method: 'POST',
    url: endpoint,
    audience: STS_AUDIENCE,
    prepare: async () => ({
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: sessionName(tools.environment),
        DurationSeconds: String(SESSION_SECONDS),
        WebIdentityToken: await tools.idToken(STS_AUDIENCE),
      }).toString(),
    }),
    judge: (answer) => {
      const judgement = judgeAws(answer)
      const hint = stsHint(awsError(answer), roleArn)
      return { ...judgement, ...(hint !== undefined && { hint }) }
    },
    read: (answer) => {
      const given = member(
        jsonObject(answer, service, endpoint),
        'AssumeRoleWithWebIdentityResponse',
        'AssumeRoleWithWebIdentityResult',
        'Credentials',
      )
      const text = (name: string): string => credential(member(given, name), name, service, tools.conceal)
      const expiration = member(given, 'Expiration')
      const expiresAt = new Date(typeof expiration === 'number' ? expiration * 1000 : String(expiration))
      return {
        // Not a secret, but as in the AWS tools it is masked all the same.
        accessKeyId: text('AccessKeyId'),
        secretAccessKey: text('SecretAccessKey'),
        sessionToken: text('SessionToken'),
        ...(!Number.isNaN(expiresAt.getTime()) && { expiresAt }),
      }
    },
  }
}

/** Code and message of an AWS error, in any of its forms: query API (JSON, XML), JSON API, gateways. */
export function awsError(answer: Answer): { code: string; message: string } {
  const { json, text } = answer
  const xml = (tag: string): string | undefined =>
    new RegExp(`<${tag}>([^<]{0,500})</${tag}>`).exec(text)?.[1]
  const type = answer.headers['x-amzn-errortype']
  const code = member(json, 'Error', 'Code') ?? member(json, '__type') ?? type ?? xml('Code')
  const message =
    member(json, 'Error', 'Message') ?? member(json, 'message') ?? member(json, 'Message') ?? xml('Message')
  return {
    // `namespace#Name:http://…` in the JSON protocols.
    code: typeof code === 'string' ? (code.split('#').at(-1)?.split(':')[0] ?? '') : '',
    message: typeof message === 'string' ? message : '',
  }
}

/** What an AWS service, or a gateway that checks signatures, means by an answer that is not 2xx. */
export function judgeAws(answer: Answer): Judgement {
  const { code, message } = awsError(answer)
  const requestId = member(answer.json, 'RequestId') ?? answer.headers['x-amzn-requestid']
  // The JWKS of the issuer could not be fetched: transient, under a code that is not.
  const keys = code === 'InvalidIdentityToken' && /couldn.t retrieve verification key/i.test(message)
  return {
    reason: code === '' ? message : message === '' ? code : `${code}: ${message}`,
    requestId,
    ...(LATER.has(code) ? { again: Infinity } : keys ? { again: 2 } : {}),
    ...((SKEWED.has(code) || SKEWED_TEXT.test(message)) && { skewed: true }),
  }
}

function stsHint({ code, message }: { code: string; message: string }, roleArn: string): string | undefined {
  switch (code) {
    case 'AccessDenied':
      return `Either the role ${roleArn} does not exist, or its trust policy does not accept this job: compare its conditions on token.actions.githubusercontent.com:sub and :aud with the claims of the ID token.`
    case 'InvalidIdentityToken':
      return /audience/i.test(message)
        ? `The audience was ${STS_AUDIENCE}: add it to the IAM identity provider of that account.`
        : 'Check that the account has an IAM identity provider for token.actions.githubusercontent.com.'
    case 'RegionDisabledException':
      return 'Switch STS on for that region in the account, or give another region.'
    default:
      return undefined
  }
}

/** Who assumed the role, for CloudTrail: run and repository, in the characters and the 64 that STS allows. */
function sessionName(environment: Environment): string {
  const name = `${environment['GITHUB_RUN_ID'] ?? 'run'}@${environment['GITHUB_REPOSITORY'] ?? 'github-actions'}`
  return name.replace(/[^\w+=,.@-]/g, '.').slice(0, 64)
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
