import { strict as assert } from 'node:assert'
import { decodeJwt } from 'jose'
import { AGAIN, createFixture, type Ran, type Step } from '../fixture.ts'
import type { Judge } from '../judge.ts'
import { createKeycloakFixture, HOST, KEYCLOAK, REALM, VERSION, type KeycloakFixture } from '../keycloak-fixture.ts'

const TOKEN_URL = `${REALM}/protocol/openid-connect/token`

/** Keycloak in development mode, set up by the commands of the page. */
export const keycloak: Judge = {
  name: 'keycloak',
  title: '[Keycloak](https://github.com/keycloak/keycloak)',
  judges:
    '`oauth-token`: the commands of its page, ID tokens as client assertions and as grants, refusals, single use, revocation',
  program: KEYCLOAK,
  version: () => Promise.resolve(VERSION),
  run: async (hold) => {
    await using fixture = await createFixture([HOST])
    const setting = await createKeycloakFixture(hold, fixture)
    await setting.setUp()
    for (const lines of [assertions, grants, refusals, both, exchange]) await lines(setting)
  },
}

/** The token of a step, that works as this user and ends when it says. */
async function granted(
  { userOf }: KeycloakFixture,
  { outputs, told, annotations }: Ran,
  user: string,
): Promise<string> {
  const { token, 'expires-at': expiresAt = '' } = outputs
  assert(token !== undefined, told)
  assert.deepEqual(annotations, [])
  assert.equal(await userOf(token), user)
  assert.equal(outputs['token-type'], 'Bearer')
  assert.deepEqual(outputs['scope']?.split(' ').sort(), ['email', 'openid', 'profile'])
  const earlyMs = decodeJwt(token).exp! * 1_000 - Date.parse(expiresAt)
  assert(earlyMs > -1_000 && earlyMs < 60_000, `expires-at is ${earlyMs} ms before the end`)
  return token
}

/** The post step revokes it, as the client that got it. */
async function revoked({ userOf }: KeycloakFixture, ran: Ran): Promise<void> {
  const { outcome, annotations, log } = await ran.post()
  assert.deepEqual({ outcome, annotations }, { outcome: 'success', annotations: [] })
  assert.match(log, /The token was revoked\./)
  assert.equal(await userOf(ran.outputs['token']!), undefined)
}

async function assertions(setting: KeycloakFixture): Promise<void> {
  const { hold, keys, mint, runAsClient, ask } = setting
  await hold(
    'says that it is the client if it did not get the keys of the issuer, so nothing is asked again',
    async () => {
      keys.missing = 1
      const { told } = await runAsClient({ debug: true })
      assert.equal(keys.missing, 0)
      assert.match(told, /invalid_client: Invalid client or Invalid client credentials/)
      assert.doesNotMatch(told, AGAIN)
    },
  )
  await hold(
    'the commands of the page let its step in, without a secret; post revokes with a new ID token',
    async () => {
      const ran = await runAsClient()
      await granted(setting, ran, 'service-account-deploy')
      await revoked(setting, ran)
    },
  )
  await hold('a client assertion without client_id', async () => {
    await granted(setting, await runAsClient({ inputs: { 'client-id': '' } }), 'service-account-deploy')
  })
  await hold('each ID token once: two steps have two, one that was used is refused', async () => {
    for (let step = 0; step < 2; step++) await granted(setting, await runAsClient(), 'service-account-deploy')
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await mint(REALM),
    }
    assert.equal((await ask(form)).status, 200)
    assert.deepEqual(await ask(form), {
      status: 400,
      json: { error: 'invalid_client', error_description: 'Token reuse detected' },
    })
  })
}

async function grants(setting: KeycloakFixture): Promise<void> {
  const { hold, runAsUser } = setting
  for (const authentication of ['client_secret_basic', 'client_secret_post']) {
    await hold(`the user of the page, by ${authentication}; post revokes likewise`, async () => {
      const ran = await runAsUser({ inputs: { 'client-authentication': authentication } })
      await granted(setting, ran, 'deploy-bot')
      await revoked(setting, ran)
    })
  }
  await hold('an ID token for the token endpoint instead of the realm', async () => {
    await granted(setting, await runAsUser({ inputs: { audience: TOKEN_URL } }), 'deploy-bot')
  })
}

