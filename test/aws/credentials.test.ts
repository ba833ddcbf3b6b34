import { STATUS_CODES } from 'node:http'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { STSClient } from '@aws-sdk/client-sts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  awsCredentials,
  credentialSource,
  readCredentialSource,
  type CredentialSource,
} from '../../src/aws/credentials.ts'
import { explainSts } from '../../src/aws/refusal.ts'
import { awsEndpoint } from '../../src/aws/endpoint.ts'
import { judgeAws } from '../../src/aws/errors.ts'
import { ActionError } from '../../src/errors.ts'
import type { Claims, Environment, Tools } from '../../src/exchange.ts'
import type { Answer } from '../../src/http/answer.ts'
import type { Call } from '../../src/http/call.ts'
import { readInputs, type Inputs } from '../../src/inputs/inputs.ts'

const ROLE = 'arn:aws:iam::123456789012:role/ci/github-actions'
const ISSUER = 'https://token.actions.githubusercontent.com'
const STS = new URL('https://sts.eu-central-1.amazonaws.com/')

const inputsOf = (given: Readonly<Record<string, string>> = {}): Inputs =>
  readInputs((name) => given[name] ?? '')

/** The problems that were noted, or none. */
function problemsOf(inputs: Inputs): string {
  try {
    inputs.check()
    return ''
  } catch (error) {
    return (error as ActionError).message
  }
}

/** One or more of each partition. */
const REGIONS = [
  'us-east-1',
  'eu-central-1',
  'ap-southeast-5',
  'us-gov-west-1',
  'us-gov-east-1',
  'cn-north-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
]
const { endpointProvider: stsEndpoint } = new STSClient({ region: 'eu-central-1' }).config
const { endpointProvider: secretsEndpoint } = new SecretsManagerClient({ region: 'eu-central-1' }).config

