import { describe, expect, test } from 'vitest'
import { fault } from '../../../dev/fakes/faults.ts'
import { ISSUER } from '../../../dev/fakes/issuer.ts'
import { oauthError } from '../../../dev/fakes/oauth/request.ts'
import { refusal as refusalBy } from '../../../src/exchanges/oauth-token/refusal.ts'
import { readSettings } from '../../../src/exchanges/oauth-token/settings.ts'
import type { Refusal } from '../../../src/http/call.ts'
import { answer } from '../../http/fixture.ts'
import { inputsOf } from '../../inputs/fixture.ts'
import { FORK, LINK, refusalOf, SUBJECT } from '../in-process.ts'
import { open, openAsUser, openDex, refusal, run } from './fixture.ts'

/** What the hint says of the ID token. */
const sent = (audience: string, subject = SUBJECT): string =>
  `Its audience was "${audience}", its subject (sub) "${subject}", its issuer (iss) "${ISSUER}". The server must trust exactly these. The subject has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.`

const CLAIMS = { iss: ISSUER, sub: SUBJECT, repository: 'octo-org/workflows' }

/** What an answer means to a step with these inputs. */
function told(status: number, body: object, inputs: Record<string, string> = {}, headers = {}): Refusal {
  const usual = { 'token-url': 'https://auth.example.com/token', 'client-id': 'deploy', scope: 'read' }
  return refusalBy(answer(status, body, headers), readSettings(inputsOf({ ...usual, ...inputs })), CLAIMS)
}

const hintOf = ({ explain }: Refusal): string | undefined => explain!(CLAIMS).hint

describe('a refusal by Keycloak', () => {
  test('of the client says what the ID token said, in full', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    expect(refusalOf(ran)).toBe(
      [
        'The token endpoint (HOST) refused (401 Unauthorized): invalid_client: Invalid client or Invalid client credentials.',
        `The server does not accept the ID token as proof of the client "deploy". ${sent('http://HOST/realms/ci')}`,
        LINK,
      ].join('\n'),
    )
    expect(ran.group).toEqual(expect.arrayContaining([`sub: ${SUBJECT}`, `iss: ${ISSUER}`]))
    expect(ran.slept).toEqual([])
  })

  test.each([
    ['another audience', { audience: 'x' }, /400 Bad Request\): invalid_client: Invalid token audience\.\n/],
    [
      'a scope',
      { scope: 'nonsense' },
      /invalid_scope: Invalid scopes: nonsense\.\nCheck `scope`: the server does not know "nonsense"/,
    ],
    [
      'a grant',
      { 'grant-type': 'jwt-bearer' },
      /invalid_client: .*\nThe server does not know the client "deploy", or wants it to authenticate/,
    ],
    [
      'no client',
      { 'grant-type': 'jwt-bearer', 'client-id': '' },
      /invalid_client: .*\nThe server wants to know the client: set `client-id`/,
    ],
  ])('%s', async (_, inputs, words) => {
    expect(await refusal(open(), { inputs })).toMatch(words)
  })

  test('of a secret', async () => {
    const inputs = { 'client-secret': 'wrong-wrong-wrong' }
    expect(await refusal(openAsUser(), { inputs })).toContain(
      'unauthorized_client: Invalid client or Invalid client credentials.\nIn the server, allow the client "deploy-as-user" to use the grant jwt-bearer. Also check `client-secret`: Keycloak says the same if that is wrong.',
    )
  })

  test('of a user', async () => {
    const world = await openAsUser()
    world.setup.deny()
    expect(await refusal(world)).toContain(
      `invalid_grant: User not found.\nThe server does not accept the ID token. ${sent('http://HOST/realms/ci')}`,
    )
  })
})

describe('a refusal by Dex', () => {
  test.each([
    [
      'the type of the ID token',
      { 'subject-token-type': 'jwt' },
      'request_not_supported: Invalid subject_token_type.\nSet `subject-token-type` and `requested-token-type` to types that the server supports: Dex takes `id_token`.',
    ],
    [
      'a connector',
      { parameters: 'connector_id=other' },
      `invalid_request: Requested connector does not exist.\nCompare \`parameters\` and the other inputs with what the server wants. It can also mean that the server does not accept the ID token (RFC 8693). ${sent('http://HOST')}`,
    ],
    [
      'a grant, also where the body has another form',
      { body: 'json' },
      'unsupported_grant_type.\nThe server does not offer this grant at http://HOST/token: check `token-url`, `grant-type` and `body`',
    ],
  ])('of %s', async (_, inputs, words) => {
    expect(await refusal(openDex(), { inputs })).toContain(words)
  })
})

const BY = 'client-authentication'
const SECRET = { 'client-secret': 'obviously-a-secret' }
const CHECK = 'Check `client-id` and `client-secret`. If they are right, the server may want'
test.each([
  [
    'access_denied',
    {},
    `No policy of the server lets this job in, or the server could not verify the ID token. ${sent('https://auth.example.com')}`,
  ],
  ['invalid_target', {}, 'Check `resource`, and `audience` in `parameters`: the server does not know this target'],
  ['invalid_scope', { scope: '' }, 'The server wants a scope: set `scope`.'],
  ['invalid_client', { ...SECRET, [BY]: 'client_secret_basic' }, `${CHECK} \`${BY}: client_secret_post\`.`],
  ['invalid_client', { ...SECRET, [BY]: 'client_secret_post' }, `${CHECK} \`${BY}: client_secret_basic\`.`],
])('a refusal with the code %s, with the inputs %o', (error, inputs, hint) => {
  expect(hintOf(told(400, { error }, inputs))).toContain(hint)
})

describe('a refusal', () => {
  test.each([
    [{ error: 'constructor', error_description: 'no' }, 'constructor: no'],
    [{ error: { type: 'x', message: 'no such rule' } }, 'no such rule'],
    [{ message: 'no such rule' }, 'no such rule'],
    [
      { error: 'x', error_description: `No record for the subject '${SUBJECT}' of octo-org/workflows.` },
      "x: No record for the subject '(sub)' of (repository).",
    ],
  ])('%j shows its text, without claims, and has no hint', (body, reason) => {
    const refused = told(400, body)
    expect([refused.reason, hintOf(refused), refused.retry]).toEqual([reason, undefined, undefined])
  })

  test('shows the id of the request', () => {
    expect(told(400, {}, {}, { 'x-request-id': 'request-1' }).requestId).toBe('request-1')
    expect(told(400, { trace_id: 'trace-1' }).requestId).toBe('trace-1')
  })

  test('temporarily_unavailable is retried, whatever the status', () => {
    expect(told(400, { error: 'temporarily_unavailable' }).retry).toBe('until the deadline')
  })

  test('that is not of a token endpoint speaks of what is in front', async () => {
    const world = await openDex()
    world.server('dex').faults.push(fault.answer({ status: 404, body: '404 page not found\n' }))
    expect(await refusal(world)).toContain('This answer is not from the token endpoint: it has another form.')
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.server('keycloak').faults.push(fault.answer(oauthError(400, 'invalid_client', `No record for '${SUBJECT}'`)))
    expect(await refusal(world, FORK)).toMatch(
      /No record for '\(sub\)'[^]*its subject and issuer are not shown here\. The server must trust/,
    )
  })
})