interface Denial extends Partial<Step> {
  readonly name: string
  /** Of a client, and of a user. */
  readonly words: readonly [assertion: RegExp, grant: RegExp]
}

const CLIENT = /\(401 Unauthorized\): invalid_client: Invalid client or Invalid client credentials\./

const DENIALS: readonly Denial[] = [
  {
    name: 'another audience',
    inputs: { audience: 'https://another.example.com' },
    words: [/\(400 Bad Request\): invalid_client: Invalid token audience\./, /invalid_grant: Invalid token audience\./],
  },
  {
    name: 'another subject',
    identity: { ref: 'refs/heads/other' },
    words: [CLIENT, /invalid_grant: User not found\./],
  },
  {
    name: 'another issuer',
    claims: { iss: 'https://issuer.example' },
    words: [CLIENT, /invalid_grant: No Identity Provider for provided issuer\./],
  },
  {
    name: 'an ID token that has ended',
    claims: { exp: Math.floor(Date.now() / 1_000) - 60 },
    words: [/\(400 Bad Request\): invalid_client: Token is not active\./, /invalid_grant: Token is not active\./],
  },
]

async function refusals(setting: KeycloakFixture): Promise<void> {
  const { hold, runAsClient, runAsUser, change } = setting
  const refused = ({ outcome, told }: Ran, words: RegExp, hint: RegExp): void => {
    assert.equal(outcome, 'failure')
    assert.match(told, words)
    assert.match(told, hint)
  }
  for (const { name, words, ...step } of DENIALS) {
    await hold(`refuses ${name}, of a client and of a user, and the hint says what was sent`, async () => {
      const said = /Its audience was "[^"]+", its subject \(sub\) "[^"]+", its issuer \(iss\) "[^"]+"\./
      refused(await runAsClient(step), words[0], said)
      refused(await runAsUser(step), words[1], said)
    })
  }
  await hold('the subject in a refusal, given to the client, lets the same run in', async () => {
    const identity = { ref: 'refs/heads/other' }
    const { told } = await runAsClient({ identity })
    const [, subject = ''] = /its subject \(sub\) "([^"]+)"/.exec(told) ?? []
    await change('deploy', { 'jwt.credential.sub': subject })
    await granted(setting, await runAsClient({ identity }), 'service-account-deploy')
    await change('deploy', { 'jwt.credential.sub': subject.replace('other', 'main') })
  })
  await hold('refuses a wrong secret', async () => {
    refused(
      await runAsUser({ inputs: { 'client-secret': 'wrong-wrong-wrong' } }),
      /\(401 Unauthorized\): unauthorized_client: Invalid client or Invalid client credentials\./,
      /Also check `client-secret`/,
    )
  })
  await hold('refuses a scope that it does not know', async () => {
    refused(
      await runAsClient({ inputs: { scope: 'nonsense' } }),
      /invalid_scope: Invalid scopes: nonsense\./,
      /Check `scope`/,
    )
  })
}

async function both(setting: KeycloakFixture): Promise<void> {
  const { hold, runAsClient, change } = setting
  await hold('an ID token of the client and another one as the grant, in one request', async () => {
    await change('deploy', {
      'oauth2.jwt.authorization.grant.enabled': 'true',
      'oauth2.jwt.authorization.grant.idp': 'github',
    })
    const inputs = { 'grant-type': 'jwt-bearer', 'client-authentication': 'id-token' }
    const ran = await runAsClient({ inputs })
    await granted(setting, ran, 'deploy-bot')
    await revoked(setting, ran)
  })
}

async function exchange({ hold, runAsUser, change }: KeycloakFixture): Promise<void> {
  await hold('takes no ID token of GitHub in its standard token exchange, as the page says', async () => {
    await change('deploy-as-user', { 'standard.token.exchange.enabled': 'true' })
    const { outcome, told } = await runAsUser({ inputs: { 'grant-type': 'token-exchange' } })
    assert.equal(outcome, 'failure')
    assert.match(told, /The token endpoint \(\S+\) refused \(4\d\d /)
  })
}
