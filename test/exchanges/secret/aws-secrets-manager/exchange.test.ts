import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { environmentOf, ROLE_ARN } from '../../../../dev/fakes/aws-account.ts'
import { fault } from '../../../../dev/fakes/faults.ts'
import { NAME, SECRET_ARN } from '../../../../dev/systems/secret/aws-secrets-manager.ts'
import { PAGE } from '../../in-process.ts'
import { open, openWith, refusal, run } from './fixture.ts'

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
    expect(request).toMatchObject({ method: 'POST', path: '/', body: `{"SecretId":"${NAME}"}`, answered: 200 })
    expect(request!.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
      authorization: expect.stringContaining('/eu-central-1/secretsmanager/aws4_request, SignedHeaders=') as string,
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
  const value = { password: 'not-a-password', port: 5432, tls: { mode: 'verify-full' }, 'a b': 'x::y', none: null }

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

  test.each(['passwort', 'toString', '__proto__'])(
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
      expect([...ran.errors, ...ran.infos, ...ran.group, ran.summary].join('\n')).not.toContain('not-a-password')
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

  test('endpoints that are not safe are refused', async () => {
    const env = { AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://aws.example', AWS_ENDPOINT_URL_STS: 'sts' }
    const text = await refusal(open(), { env })
    expect(text).toContain('\n- AWS_ENDPOINT_URL_SECRETS_MANAGER must begin with https://')
    expect(text).toContain('\n- AWS_ENDPOINT_URL_STS must be a URL')
  })
})