describe('the endpoint', () => {
  const own = 'https://own.example/path'
  const all = 'https://all.example/'
  test.each<[string, Environment, string]>([
    ['of its own', { AWS_ENDPOINT_URL_SECRETS_MANAGER: own }, own],
    ['for all', { AWS_ENDPOINT_URL: all }, all],
    ['of its own before that for all', { AWS_ENDPOINT_URL_SECRETS_MANAGER: own, AWS_ENDPOINT_URL: all }, own],
    ['of its own that is empty', { AWS_ENDPOINT_URL_SECRETS_MANAGER: '', AWS_ENDPOINT_URL: all }, all],
    [
      'of another service',
      { AWS_ENDPOINT_URL_STS: own },
      'https://secretsmanager.eu-central-1.amazonaws.com/',
    ],
    ['on this machine', { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, 'http://127.0.0.1:4566/'],
  ])('follows a variable %s', (_what, environment, href) => {
    const inputs = inputsOf()
    expect(awsEndpoint(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', 'eu-central-1').href).toBe(
      href,
    )
    expect(problemsOf(inputs)).toBe('')
  })

  test.each<[Environment, string]>([
    [{ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL: all }, 'secretsmanager.eu-central-1'],
    [
      { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True', AWS_ENDPOINT_URL_SECRETS_MANAGER: 'ftp://x' },
      'secretsmanager.eu-central-1',
    ],
    [
      { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL: all, AWS_USE_FIPS_ENDPOINT: 'true' },
      'secretsmanager-fips.eu-central-1',
    ],
  ])('follows no variable where that is switched off: %j', (environment, host) => {
    const inputs = inputsOf()
    const url = awsEndpoint(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', 'eu-central-1')
    expect(url.href).toBe(`https://${host}.amazonaws.com/`)
    expect(problemsOf(inputs)).toBe('')
  })

  test.each(['false', '', '1'])(
    'follows a variable where AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is "%s"',
    (value) => {
      const environment = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: value, AWS_ENDPOINT_URL: all }
      expect(awsEndpoint(inputsOf(), environment, 'sts', 'STS', 'eu-central-1').href).toBe(all)
    },
  )

  test.each(REGIONS.flatMap((region) => [false, true].map((fips) => [region, fips] as const)))(
    "in %s, with FIPS %s, is that of AWS's SDK",
    (Region, UseFIPS) => {
      const environment = { AWS_USE_FIPS_ENDPOINT: String(UseFIPS) }
      const params = { Region, UseFIPS, UseDualStack: false }
      expect(awsEndpoint(inputsOf(), environment, 'sts', 'STS', Region).href).toBe(
        stsEndpoint({ ...params, UseGlobalEndpoint: false }).url.href,
      )
      expect(awsEndpoint(inputsOf(), environment, 'secretsmanager', 'SECRETS_MANAGER', Region).href).toBe(
        secretsEndpoint(params).url.href,
      )
    },
  )

  test.each(['http://sts.example', 'sts.example', 'https://user:password@sts.example', 'ftp://sts.example'])(
    'is not taken from a variable that holds %s',
    (value) => {
      const inputs = inputsOf()
      awsEndpoint(inputs, { AWS_ENDPOINT_URL_STS: value }, 'sts', 'STS', 'eu-central-1')
      expect(problemsOf(inputs)).toMatch(
        /\n- AWS_ENDPOINT_URL_STS must .*; for example: https:\/\/sts\.eu-central-1\.amazonaws\.com\/$/,
      )
      expect(problemsOf(inputs)).not.toContain('password@')
    },
  )
})

describe('the source of the credentials', () => {
  const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret-key' }

  test.each([
    ['eu-central-1', '', 'sts.amazonaws.com'],
    ['cn-north-1', '', 'sts.amazonaws.com.cn'],
    ['cn-north-1', 'sts.amazonaws.com', 'sts.amazonaws.com'],
    ['us-gov-west-1', 'own audience', 'own audience'],
  ])('in %s with the audience "%s" is a role for %s', (region, audience, expected) => {
    const inputs = inputsOf({ 'role-arn': ROLE, audience })
    expect(readCredentialSource(inputs, {}, region)).toMatchObject({ audience: expected })
  })

  test('is the role where one is given, also beside credentials', () => {
    const source = readCredentialSource(inputsOf({ 'role-arn': ROLE }), KEYS, 'eu-central-1')
    expect(source).toEqual(SOURCE)
  })

  test.each<[Environment, object]>([
    [{}, {}],
    [{ AWS_SESSION_TOKEN: '' }, {}],
    [{ AWS_SESSION_TOKEN: 'not-a-token\n' }, { sessionToken: 'not-a-token' }],
    [
      { AWS_CREDENTIAL_EXPIRATION: '2026-11-21T08:00:00+00:00' },
      { expiresAt: new Date('2026-11-21T08:00:00Z') },
    ],
  ])('is the environment otherwise, with %j', (more, credentials) => {
    expect(readCredentialSource(inputsOf(), { ...KEYS, ...more }, 'eu-central-1')).toEqual({
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret-key', ...credentials },
    })
  })

  test.each<[Environment]>([
    [{}],
    [{ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' }],
    [{ AWS_SECRET_ACCESS_KEY: 'not-a-secret-key' }],
    [{ ...KEYS, AWS_ACCESS_KEY_ID: '' }],
    [{ ...KEYS, AWS_SECRET_ACCESS_KEY: ' ' }],
  ])('is none with %j', (environment) => {
    expect(() =>
      credentialSource(inputsOf(), environment, undefined, 'eu-central-1', 'auth.roleArn'),
    ).toThrow(
      expect.objectContaining({
        code: 'NO_AWS_CREDENTIALS',
        message:
          'The request cannot be signed for AWS: auth.roleArn is not set, and the environment has no AWS credentials.',
      }) as Error,
    )
  })

  test('is not missed before other problems are told', () => {
    const inputs = inputsOf()
    inputs.problem('port', 'is wrong', '5432')
    expect(() => readCredentialSource(inputs, {}, '')).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }) as Error,
    )
  })

  test.each([
    'arn:aws:iam::123456789012:role/x',
    'arn:aws-cn:iam::123456789012:role/path/to/x@y',
    'arn:aws-us-gov:iam::123456789012:role/x',
    'arn:aws-iso-b:iam::123456789012:role/x',
  ])('may be %s', (role) => {
    const inputs = inputsOf({ 'role-arn': role })
    readCredentialSource(inputs, {}, 'eu-central-1')
    expect(problemsOf(inputs)).toBe('')
  })

  test.each([
    'github-actions',
    '123456789012',
    'arn:aws:iam::1234:role/x',
    'arn:aws:iam::123456789012:user/x',
  ])('is no role %s', (role) => {
    const inputs = inputsOf({ 'role-arn': role })
    readCredentialSource(inputs, KEYS, 'eu-central-1')
    expect(problemsOf(inputs)).toContain(
      `\n- role-arn must be the ARN of a role, not "${role}"; for example: `,
    )
  })
})

/** An answer of a server. A text as body is sent as it is. */
function answer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, text, json: typeof body === 'string' ? undefined : (JSON.parse(text) as unknown) }
}

