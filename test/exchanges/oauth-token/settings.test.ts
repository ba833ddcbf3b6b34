import { describe, expect, test } from 'vitest'
import { asked, open, openAsUser, openDex, refusal, run } from './fixture.ts'

const PREFIX = 'urn:ietf:params:oauth:'
const BY = 'client-authentication'

/** Inputs that are refused before anything is sent, and why. */
const REFUSED: readonly (readonly [Record<string, string>, string])[] = [
  [{ 'token-url': 'http://auth.example.com/token' }, 'token-url must begin with https://'],
  [{ 'token-url': 'https://auth.example.com/token#x' }, 'token-url must be a URL without a fragment'],
  [{ 'token-url': 'https://me:hush@auth.example.com' }, 'token-url must be a URL without a user name'],
  [{ 'revocation-url': 'http://auth.example.com' }, 'revocation-url must begin with https://'],
  [{ 'revocation-url': 'https://auth.example.com/#x' }, 'revocation-url must be a URL without a fragment'],
  [{ 'grant-type': 'code' }, 'grant-type must be one of token-exchange, jwt-bearer, client-credentials, not'],
  [{ audience: 'two\nlines' }, 'audience must be one line'],
  [{ 'client-authentication': 'key' }, 'client-authentication must be one of none, client_secret'],
  [{ 'client-secret': 'secret', 'client-id': '' }, 'client-id is required with client-secret'],
  [{ [BY]: 'client_secret_post' }, `client-secret is required with ${BY} client_secret_post`],
  [{ [BY]: 'client_secret_basic', 'client-id': '' }, `client-id is required with ${BY} client_secret_basic`],
  [{ [BY]: 'none', 'client-secret': 'secret' }, `client-secret is not used with ${BY} none`],
  [{ [BY]: 'id-token', 'client-secret': 'secret' }, `client-secret is not used with ${BY} id-token`],
  [
    { 'grant-type': 'client-credentials', 'subject-token-type': '', 'client-secret': 'secret' },
    `client-secret is not used with ${BY} id-token`,
  ],
  [{ 'grant-type': 'client-credentials', [BY]: 'none' }, `${BY} must be id-token with grant-type client-credentials`],
  [
    { 'grant-type': 'jwt-bearer', 'subject-token-type': 'jwt' },
    'subject-token-type is not used with grant-type jwt-bearer',
  ],
  [
    { 'grant-type': 'jwt-bearer', 'subject-token-type': '', 'requested-token-type': 'jwt' },
    'requested-token-type is not used with grant-type jwt-bearer',
  ],
  [{ 'subject-token-type': 'id token' }, 'subject-token-type must be one of access_token, refresh_token'],
  [{ 'requested-token-type': 'urn:x#y' }, 'requested-token-type must be one of access_token'],
  [{ scope: 'read "write"' }, 'scope must be scopes separated by spaces'],
  [{ resource: '/api' }, 'resource must be an absolute URI without a fragment (#…), not "/api"'],
  [{ resource: 'https://api.example.com/#x' }, 'resource must be an absolute URI without a fragment'],
  [{ parameters: 'connector_id' }, 'parameters must be lines of name=value'],
  [{ parameters: 'connector id=github' }, 'parameters must be lines of name=value'],
  [{ parameters: 'a=1\nb=2\na=3' }, 'parameters must contain a only once'],
  [{ parameters: 'scope=x' }, 'parameters must not contain scope, which comes from the input scope'],
  [{ parameters: 'subject_token=x' }, 'parameters must not contain subject_token, which comes from the job itself'],
  [{ body: 'xml' }, 'body must be one of form, json, not "xml"'],
  [{ 'skip-token-revoke': 'perhaps' }, 'skip-token-revoke must be true or false'],
]

describe('inputs that cannot be used', () => {
  test.each(REFUSED)('%j', async (inputs, rule) => {
    const world = await openDex()
    expect(await refusal(world, { inputs })).toContain(`Nothing was sent.\n- ${rule}`)
    expect(world.server('dex').requests).toEqual([])
    expect(world.server('oidc').requests).toEqual([])
  })

  test.each([
    'grant_type',
    'subject_token_type',
    'requested_token_type',
    'assertion',
    'client_id',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
    'resource',
  ])('the parameter %s, which the step sets', async (name) => {
    expect(await refusal(openDex(), { inputs: { parameters: `${name}=x` } })).toContain(
      `- parameters must not contain ${name}, which comes from the `,
    )
  })

  test('show no secret', async () => {
    const message = await refusal(openAsUser(), { inputs: { 'client-authentication': 'none' } })
    expect(message).toContain('- client-secret is not used')
  })
})

describe('inputs in short and in full', () => {
  test.each([`${PREFIX}grant-type:token-exchange`, ''])('grant-type %s', async (grant) => {
    const world = await openDex()
    await run(world, { inputs: { 'grant-type': grant, 'subject-token-type': `${PREFIX}token-type:id_token` } })
    expect(Object.fromEntries(asked(world)[0]!)).toMatchObject({
      grant_type: `${PREFIX}grant-type:token-exchange`,
      subject_token_type: `${PREFIX}token-type:id_token`,
    })
  })

  test('grant-type client_credentials', async () => {
    const ran = await run(open(), { inputs: { 'grant-type': 'client_credentials' } })
    expect(ran.succeeded).toBe(true)
  })

  test('grant-type jwt-bearer in full', async () => {
    const ran = await run(openAsUser(), { inputs: { 'grant-type': `${PREFIX}grant-type:jwt-bearer` } })
    expect(ran.succeeded).toBe(true)
  })

  test('the types of tokens, of which a JWT is the first choice', async () => {
    const world = await openDex()
    await run(world, { inputs: { 'subject-token-type': '', 'requested-token-type': 'urn:example:own' } })
    expect(Object.fromEntries(asked(world)[0]!)).toMatchObject({
      subject_token_type: `${PREFIX}token-type:jwt`,
      requested_token_type: 'urn:example:own',
    })
  })
})
