import { describe, expect, test } from 'vitest'
import type { Refusal } from '../../../src/http/call.ts'
import { refusal } from '../../../src/exchanges/app-server/refusal.ts'
import type { Settings } from '../../../src/exchanges/app-server/settings.ts'
import { SOURCE } from '../../aws/fixture.ts'
import { answer } from '../../http/fixture.ts'
import { SETTINGS } from './fixture.ts'

/** In the words of the app server itself. */
const said = (status: number, message: unknown, headers = {}): Refusal =>
  refusal(answer(status, { status, message, requestId: 'r-1' }, headers), SETTINGS)

/** Of a gateway before it, whose answers have no `status`. */
const gateway = (status: number, message: string, settings: Partial<Settings> = {}): Refusal =>
  refusal(answer(status, { message }), { ...SETTINGS, ...settings })

const hintOf = ({ explain }: Refusal): string | undefined => explain!(undefined).hint

describe('the words', () => {
  const claims = '\n\nEffective OIDC token subjects:\n- repo:octo-org/workflows:ref:refs/heads/main\n'

  test('are those of its issues, else its message, without the subjects of the run', () => {
    const issues = 'Issues:\n- octo-org/a:\n  - contents: read - Not authorized\n- octo-org:\n  - No'
    expect(said(403, issues + claims).reason).toBe('octo-org/a: contents: read - Not authorized; octo-org: No')
    expect(said(403, `Not today.${claims}`).reason).toBe('Not today.\n\n')
    expect([said(403, 7).reason, said(403, undefined).reason]).toEqual([undefined, undefined])
  })

  test('come with the id of the request, from the body or a header', () => {
    expect(said(403, 'No').requestId).toBe('r-1')
    expect(refusal(answer(403, { status: 403 }, { 'x-request-id': 'r-2' }), SETTINGS).requestId).toBe('r-2')
  })
})

test.each<[number, string, number]>([
  [401, 'Invalid token: request timed out', 2],
  [401, 'Invalid token: Expected 200 OK from the JSON Web Key Set HTTP response', 2],
  [401, 'Invalid token: no applicable key found in the JSON Web Key Set', 2],
  [401, 'Invalid token: "nbf" claim timestamp check failed', 1],
  [401, 'Invalid token: unexpected "aud" claim value', 0],
  [403, 'request timed out', 0],
])('%i "%s" is retried %i times', (status, message, times) => {
  expect(said(status, message).retry).toEqual({ times })
})

describe('what to do', () => {
  const REQUEST = 'does not accept this request: check `permissions`, `owner` and `repositories`.'
  test.each<[Refusal, string]>([
    [said(400, 'permissions: Invalid input'), `The app server ${REQUEST}`],
    [
      said(401, 'unexpected "aud" claim value'),
      'The audience of the ID token was "app-server.example". Add it to the list of the app server (GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE), or set `audience` to one that it lists.',
    ],
    [
      said(401, 'unexpected "iss" claim value'),
      'The app server does not accept the issuer of this GitHub: GitHub Enterprise Server and enterprises with their own issuer need an app server that is set up for them.',
    ],
    [
      said(401, 'unexpected "sub" claim value'),
      'The app server accepts only some subjects (GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS): its operator must add the sub claim of this run.',
    ],
    [said(401, '"exp" claim timestamp check failed'), 'Check the clock of the app server.'],
    [said(401, '"nbf" claim timestamp check failed'), 'Check the clock of the app server.'],
    [
      said(404, 'Not Found'),
      'There is no app server at https://app-server.example/access_tokens: check the path in app-server.',
    ],
    [
      said(500, 'Internal Server Error'),
      'If this persists, the GitHub App may not be installed on a repository, or may lack a requested permission: the operator of the app server can find the reason with the request id.',
    ],
  ])('%o: %s', (refused, hint) => {
    expect(hintOf(refused)).toBe(hint)
  })
})

// What the open app server says of the issuer of an enterprise, whose keys it looks for at github.com's.
test('keys that it does not find are a matter of the issuer only where that has a path', () => {
  const refused = said(401, 'Invalid token: Expected 200 OK from the JSON Web Key Set HTTP response')
  const iss = 'https://token.actions.githubusercontent.com'
  expect(refused.explain?.({ iss: `${iss}/octo-enterprise` }).hint).toBe(
    `The issuer of the ID token is "${iss}/octo-enterprise": an app server that was set up for another issuer looks for its keys in the wrong place.`,
  )
  expect(refused.explain?.({ iss }).hint).toBeUndefined()
})

