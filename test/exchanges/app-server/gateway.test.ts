import { describe, expect, test } from 'vitest'
import { refusal } from '../../../src/exchanges/app-server/refusal.ts'
import type { Settings } from '../../../src/exchanges/app-server/settings.ts'
import type { Refusal } from '../../../src/http/call.ts'
import { answer, SOURCE } from '../../aws/fixture.ts'

const HOST = 'abc123.lambda-url.eu-central-1.on.aws'
const unsigned: Settings = {
  url: new URL(`https://${HOST}/access_tokens`),
  audience: HOST,
  headers: {},
  aws: undefined,
  owner: undefined,
  repositories: undefined,
  permissions: { contents: 'read' },
  workflowRepository: 'octo-org/workflows',
  apiUrl: 'https://api.github.com',
  outlivesJob: false,
}
const signed: Settings = {
  ...unsigned,
  aws: { source: SOURCE, scope: { region: 'eu-central-1', service: 'lambda' } },
}

function hintOf({ explain }: Refusal): string | undefined {
  return explain?.(undefined).hint
}

/** AWS names the kind of error in a header, not only in the text (API Gateway Developer Guide, "Gateway response types"). */
const gateway = (message: string, settings = signed): Refusal =>
  refusal(answer(403, { Message: message }, { 'x-amzn-errortype': 'AccessDeniedException' }), settings)

describe('AWS before the app server', () => {
  const invoke =
    'User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:********9012:a1b2c3/prod/POST/access_tokens'
  const action = 'the execute-api:Invoke action'

  // The endings: IAM User Guide, "Troubleshoot access denied error messages"; the last: API Gateway with a resource policy.
  test.each<[string, string]>([
    [
      'with an explicit deny in a service control policy',
      'Change the service control policy of the AWS organization, which its administrators manage: a statement in it denies this.',
    ],
    [
      `because no service control policy allows ${action}`,
      'Change the service control policy of the AWS organization, which its administrators manage: no statement in it allows this.',
    ],
    [
      'with an explicit deny in a resource control policy',
      'Change the resource control policy of the AWS organization, which its administrators manage: a statement in it denies this.',
    ],
    [
      `because no resource-based policy allows ${action}`,
      `Change the resource-based policy of what serves ${HOST}: no statement in it allows this.`,
    ],
    [
      `because no VPC endpoint policy allows ${action}`,
      'Change the VPC endpoint policy of the VPC endpoint that the request went through: no statement in it allows this.',
    ],
    [
      'with an explicit deny',
      'A policy denies this explicitly, and AWS does not say which: look for a Deny that matches.',
    ],
  ])('names the policy that refused: %s', (end, hint) => {
    const refused = gateway(`${invoke} ${end}`)
    expect(refused.reason).toBe(`AccessDeniedException: ${invoke} ${end}`)
    expect(hintOf(refused)).toBe(hint)
  })

  const ROLE_NEEDS = `AWS refused the signed request. The role needs lambda:InvokeFunctionUrl and lambda:InvokeFunction on ${HOST}; region was "eu-central-1", service "lambda".`
  test.each<[string, string]>([
    ['Forbidden', ROLE_NEEDS],
    [`${invoke} because no identity-based policy allows ${action}`, ROLE_NEEDS],
    [
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      'Check app-server.auth: region was "eu-central-1", service "lambda". A host name of your own in front of a function URL breaks the signature, as does a proxy that changes requests.',
    ],
    [
      'The security token included in the request is expired',
      'AWS does not accept the credentials that signed the request: check whether they have expired.',
    ],
  ])('says what it has against the signer: %s', (message, hint) => {
    expect(hintOf(gateway(message))).toBe(hint)
  })

  test('may want a signature where there is none', () => {
    const hint =
      'AWS refused the request before it reached the app server. If AWS IAM protects it, set app-server to a mapping of url and auth (type: aws).'
    expect(hintOf(gateway('Forbidden', unsigned))).toBe(hint)
    const anonymous = `${invoke.replace(/arn:aws:sts\S+/, 'anonymous')} because no resource-based policy allows ${action}`
    expect(hintOf(gateway(anonymous, unsigned))).toBe(hint)
    expect(hintOf(gateway(`${invoke} with an explicit deny`, unsigned))).toContain('A policy denies this')
  })

  test('without a code is known by the id of the request, or by its words', () => {
    const byId = refusal(answer(404, { message: 'Not Found' }, { 'apigw-requestid': 'x=' }), signed)
    expect(byId.reason).toBe('Not Found')
    expect(hintOf(byId)).toContain(`There is no app server at https://${HOST}/access_tokens`)
    expect(refusal(answer(403, { message: invoke }), signed).reason).toBe(invoke)
  })
})

test.each<[string, unknown]>([
  ['a web page', '<html><head><title>403 Forbidden</title></head><body>nginx</body></html>'],
  ['an empty body', ''],
  ['JSON of another gateway', { message: 'no Route matched with those values' }],
])('%s is neither from the app server nor from AWS', (_what, body) => {
  for (const status of [400, 401, 403, 404, 500]) {
    expect(refusal(answer(status, body), signed).reason).toBeUndefined()
  }
})

// What the open server answers to a path that it does not have, and where it fails (`common/hono-utils.ts`).
test('the app server says what it is by the status in its body', () => {
  const missing = refusal(answer(404, { status: 404, error: 'Not Found' }), signed)
  expect(missing.reason).toBe('Not Found')
  expect(hintOf(missing)).toContain('check the path in app-server')
  const failed = refusal(answer(500, { requestId: 'r', status: 500, error: 'Internal Server Error' }), signed)
  expect(failed.reason).toBe('Internal Server Error')
  expect(hintOf(failed)).toContain('If this persists, the GitHub App may not be installed')
})
