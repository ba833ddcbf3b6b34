import { expect, test } from 'vitest'
import { createSts } from '../../dev/fakes/sts.ts'
import { ask, jsonOf, setStage } from './fakes.ts'

/* What AWS's own client never sends (see test/judges/aws-sts.test.ts), as STS refuses it. */

const ROLE = 'arn:aws:iam::123456789012:role/ci/github-actions'

test.each<[string, Record<string, string>, number, string?]>([
  ['takes the request that the others are changes of', {}, 200],
  ['refuses a body that is no form', {}, 400, 'MissingAction'],
  ['refuses another action', { Action: 'AssumeRole' }, 400, 'InvalidAction'],
  ['refuses another version', { Version: '2012-01-01' }, 400, 'InvalidAction'],
  ['refuses an unknown field', { Tags: 'x' }, 400, 'MalformedInput'],
  ['refuses a long session name', { RoleSessionName: 'x'.repeat(65) }, 400, 'ValidationError'],
  ['refuses a provider', { ProviderId: 'graph.example' }, 400, 'ValidationError'],
  ['refuses another role', { RoleArn: `${ROLE}-2` }, 403, 'AccessDenied'],
  ['refuses no JWT', { WebIdentityToken: 'nonsense' }, 400, 'InvalidIdentityToken'],
])('%s', async (_, change, status, code) => {
  const stage = await setStage()
  const subjects = ['repo:octo-org@*/workflows@*:ref:refs/heads/main']
  const sts = createSts({ ...stage, verify: stage.issuer.verify, roles: { [ROLE]: { subjects } } })
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'run-1@octo-org',
    WebIdentityToken: await stage.issuer.mint('sts.amazonaws.com'),
    DurationSeconds: '900',
    ...change,
  })
  const type = code === 'MissingAction' ? 'text/plain' : 'application/x-www-form-urlencoded'
  const headers = { 'content-type': type, accept: 'application/json' }
  const url = 'https://sts.eu-central-1.amazonaws.com/'
  const reply = await ask(sts.handler, 'POST', url, headers, form.toString())
  expect(reply.status).toBe(status)
  if (code !== undefined) expect(jsonOf(reply)).toMatchObject({ Error: { Code: code, Type: 'Sender' } })
  expect(sts.sessions).toHaveLength(code === undefined ? 1 : 0)
})