describe('AWS before the app server', () => {
  const aws = (service: string): Partial<Settings> => ({
    aws: { source: SOURCE, scope: { region: 'eu-central-1', service } },
  })
  const roleNeeds = (service: string, actions: string): string =>
    `AWS refused the signed request. The role needs ${actions} on app-server.example; region was "eu-central-1", service "${service}".`
  const LAMBDA = roleNeeds('lambda', 'lambda:InvokeFunctionUrl and lambda:InvokeFunction')
  const UNSIGNED =
    'AWS refused the request before it reached the app server. If AWS IAM protects it, set app-server to a mapping of url and auth (type: aws).'
  const PATH =
    'There is no "/access_tokens" at app-server.example: check the path in app-server, which must begin with the stage of the API Gateway.'
  const REGION = "Credential should be scoped to a valid region, not 'eu-central-1'."
  const invoke =
    'User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:********9012:a1b2c3/prod/POST/access_tokens'
  const action = 'the execute-api:Invoke action'
  const anonymous = invoke.replace(/arn:aws:sts\S+/, 'anonymous')

  // The endings: IAM User Guide, "Troubleshoot access denied error messages"; the last: API Gateway with a resource policy.
  test.each<[string, Partial<Settings>, string]>([
    ['Forbidden', {}, UNSIGNED],
    ['Forbidden', aws('lambda'), LAMBDA],
    ['Forbidden', aws('execute-api'), roleNeeds('execute-api', 'execute-api:Invoke')],
    ['Forbidden', aws('vpc-lattice-svcs'), roleNeeds('vpc-lattice-svcs', 'vpc-lattice-svcs:Invoke')],
    ['Missing Authentication Token', {}, PATH],
    ['Missing Authentication Token', aws('execute-api'), PATH],
    [REGION, aws('lambda'), 'Correct app-server.auth.region, which was "eu-central-1".'],
    [
      `${REGION} Credential should be scoped to correct service: 'execute-api'.`,
      aws('lambda'),
      'Correct app-server.auth.region, which was "eu-central-1", and app-server.auth.service, which was "lambda".',
    ],
    [
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      aws('lambda'),
      'Check app-server.auth: region was "eu-central-1", service "lambda". A host name of your own in front of a function URL breaks the signature, as does a proxy that changes requests.',
    ],
    [
      'The security token included in the request is expired',
      aws('lambda'),
      'AWS does not accept the credentials that signed the request: check whether they have expired.',
    ],
    [`${invoke} because no identity-based policy allows ${action}`, aws('lambda'), LAMBDA],
    [`${anonymous} because no resource-based policy allows ${action}`, {}, UNSIGNED],
    [
      `${invoke} because no service control policy allows ${action}`,
      aws('lambda'),
      'Change the service control policy of the AWS organization, which its administrators manage: no statement in it allows this.',
    ],
    [
      `${invoke} because no resource-based policy allows ${action}`,
      aws('lambda'),
      'Change the resource-based policy of what serves app-server.example: no statement in it allows this.',
    ],
    ...[{}, aws('lambda')].map((settings): [string, Partial<Settings>, string] => [
      `${invoke} with an explicit deny`,
      settings,
      'A policy denies this explicitly, and AWS does not say which: look for a Deny that matches.',
    ]),
  ])('%s', (message, settings, hint) => {
    // AWS names the kind of error in a header (API Gateway Developer Guide, "Gateway response types").
    const headers = { 'x-amzn-errortype': 'AccessDeniedException' }
    const refused = refusal(answer(403, { Message: message }, headers), { ...SETTINGS, ...settings })
    expect(refused.reason).toBe(`AccessDeniedException: ${message}`)
    for (const each of [refused, gateway(403, message, settings)]) expect(hintOf(each)).toBe(hint)
  })

  test('without a code is known by the id of the request, or by its words', () => {
    const byId = refusal(answer(404, { message: 'Not Found' }, { 'apigw-requestid': 'x=' }), SETTINGS)
    expect(byId.reason).toBe('Not Found')
    expect(hintOf(byId)).toContain('There is no app server at https://app-server.example/access_tokens')
    expect(gateway(403, invoke).reason).toBe(invoke)
  })
})

test('an answer of another gateway is neither from the app server nor from AWS', () => {
  const body = { message: 'no Route matched with those values' }
  for (const status of [400, 401, 403, 404, 500]) {
    expect(refusal(answer(status, body), SETTINGS).reason).toBeUndefined()
  }
})

// What the open server answers to a path that it does not have, and where it fails (`common/hono-utils.ts`).
test('the app server says what it is by the status in its body', () => {
  expect(refusal(answer(404, { status: 404, error: 'Not Found' }), SETTINGS).reason).toBe('Not Found')
})
