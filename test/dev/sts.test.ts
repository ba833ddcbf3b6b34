import { expect, test } from 'vitest'
import { createSts, type Sts } from '../../dev/fakes/sts.ts'
import { ask, jsonOf, setStage, textOf, without } from './fakes.ts'

/* What AWS's own client never sends (see test/judges/aws-sts.test.ts), as STS refuses it. */

const ROLE = 'arn:aws:iam::123456789012:role/ci/github-actions'
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }

async function setScene(): Promise<{ sts: Sts; fields: Record<string, string> }> {
  const stage = await setStage()
  const subjects = ['repo:octo-org@*/workflows@*:ref:refs/heads/main']
  const sts = createSts({ ...stage, verify: stage.issuer.verify, roles: { [ROLE]: { subjects } } })
  const fields = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'run-1@octo-org',
    WebIdentityToken: await stage.issuer.mint('sts.amazonaws.com'),
    DurationSeconds: '900',
  }
  return { sts, fields }
}

function call(sts: Sts, fields: Record<string, string>, headers: Record<string, string> = FORM, path = '/') {
  const url = `https://sts.eu-central-1.amazonaws.com${path}`
  return ask(sts.handler, 'POST', url, headers, new URLSearchParams(fields).toString())
}

test('takes the request that the others are changes of', async () => {
  const { sts, fields } = await setScene()
  expect((await call(sts, fields)).status).toBe(200)
  expect(sts.sessions[0]).toMatchObject({ role: ROLE, name: 'run-1@octo-org', duration: 900 })
})

test.each<[string, Record<string, string>, number, string]>([
  ['another action', { Action: 'AssumeRole' }, 400, 'InvalidAction'],
  ['another version', { Version: '2012-01-01' }, 400, 'InvalidAction'],
  ['an unknown field', { Tags: 'x' }, 400, 'MalformedInput'],
  ['a long session name', { RoleSessionName: 'x'.repeat(65) }, 400, 'ValidationError'],
  ['a provider', { ProviderId: 'graph.example' }, 400, 'ValidationError'],
  ['another role', { RoleArn: `${ROLE}-2` }, 403, 'AccessDenied'],
  ['no JWT', { WebIdentityToken: 'nonsense' }, 400, 'InvalidIdentityToken'],
])('refuses %s', async (_, change, status, code) => {
  const { sts, fields } = await setScene()
  const reply = await call(sts, { ...fields, ...change })
  expect(reply.status).toBe(status)
  expect(jsonOf(reply)).toMatchObject({ Error: { Code: code, Type: 'Sender' } })
  expect(sts.sessions).toEqual([])
})

test.each(['RoleArn', 'RoleSessionName', 'WebIdentityToken'])(
  'refuses a request without %s',
  async (name) => {
    const { sts, fields } = await setScene()
    expect(textOf(await call(sts, without(fields, name), without(FORM, 'accept')))).toMatch(
      /<Error><Type>Sender<\/Type><Code>ValidationError<\/Code>.*must not be null/s,
    )
  },
)

test('refuses a body that is no form, another path, and a credential where none belongs', async () => {
  const { sts, fields } = await setScene()
  expect((await call(sts, fields, { 'content-type': 'application/json' })).status).toBe(400)
  expect((await call(sts, fields, FORM, '/x')).status).toBe(400)
  expect((await call(sts, fields, { ...FORM, authorization: 'Bearer x' })).status).toBe(403)
})
