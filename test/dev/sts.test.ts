import { describe, expect, test } from 'vitest'
import { createSts, stsError, type Sts } from '../../dev/fakes/sts.ts'
import { ask, jsonOf, setStage, textOf, without, type Stage } from './fakes.ts'

const ROLE = 'arn:aws:iam::123456789012:role/ci/github-actions'
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }

interface Scene extends Stage {
  readonly sts: Sts
  readonly fields: Record<string, string>
}

async function setScene(subjects = ['repo:octo-org@*/workflows@*:ref:refs/heads/main']): Promise<Scene> {
  const stage = await setStage()
  const sts = createSts({ ...stage, verify: stage.issuer.verify, roles: { [ROLE]: { subjects } } })
  const fields = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'run-1@octo-org',
    WebIdentityToken: await stage.issuer.mint('sts.amazonaws.com'),
    DurationSeconds: '900',
  }
  return { ...stage, sts, fields }
}

function call(sts: Sts, fields: Record<string, string>, headers: Record<string, string> = FORM) {
  return ask(
    sts.handler,
    'POST',
    'https://sts.eu-central-1.amazonaws.com/',
    headers,
    new URLSearchParams(fields).toString(),
  )
}

interface Credentials {
  AccessKeyId: string
  SecretAccessKey: string
  SessionToken: string
  Expiration: number
}

test('a role is assumed, answered in JSON', async () => {
  const { sts, fields, now, secrets } = await setScene()
  const reply = await call(sts, fields)
  expect(reply.status).toBe(200)
  const { AssumeRoleWithWebIdentityResult: result } = jsonOf(reply)['AssumeRoleWithWebIdentityResponse'] as {
    AssumeRoleWithWebIdentityResult: { Credentials: Credentials; AssumedRoleUser: { Arn: string } }
  }
  expect(result.AssumedRoleUser.Arn).toBe(
    'arn:aws:sts::123456789012:assumed-role/github-actions/run-1@octo-org',
  )
  expect(result.Credentials.Expiration).toBe(now() / 1_000 + 900)
  expect(sts.credentials(result.Credentials.AccessKeyId)).toEqual({
    accessKeyId: result.Credentials.AccessKeyId,
    secretAccessKey: result.Credentials.SecretAccessKey,
    sessionToken: result.Credentials.SessionToken,
    expiresAt: now() + 900_000,
  })
  expect(secrets.slice(-2).map(({ value }) => value)).toEqual([
    result.Credentials.SecretAccessKey,
    result.Credentials.SessionToken,
  ])
  expect(sts.sessions[0]).toMatchObject({ role: ROLE, name: 'run-1@octo-org', duration: 900 })
})

test('a role is assumed, answered in XML unless JSON is asked for', async () => {
  const { sts, fields } = await setScene()
  const reply = await call(sts, fields, { 'content-type': FORM['content-type'] })
  expect(reply.headers?.['content-type']).toBe('text/xml')
  expect(textOf(reply)).toContain(`<SessionToken>${sts.sessions[0]!.keys.sessionToken!}</SessionToken>`)
  expect(textOf(reply)).toContain('<Expiration>2026-11-21T12:15:00.000Z</Expiration>')
})

describe('refuses', () => {
  test.each<[string, Record<string, string>, number, string]>([
    ['another action', { Action: 'AssumeRole' }, 400, 'InvalidAction'],
    ['another version', { Version: '2012-01-01' }, 400, 'InvalidAction'],
    ['an unknown field', { Tags: 'x' }, 400, 'MalformedInput'],
    ['a bad session name', { RoleSessionName: 'octo-org/workflows' }, 400, 'ValidationError'],
    ['a long session name', { RoleSessionName: 'x'.repeat(65) }, 400, 'ValidationError'],
    ['a malformed role', { RoleArn: 'arn:aws:iam::1:role/x-and-more' }, 400, 'ValidationError'],
    ['a short duration', { DurationSeconds: '899' }, 400, 'ValidationError'],
    ['a duration beyond the role', { DurationSeconds: '3601' }, 400, 'ValidationError'],
    ['a provider', { ProviderId: 'graph.example' }, 400, 'ValidationError'],
    ['another role', { RoleArn: `${ROLE}-2` }, 403, 'AccessDenied'],
    ['no JWT', { WebIdentityToken: 'nonsense' }, 400, 'InvalidIdentityToken'],
  ])('%s', async (_, change, status, code) => {
    const { sts, fields } = await setScene()
    const reply = await call(sts, { ...fields, ...change })
    expect(reply.status).toBe(status)
    expect(jsonOf(reply)).toMatchObject({ Error: { Code: code, Type: 'Sender' } })
    expect(sts.sessions).toEqual([])
  })

  test.each(['RoleArn', 'RoleSessionName', 'WebIdentityToken'])('a request without %s', async (name) => {
    const { sts, fields } = await setScene()
    expect(jsonOf(await call(sts, without(fields, name)))).toMatchObject({
      Error: { Code: 'ValidationError', Message: expect.stringContaining('must not be null') as string },
    })
  })

  test('a subject that the role does not trust', async () => {
    const { sts, fields } = await setScene(['repo:octo-org@*/other@*:*'])
    const reply = await call(sts, fields)
    expect(reply.status).toBe(403)
    expect(jsonOf(reply)).toMatchObject({
      Error: { Code: 'AccessDenied', Message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity' },
    })
  })

  test('another audience', async () => {
    const { sts, fields, issuer } = await setScene()
    const reply = await call(sts, { ...fields, WebIdentityToken: await issuer.mint('app.example') })
    expect(jsonOf(reply)).toMatchObject({
      Error: { Code: 'InvalidIdentityToken', Message: 'Incorrect token audience' },
    })
  })

  test('an expired token', async () => {
    const { sts, fields, pass } = await setScene()
    pass(300_000)
    const reply = await call(sts, fields)
    expect(reply.status).toBe(400)
    expect(jsonOf(reply)).toMatchObject({ Error: { Code: 'ExpiredTokenException' } })
  })

  test('a body that is no form, another path, a credential where none belongs', async () => {
    const { sts, fields } = await setScene()
    expect((await call(sts, fields, { 'content-type': 'application/json' })).status).toBe(400)
    expect(
      (await ask(sts.handler, 'POST', 'https://sts.example/x', FORM, new URLSearchParams(fields).toString()))
        .status,
    ).toBe(400)
    expect((await call(sts, fields, { ...FORM, authorization: 'Bearer x' })).status).toBe(403)
  })

  test('in XML too', async () => {
    const { sts } = await setScene()
    const reply = await call(sts, {}, { 'content-type': FORM['content-type'] })
    expect(textOf(reply)).toContain('<Error><Type>Sender</Type><Code>InvalidAction</Code>')
  })
})

test('errors of the service say so', () => {
  expect(jsonOf(stsError(503, 'ServiceUnavailable', 'busy'))).toMatchObject({ Error: { Type: 'Receiver' } })
})