/** What an exchange may use, with `reply` in place of the network. */
function toolsFor(
  environment: Environment,
  reply: (call: Call<unknown>) => Promise<unknown>,
): { tools: Tools; concealed: string[]; audiences: string[] } {
  const concealed: string[] = []
  const audiences: string[] = []
  const tools: Tools = {
    environment,
    idToken: (audience) => {
      audiences.push(audience)
      return Promise.resolve('a.b.c')
    },
    send: <T>(call: Call<T>) => reply(call) as Promise<T>,
    conceal: (secret) => concealed.push(secret),
    connectEarly: () => undefined,
    takeBack: () => undefined,
    now: () => 0,
  }
  return { tools, concealed, audiences }
}

const SOURCE: CredentialSource = { roleArn: ROLE, endpoint: STS, audience: 'sts.amazonaws.com' }

describe('a role is assumed', () => {
  /** The form that is sent. */
  async function formFor(environment: Environment): Promise<URLSearchParams> {
    let form = new URLSearchParams()
    const { tools } = toolsFor(environment, async (call) => {
      form = new URLSearchParams((await call.prepare(0)).body)
    })
    await awsCredentials(SOURCE, tools)
    return form
  }

  test('for 900 s, by a form without a credential but the ID token', async () => {
    let call: Call<unknown> | undefined
    const { tools, audiences } = toolsFor(
      { GITHUB_RUN_ID: '42', GITHUB_REPOSITORY: 'octo-org/workflows' },
      (sent) => Promise.resolve((call = sent)),
    )
    await awsCredentials(SOURCE, tools)
    expect(call).toMatchObject({ method: 'POST', url: STS, audience: 'sts.amazonaws.com' })
    const { headers, body } = await call!.prepare(0)
    expect(headers).toEqual({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    })
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: '42@octo-org.workflows',
      DurationSeconds: '900',
      WebIdentityToken: 'a.b.c',
    })
    expect(audiences).toEqual(['sts.amazonaws.com'])
  })

  test('under a name that STS takes, whatever the run is called', async () => {
    const text = fc.oneof(
      fc.constant(undefined),
      fc.string({ unit: 'binary', maxLength: 100, size: 'max' }),
      fc.stringMatching(/^[\w.-]{1,39}\/[\w.-]{1,100}$/, { size: 'max' }),
    )
    await fc.assert(
      fc.asyncProperty(text, text, async (run, repository) => {
        const form = await formFor({ GITHUB_RUN_ID: run, GITHUB_REPOSITORY: repository })
        expect(form.get('RoleSessionName')).toMatch(/^[\w+=,.@-]{2,64}$/)
      }),
    )
    const form = await formFor({ GITHUB_RUN_ID: '', GITHUB_REPOSITORY: '' })
    expect(form.get('RoleSessionName')).toBe('run@github-actions')
  })

  /** The credentials that an answer of STS gives. */
  async function given(credentials: object): Promise<{ read: unknown; concealed: string[] }> {
    const body = {
      AssumeRoleWithWebIdentityResponse: {
        AssumeRoleWithWebIdentityResult: { Credentials: credentials },
      },
    }
    const { tools, concealed } = toolsFor({}, (call) => Promise.resolve(call.read(answer(200, body))))
    return { read: await awsCredentials(SOURCE, tools), concealed }
  }
  const KEYS = {
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: 'not-a-secret-key',
    SessionToken: 'not-a-token',
  }

  test.each<[unknown, Date | undefined]>([
    [1_795_300_000, new Date(1_795_300_000_000)],
    [1.7953e9, new Date(1_795_300_000_000)],
    [JSON.parse('1.7953E9'), new Date(1_795_300_000_000)],
    ['2026-11-21T08:00:00Z', new Date('2026-11-21T08:00:00Z')],
    [undefined, undefined],
    ['soon', undefined],
  ])('and ends when STS says: %j', async (Expiration, expiresAt) => {
    const { read, concealed } = await given({ ...KEYS, Expiration })
    expect(read).toEqual({
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: 'not-a-secret-key',
      sessionToken: 'not-a-token',
      ...(expiresAt && { expiresAt }),
    })
    expect(concealed).toEqual(['ASIAEXAMPLE', 'not-a-secret-key', 'not-a-token'])
  })

  test.each(Object.keys(KEYS))('only with %s in the answer', async (name) => {
    await expect(given({ ...KEYS, [name]: undefined })).rejects.toThrow(
      `The ${name} in the answer of AWS STS is missing.`,
    )
  })

  test('not where the environment has credentials, which are masked', async () => {
    const { tools, concealed } = toolsFor({}, () => Promise.reject(new Error('nothing is sent')))
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret-key' }
    expect(await awsCredentials({ credentials }, tools)).toBe(credentials)
    await awsCredentials({ credentials: { ...credentials, sessionToken: 'not-a-token' } }, tools)
    expect(concealed).toEqual(['not-a-secret-key', 'not-a-secret-key', 'not-a-token'])
  })
})

