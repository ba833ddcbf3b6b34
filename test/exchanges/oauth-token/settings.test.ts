import { describe, expect, test } from 'vitest'
import { readSettings } from '../../../src/exchanges/oauth-token/settings.ts'
import { inputsOf, problemsOf } from '../../inputs/fixture.ts'
import { asked, open, openAsUser, openDex, run } from './fixture.ts'

const PREFIX = 'urn:ietf:params:oauth:'
const BY = 'client-authentication'

/** Inputs that are refused before anything is sent, and why. */
const REFUSED: readonly (readonly [Record<string, string>, string])[] = [
  [{ 'token-url': 'http://auth.example.com/token' }, 'token-url must begin with https://'],
  [{ 'revocation-url': 'http://auth.example.com' }, 'revocation-url must begin with https://'],
  [{ 'grant-type': 'code' }, 'grant-type must be one of token-exchange, jwt-bearer, client-credentials, not'],
  [{ audience: 'two\nlines' }, 'audience must be one line'],
  [{ 'client-authentication': 'key' }, 'client-authentication must be one of none, client_secret'],
  [{ 'client-secret': 'secret', 'client-id': '' }, 'client-id is required with client-secret'],
  [{ [BY]: 'client_secret_post' }, `client-secret is required with ${BY} client_secret_post`],
  [{ [BY]: 'client_secret_basic', 'client-id': '' }, `client-id is required with ${BY} client_secret_basic`],
  [{ [BY]: 'none', 'client-secret': 'secret' }, `client-secret is not used with ${BY} none`],
  [{ 'grant-type': 'client-credentials', 'client-secret': 'secret' }, `client-secret is not used with ${BY} id-token`],
  [{ 'grant-type': 'client-credentials', [BY]: 'none' }, `${BY} must be id-token with grant-type client-credentials`],
  [
    { 'grant-type': 'jwt-bearer', 'subject-token-type': 'jwt' },
    'subject-token-type is not used with grant-type jwt-bearer',
  ],
  [
    { 'grant-type': 'jwt-bearer', 'requested-token-type': 'jwt' },
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
]

/** What is wrong with inputs. */
function problemsIn(given: Record<string, string>): string[] {
  const inputs = inputsOf({ 'token-url': 'https://auth.example.com/token', ...given })
  readSettings(inputs)
  return problemsOf(inputs)
}

describe('inputs that cannot be used', () => {
  test.each(REFUSED)('%j', (inputs, rule) => {
    expect(problemsIn(inputs)).toContainEqual(expect.stringContaining(rule))
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
  ])('the parameter %s, which the step sets', (name) => {
    expect(problemsIn({ parameters: `${name}=x` })).toEqual([
      expect.stringContaining(`parameters must not contain ${name}, which comes from the `),
    ])
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

  test.each([
    [open, 'client_credentials'],
    [openAsUser, `${PREFIX}grant-type:jwt-bearer`],
  ])('%o: grant-type %s', async (opened, grant) => {
    expect((await run(opened(), { inputs: { 'grant-type': grant } })).succeeded).toBe(true)
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
