import { describe, expect, test } from 'vitest'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import { ISSUER } from '../../../dev/fakes/issuer.ts'
import { oauthError } from '../../../dev/fakes/oauth/request.ts'
import { expectClaimsHidden, LINK, SUBJECT } from '../in-process.ts'
import { answer, open, openAsUser, openDex, refusal, run, type OAuthWorld } from './fixture.ts'

/** What the hint says of the ID token. */
const sent = (audience: string, subject = SUBJECT): string =>
  `Its audience was "${audience}", its subject (sub) "${subject}", its issuer (iss) "${ISSUER}". The server must trust exactly these. The subject has the immutable form, with the ids of owner and repository; repo:owner/repository:… does not match it.`

/** A world whose server refuses for ever, in these words. */
async function refusing(opened: Promise<OAuthWorld>, ...error: Parameters<typeof oauthError>): Promise<OAuthWorld> {
  const world = await opened
  world.server(world.setup.exchangeRole).faults.push(forEver(fault.answer(oauthError(...error))))
  return world
}

describe('a refusal by Keycloak', () => {
  test('of the client says what the ID token said, in full', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    expect(ran.errors[0]!.replace(/127\.0\.0\.1:\d+/g, 'HOST')).toBe(
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

  test('of an ID token that it cannot verify', async () => {
    const world = await refusing(openDex(), 401, 'access_denied')
    expect(await refusal(world)).toContain(
      `refused (401 Unauthorized): access_denied.\nNo policy of the server lets this job in, or the server could not verify the ID token. ${sent('http://HOST')}`,
    )
  })
})

describe('a refusal with the code', () => {
  test.each([
    ['invalid_target', 'Check `resource`, and `audience` in `parameters`: the server does not know this target'],
    [
      'unsupported_grant_type',
      'The server does not offer this grant at http://HOST/token: check `token-url`, `grant-type` and `body`',
    ],
    ['unauthorized_client', 'In the server, allow the client "deploy" to use the grant token-exchange.\n'],
    ['invalid_scope', 'Check `scope`: the server does not know "openid federated:id", or does not allow it here.'],
  ])('%s', async (code, hint) => {
    expect(await refusal(await refusing(openDex(), 400, code))).toContain(`: ${code}.\n${hint}`)
  })

  test.each([
    ['client_secret_basic', 'client_secret_post'],
    ['client_secret_post', 'client_secret_basic'],
  ])('invalid_client, of %s', async (authentication, other) => {
    const world = await refusing(openAsUser(), 401, 'invalid_client')
    expect(await refusal(world, { inputs: { 'client-authentication': authentication } })).toContain(
      `Check \`client-id\` and \`client-secret\`. If they are right, the server may want \`client-authentication: ${other}\`.`,
    )
  })

  test('invalid_scope, where none was asked for', async () => {
    const world = await refusing(openDex(), 400, 'invalid_scope')
    expect(await refusal(world, { inputs: { scope: '' } })).toContain('The server wants a scope: set `scope`.')
  })

  test('that nobody knows, says no more than the server', async () => {
    const world = await refusing(openDex(), 400, 'constructor', 'no')
    expect(await refusal(world)).toMatch(/: constructor: no\.\nDENIED: /)
  })

  test('temporarily_unavailable is tried again, whatever the status', async () => {
    const world = await openDex()
    world.server('dex').faults.push(fault.answer(oauthError(400, 'temporarily_unavailable')))
    expect((await run(world)).succeeded).toBe(true)
  })
})

describe('a refusal', () => {
  test('in another shape shows its text', async () => {
    const world = await openDex()
    const shapes = [{ error: { type: 'x', message: 'no such rule' } }, { message: 'no such rule' }]
    for (const body of shapes) {
      world.server('dex').faults.push(fault.answer(answer(body, 400)))
      expect(await refusal(world)).toMatch(/refused \(400 Bad Request\): no such rule\.\nDENIED/)
    }
  })

  test('that is not of a token endpoint speaks of what is in front', async () => {
    const world = await openDex()
    world
      .server('dex')
      .faults.push(
        fault.answer({ status: 404, body: '404 page not found\n' }),
        fault.html(403),
        fault.redirect('https://login.example.com'),
      )
    expect(await refusal(world)).toContain('This answer is not from the token endpoint: it has another form.')
    expect(await refusal(world)).toContain('This answer is not from the token endpoint: it is a web page.')
    expect(await refusal(world)).toContain('answered with a redirect (302 Found)')
  })

  test('shows the id of the request', async () => {
    const world = await openDex()
    world
      .server('dex')
      .faults.push(
        fault.answer({ ...oauthError(400, 'invalid_grant'), headers: { 'x-request-id': 'request-1' } }),
        fault.answer(answer({ error: 'invalid_grant', trace_id: 'trace-1' }, 400)),
      )
    for (const id of ['request-1', 'trace-1']) {
      expect((await run(world)).group).toContain(`request id: ${id}`)
    }
  })

  test('does not repeat the claims that the server repeats', async () => {
    const ran = await run(
      await refusing(openDex(), 401, 'invalid_client', `No record for the subject '${SUBJECT}' of octo-org/workflows.`),
    )
    expect(ran.errors[0]).toContain("invalid_client: No record for the subject '(sub)' of (repository).\n")
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await refusing(open(), 400, 'invalid_client', `No record for '${SUBJECT}'`)
    await expectClaimsHidden(run, world, "No record for '(sub)'")
    await expectClaimsHidden(run, world, 'its subject and issuer are not shown here. The server must trust')
  })
})
