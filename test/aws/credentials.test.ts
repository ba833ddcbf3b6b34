import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { awsCredentials, credentialSource, readCredentialSource } from '../../src/aws/credentials.ts'
import type { Environment, Tools } from '../../src/exchange.ts'
import type { Call } from '../../src/http/call.ts'
import { inputsOf, problemsOf } from '../inputs/fixture.ts'
import { answer } from '../http/fixture.ts'
import { ROLE, SOURCE, STS } from './fixture.ts'

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

  test('is the role if one is given, even if there are credentials too', () => {
    const source = readCredentialSource(inputsOf({ 'role-arn': ROLE }), KEYS, 'eu-central-1')
    expect(source).toEqual(SOURCE)
  })

  test.each<[Environment, object]>([
    [{}, {}],
    [{ AWS_SESSION_TOKEN: '' }, {}],
    [{ AWS_SESSION_TOKEN: 'not-a-token\n' }, { sessionToken: 'not-a-token' }],
    [{ AWS_CREDENTIAL_EXPIRATION: '2026-11-21T08:00:00+00:00' }, { expiresAt: new Date('2026-11-21T08:00:00Z') }],
  ])('is the environment otherwise, with %j', (more, credentials) => {
    expect(readCredentialSource(inputsOf(), { ...KEYS, ...more }, 'eu-central-1')).toEqual({
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret-key', ...credentials },
    })
  })

  test.each<[Environment]>([
    [{}],
    [{ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' }],
    [{ AWS_SECRET_ACCESS_KEY: 'not-a-secret-key' }],
    [{ ...KEYS, AWS_SECRET_ACCESS_KEY: ' ' }],
  ])('is none with %j', (environment) => {
    expect(() => credentialSource(inputsOf(), environment, undefined, 'eu-central-1', 'auth.roleArn')).toThrow(
      expect.objectContaining({
        code: 'NO_AWS_CREDENTIALS',
        text: 'The request cannot be signed for AWS: auth.roleArn is not set, and the environment has no AWS credentials. Set auth.roleArn, for example arn:aws:iam::123456789012:role/github-actions, or run aws-actions/configure-aws-credentials in an earlier step.',
      }) as Error,
    )
  })

  test.each<[string, string]>([
    ['AWS_SESSION_TOKEN', 'not-a-token\nof-two-lines'],
    ['AWS_ACCESS_KEY_ID', 'AKID\tEXAMPLE'],
    ['AWS_SECRET_ACCESS_KEY', 'not-a-secret-key\u2028x'],
  ])('is no environment whose %s fits into no header, and it is not repeated: %j', (name, value) => {
    const inputs = inputsOf()
    credentialSource(inputs, { ...KEYS, [name]: value }, undefined, 'eu-central-1', 'auth.roleArn')
    expect(problemsOf(inputs)).toEqual([
      expect.stringMatching(new RegExp(`^${name} must be one printable line; for example: [a-z -]+$`)),
    ])
  })

  test('is not reported as missing before other problems are', () => {
    const inputs = inputsOf()
    inputs.problem('port', 'is wrong', '5432')
    expect(() => readCredentialSource(inputs, {}, '')).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }) as Error,
    )
  })

  test.each(['arn:aws-cn:iam::123456789012:role/path/to/x@y', 'arn:aws-iso-b:iam::123456789012:role/x'])(
    'may be %s',
    (role) => {
      const inputs = inputsOf({ 'role-arn': role })
      readCredentialSource(inputs, {}, 'eu-central-1')
      expect(problemsOf(inputs)).toEqual([])
    },
  )

  test.each(['github-actions', '123456789012', 'arn:aws:iam::1234:role/x', 'arn:aws:iam::123456789012:user/x'])(
    'is no role %s',
    (role) => {
      const inputs = inputsOf({ 'role-arn': role })
      readCredentialSource(inputs, KEYS, 'eu-central-1')
      expect(problemsOf(inputs)[0]).toContain(`role-arn must be the ARN of a role, not "${role}"; for example: `)
    },
  )
})

/** What an exchange may use, with `reply` in place of the network. */
function toolsFor(
  environment: Environment,
  reply: (call: Call<unknown>) => Promise<unknown>,
): { tools: Tools; masked: string[]; audiences: string[] } {
  const masked: string[] = []
  const audiences: string[] = []
  const tools: Tools = {
    environment,
    idToken: (audience) => {
      audiences.push(audience)
      return Promise.resolve('a.b.c')
    },
    send: <T>(call: Call<T>) => reply(call) as Promise<T>,
    mask: (secret) => masked.push(secret),
    revokeAtEnd: () => undefined,
    now: () => 0,
  }
  return { tools, masked, audiences }
}

describe('a role is assumed', () => {
  /** The form that is sent. */
  async function formFor(environment: Environment): Promise<URLSearchParams> {
    let form = new URLSearchParams()
    const { tools } = toolsFor(environment, async (call) => {
      form = new URLSearchParams((await call.prepare(() => 0)).body)
    })
    await awsCredentials(SOURCE, tools)
    return form
  }

  test('for 900 s, by a form without a credential but the ID token', async () => {
    let call: Call<unknown> | undefined
    const { tools, audiences } = toolsFor({ GITHUB_RUN_ID: '42', GITHUB_REPOSITORY: 'octo-org/workflows' }, (sent) =>
      Promise.resolve((call = sent)),
    )
    await awsCredentials(SOURCE, tools)
    expect(call).toMatchObject({ method: 'POST', url: STS, audience: 'sts.amazonaws.com' })
    const { headers, body } = await call!.prepare(() => 0)
    expect(headers).toEqual({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' })
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
  async function given(credentials: object): Promise<{ read: unknown; masked: string[] }> {
    const body = {
      AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials: credentials } },
    }
    const { tools, masked } = toolsFor({}, (call) => Promise.resolve(call.read(answer(200, body))))
    return { read: await awsCredentials(SOURCE, tools), masked }
  }
  const KEYS = { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 'not-a-secret-key', SessionToken: 'not-a-token' }

  test.each<[unknown, Date | undefined]>([
    [1_795_300_000, new Date(1_795_300_000_000)],
    [JSON.parse('1.7953E9'), new Date(1_795_300_000_000)],
    ['2026-11-21T08:00:00Z', new Date('2026-11-21T08:00:00Z')],
    [undefined, undefined],
  ])('and ends when STS says: %j', async (Expiration, expiresAt) => {
    const { read, masked } = await given({ ...KEYS, Expiration })
    expect(read).toEqual({
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: 'not-a-secret-key',
      sessionToken: 'not-a-token',
      ...(expiresAt && { expiresAt }),
    })
    expect(masked).toEqual(['ASIAEXAMPLE', 'not-a-secret-key', 'not-a-token'])
  })

  test.each(Object.keys(KEYS))('only with %s in the answer', async (name) => {
    await expect(given({ ...KEYS, [name]: undefined })).rejects.toThrow(
      `The ${name} in the answer of AWS STS is missing.`,
    )
  })

  test('not where the environment has credentials, which are masked', async () => {
    const { tools, masked } = toolsFor({}, () => Promise.reject(new Error('nothing is sent')))
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret-key' }
    expect(await awsCredentials({ credentials }, tools)).toBe(credentials)
    await awsCredentials({ credentials: { ...credentials, sessionToken: 'not-a-token' } }, tools)
    expect(masked).toEqual(['not-a-secret-key', 'not-a-secret-key', 'not-a-token'])
  })
})