describe('an error', () => {
  const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
  test.each<[string, Answer, string, string | undefined]>([
    [
      'in JSON of the query API',
      answer(403, { Error: { Code: 'AccessDenied', Message: DENIED, Type: 'Sender' }, RequestId: 'r-1' }),
      `AccessDenied: ${DENIED}`,
      'r-1',
    ],
    [
      'in XML',
      answer(
        403,
        `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n<Error><Type>Sender</Type>\n<Code>AccessDenied</Code><Message>${DENIED}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>`,
        { 'x-amzn-requestid': 'r-2' },
      ),
      `AccessDenied: ${DENIED}`,
      'r-2',
    ],
    [
      'of a JSON API, with a namespace',
      answer(400, { __type: 'com.amazonaws.secretsmanager#ResourceNotFoundException', Message: 'No.' }),
      'ResourceNotFoundException: No.',
      undefined,
    ],
    [
      'named by a header, with an address',
      answer(
        403,
        { message: 'No.' },
        { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/' },
      ),
      'AccessDeniedException: No.',
      undefined,
    ],
    ['without a message', answer(400, { __type: 'DecryptionFailure' }), 'DecryptionFailure', undefined],
    ['of a gateway, without a code', answer(403, { Message: 'Forbidden' }), 'Forbidden', undefined],
    [
      'of VPC Lattice, in plain text',
      answer(403, 'AccessDeniedException: User: anonymous is not authorized\nmore'),
      'AccessDeniedException: User: anonymous is not authorized',
      undefined,
    ],
    ['of something else', answer(502, '<html><title>Bad Gateway</title></html>'), '', undefined],
    ['that is odd', answer(400, { Error: { Code: 1, Message: [] }, __type: {} }), '', undefined],
  ])('%s is read', (_what, refused, reason, requestId) => {
    expect(judgeAws(refused)).toEqual({ reason, requestId })
  })

  test.each<[string, string, number | undefined]>([
    ['BandwidthLimitExceeded', '', Infinity],
    ['IDPCommunicationError', '', Infinity],
    ['InternalFailure', '', Infinity],
    ['InternalServiceError', '', Infinity],
    ['LimitExceededException', '', Infinity],
    ['PriorRequestNotComplete', '', Infinity],
    ['ProvisionedThroughputExceededException', '', Infinity],
    ['RequestLimitExceeded', '', Infinity],
    ['RequestThrottled', '', Infinity],
    ['RequestThrottledException', '', Infinity],
    ['RequestTimeout', '', Infinity],
    ['RequestTimeoutException', '', Infinity],
    ['ServiceUnavailable', '', Infinity],
    ['SlowDown', '', Infinity],
    ['ThrottledException', '', Infinity],
    ['Throttling', 'Rate exceeded', Infinity],
    ['ThrottlingException', 'Rate exceeded', Infinity],
    ['TooManyRequestsException', '', Infinity],
    ['TransactionInProgressException', '', Infinity],
    ['InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider", 2],
    ['InvalidIdentityToken', 'Incorrect token audience', undefined],
    ['InvalidIdentityToken', 'No OpenIDConnect provider found in your account for https://x', undefined],
    ['ExpiredTokenException', '', undefined],
    ['IDPRejectedClaim', '', undefined],
    ['AccessDenied', '', undefined],
    ['RegionDisabledException', '', undefined],
    ['ValidationError', '', undefined],
    ['toString', '', undefined],
  ])('%s (%s) is tried again: %s times', (Code, Message, again) => {
    for (const status of [400, 403]) {
      expect(judgeAws(answer(status, { Error: { Code, Message } })).again).toBe(again)
    }
  })

  test.each<[string, string, boolean | undefined]>([
    ['InvalidSignatureException', 'Signature expired: 20261121T080000Z is now earlier than …', true],
    ['InvalidSignatureException', 'Signature not yet current: 20261121T080000Z is still later than …', true],
    ['RequestTimeTooSkewed', '', true],
    ['RequestExpired', '', true],
    ['RequestInTheFuture', '', true],
    ['InvalidSignatureException', 'The request signature we calculated does not match', undefined],
    ['ExpiredTokenException', 'The security token included in the request is expired', undefined],
  ])('%s (%s) tells of the clock: %s', (__type, message, skewed) => {
    expect(judgeAws(answer(403, { __type, message })).skewed).toBe(skewed)
  })
})

describe('what to change', () => {
  const subject = 'repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main'
  const claims: Claims = { iss: ISSUER, sub: subject, aud: 'sts.amazonaws.com' }

  function explained(
    reason: string,
    more: { claims?: Claims | undefined; source?: CredentialSource; service?: string; status?: number } = {},
  ): ReturnType<typeof explainSts> {
    const { status = 400, service = 'AWS STS', source = SOURCE } = more
    const refused = { service, status, reason }
    const error = new ActionError('DENIED', STATUS_CODES[status] ?? '', { refused })
    return explainSts(source, error, 'claims' in more ? more.claims : claims)
  }

  test('where the trust policy does not accept the job: its conditions, and a policy that does', () => {
    const { hint, advice, paste } = explained('AccessDenied: Not authorized', { status: 403 })
    expect(hint).toBe(
      `Either the role "${ROLE}" does not exist, or its trust policy does not accept this job; AWS does not say which. The subject (sub) of the ID token was "${subject}", its audience (aud) was "sts.amazonaws.com": change the conditions on token.actions.githubusercontent.com:sub and token.actions.githubusercontent.com:aud so that they match. The subject has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.`,
    )
    expect(advice).toBe(`With this trust policy, the role "${ROLE}" accepts this run:`)
    expect(JSON.parse(paste![0]!.content)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: {
            Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
          },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': subject,
            },
          },
        },
      ],
    })
  })

  test('for a subject of the older form, without a word about the other', () => {
    const { hint } = explained('AccessDenied: x', {
      claims: { ...claims, sub: 'repo:octo-org/workflows:environment:production' },
    })
    expect(hint).toContain('was "repo:octo-org/workflows:environment:production", its')
    expect(hint).not.toContain('immutable')
  })

  test('for a subject that does not name the repository, bound to the repository as well', () => {
    const customized = { ...claims, sub: 'environment:production', repository_id: '216219028' }
    const { paste } = explained('AccessDenied: x', { claims: customized })
    expect(paste?.[0]?.content).toContain(
      '"StringEquals": {\n          "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",\n          "token.actions.githubusercontent.com:sub": "environment:production",\n          "token.actions.githubusercontent.com:repository_id": "216219028"\n        }',
    )
    expect(explained('AccessDenied: x').paste?.[0]?.content).not.toContain('repository_id')
    for (const less of [
      { ...customized, repository_id: undefined },
      { ...customized, iss: 'https://github.example.com/_services/token' },
    ]) {
      const { hint, ...more } = explained('AccessDenied: x', { claims: less })
      expect(hint).toContain('was "environment:production", its')
      expect(more).toEqual({})
    }
  })

  test('for a subject in which IAM would put values of its own, without a policy', () => {
    const sub = 'repo:octo-org/workflows:environment:${aws:userid}'
    const { hint, ...more } = explained('AccessDenied: x', { claims: { ...claims, sub } })
    expect(hint).toContain(`was "${sub}", its`)
    expect(more).toEqual({})
  })

  test('without claims that must not be shown', () => {
    const { hint, paste } = explained('AccessDenied: x', { claims: undefined })
    expect(hint).toContain('The subject (sub) of the ID token was another one, ')
    expect(paste).toBeUndefined()
  })

  test('for another partition and another issuer', () => {
    const source = {
      ...SOURCE,
      roleArn: 'arn:aws-cn:iam::210987654321:role/x',
      audience: 'sts.amazonaws.com.cn',
    }
    const iss = 'https://github.example.com/_services/token'
    const { paste, hint } = explained('AccessDenied: x', { source, claims: { ...claims, iss } })
    expect(paste?.[0]?.content).toContain(
      '"arn:aws-cn:iam::210987654321:oidc-provider/github.example.com/_services/token"',
    )
    expect(paste?.[0]?.content).toContain('"github.example.com/_services/token:aud": "sts.amazonaws.com.cn"')
    expect(hint).toContain('github.example.com/_services/token:sub')
    expect(hint).toContain('its audience (aud) was "sts.amazonaws.com.cn":')
  })

  const provider = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'
  test.each<[string, string]>([
    [
      'InvalidIdentityToken: Incorrect token audience',
      `The audience of the ID token was "sts.amazonaws.com": add it to the audiences (client ids) of the IAM identity provider "${provider}".`,
    ],
    [
      `InvalidIdentityToken: No OpenIDConnect provider found in your account for ${ISSUER}`,
      `Check that there is an IAM identity provider "${provider}": with the URL ${ISSUER} and the audience "sts.amazonaws.com".`,
    ],
    [
      "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider",
      `AWS could not fetch the keys of GitHub's ID tokens: ${ISSUER} must be reachable from the internet.`,
    ],
    [
      'IDPCommunicationError',
      `AWS could not fetch the keys of GitHub's ID tokens: ${ISSUER} must be reachable from the internet.`,
    ],
    [
      'RegionDisabledException: STS is not activated in this region',
      'Enable STS for that region in the account, or set another region.',
    ],
  ])('%s', (reason, hint) => {
    expect(explained(reason)).toEqual({ hint })
  })

  test('nothing where the code is not known, or not that of STS', () => {
    expect(explained('ValidationError: x')).toEqual({})
    expect(explained('')).toEqual({})
    expect(explained('AccessDenied: x', { service: 'the app server' })).toEqual({})
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret-key' }
    expect(explained('AccessDenied: x', { source: { credentials } })).toEqual({})
  })
})
