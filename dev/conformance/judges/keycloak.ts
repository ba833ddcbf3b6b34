import { strict as assert } from 'node:assert'
import { delimiter, dirname } from 'node:path'
import { fencesOf, readDocument } from '../../documents/fences.ts'
import { randomText } from '../../fakes/secrets.ts'
import { createFixture, freePort, type Fixture, type Ran, type Step } from '../fixture.ts'
import type { Judge } from '../judge.ts'
import { AGAIN, callApi, claimsOf, expectRevoked, given, good, holdRefusal } from '../lines.ts'
import { fetched, shell } from '../program.ts'

const VERSION = '26.7.3'
const KEYCLOAK = fetched(
  'keycloak',
  'bin/kc.sh',
  `mvn --batch-mode --quiet dependency:copy -Dartifact=org.keycloak:keycloak-quarkus-dist:${VERSION}:zip -DoutputDirectory=.`,
  `unzip -q keycloak-quarkus-dist-${VERSION}.zip`,
  `mv keycloak-${VERSION}/* .`,
  'rm -r keycloak-*',
)

/** The name under which steps reach the server, as in the page. */
const HOST = 'keycloak.example.com'
const PAGE = 'oauth-token/README.md'
const REALM = `https://${HOST}/realms/ci`
const ENDPOINTS = '/protocol/openid-connect'
/** What the page calls CLIENT_SECRET. */
const SECRET = randomText(32)
/** The user of the client that the page sets up. */
const SERVICE = 'service-account-deploy'

/** Keycloak in development mode, set up by the commands of the page. */
export const keycloak: Judge = {
  name: 'keycloak',
  title: '[Keycloak](https://github.com/keycloak/keycloak)',
  judges:
    '`oauth-token`: the commands of its page, ID tokens as client assertions and as grants, refusals, single use, revocation',
  program: KEYCLOAK,
  version: () => VERSION,
  run: async (hold) => {
    await using fixture = await createFixture(hold, [HOST])
    const setting = await setUp(fixture)
    for (const lines of [assertions, grants, refusals, others]) await lines(setting)
  },
}

/** A server in development mode, with its database in memory and the realm of the page, and steps of a job that use it. */
async function setUp(fixture: Fixture) {
  const password = randomText(24)
  const managementPort = await freePort()
  const address = await fixture.start(HOST, (port) => ({
    file: KEYCLOAK.path,
    args: [
      'start-dev',
      '--db=dev-mem',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--http-management-port=${managementPort}`,
      `--hostname=https://${HOST}`,
      `--truststore-paths=${fixture.env['SSL_CERT_FILE']!}`,
    ],
    ready: '/realms/master',
    env: {
      JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx600m',
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: password,
    },
  }))
  await runPage(fixture, `--server ${address} --realm master --user admin --password ${password}`)

  const ask = (realm: string, form: Record<string, string>) =>
    callApi('POST', `${address}/realms/${realm}${ENDPOINTS}/token`, '', new URLSearchParams(form))
  const admin = async (method: string, path: string, body?: object): Promise<unknown> => {
    const login = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password }
    const { access_token: token } = await good(ask('master', login))
    return good(callApi(method, `${address}/admin/realms/ci/${path}`, String(token), body))
  }
  const usual = {
    'token-url': `${REALM}${ENDPOINTS}/token`,
    'revocation-url': `${REALM}${ENDPOINTS}/revoke`,
    audience: REALM,
    // Only with this scope does the server tell who the bearer is.
    scope: 'openid',
  }
  const asClient = { 'grant-type': 'client-credentials', 'client-id': 'deploy' }
  const asUser = { 'grant-type': 'jwt-bearer', 'client-id': 'deploy-as-user', 'client-secret': SECRET }
  return {
    ...fixture,
    /** The step of the page that has no secret. */
    runAsClient: fixture.stepsOf('oauth-token', { ...usual, ...asClient }),
    /** The step of the page that acts as a user. */
    runAsUser: fixture.stepsOf('oauth-token', { ...usual, ...asUser }),
    ask: (form: Record<string, string>) => ask('ci', form),
    /** Changes the attributes of a client of the realm. */
    change: async (clientId: string, attributes: Readonly<Record<string, string>>) => {
      const [client] = (await admin('GET', `clients?clientId=${clientId}`)) as { id: string; attributes: object }[]
      assert(client !== undefined, `there is no client ${clientId}`)
      await admin('PUT', `clients/${client.id}`, { ...client, attributes: { ...client.attributes, ...attributes } })
    },
    /** As whom the server knows the bearer of a token; `undefined` where it does not accept it. */
    userOf: async (token: string) => {
      const { status, body } = await callApi('GET', `${address}/realms/ci${ENDPOINTS}/userinfo`, token)
      return status === 200 ? body['preferred_username'] : undefined
    },
  }
}

type Setting = Awaited<ReturnType<typeof setUp>>

/** What a person does at a shell: logs in, and what the page says. */
async function runPage({ folder }: Fixture, administrator: string): Promise<void> {
  const commands = fencesOf(readDocument(PAGE))
    .filter(({ language, text }) => language === 'sh' && text.includes('kcadm.sh'))
    .map(({ text }) => text.replace('CLIENT_SECRET', SECRET))
  assert.equal(commands.length, 5, `${PAGE} has not the commands for Keycloak`)
  const path = [dirname(KEYCLOAK.path), process.env['PATH']].join(delimiter)
  for (const each of [`kcadm.sh config credentials ${administrator}`, ...commands]) {
    await shell(each, { cwd: folder, env: { HOME: folder, PATH: path } })
  }
}

/** The token of a step works as this user and ends when it says. */
async function granted({ userOf }: Setting, ran: Ran, user: string): Promise<void> {
  claimsOf(ran)
  const { outputs, annotations } = ran
  assert.deepEqual(annotations, [])
  assert.equal(await userOf(outputs['token']!), user)
  assert.equal(outputs['token-type'], 'Bearer')
  assert.deepEqual(outputs['scope']?.split(' ').sort(), ['email', 'openid', 'profile'])
}

/** It does, and the post step revokes it, as the client that got it. */
async function grantedAndRevoked(setting: Setting, ran: Ran, user: string): Promise<void> {
  await granted(setting, ran, user)
  await expectRevoked(ran)
  assert.equal(await setting.userOf(ran.outputs['token']!), undefined)
}

async function assertions(setting: Setting): Promise<void> {
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
      await grantedAndRevoked(setting, await runAsClient(), SERVICE)
    },
  )
  await hold('a client assertion without client_id', async () => {
    await granted(setting, await runAsClient({ inputs: { 'client-id': '' } }), SERVICE)
  })
  await hold('each ID token once: two steps have two, one that was used is refused', async () => {
    for (let step = 0; step < 2; step++) await granted(setting, await runAsClient(), SERVICE)
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await mint(REALM),
    }
    assert.equal((await ask(form)).status, 200)
    const reused = { error: 'invalid_client', error_description: 'Token reuse detected' }
    assert.deepEqual(await ask(form), { status: 400, body: reused })
  })
}

async function grants(setting: Setting): Promise<void> {
  const { hold, runAsUser } = setting
  for (const authentication of ['client_secret_basic', 'client_secret_post']) {
    await hold(`the user of the page, by ${authentication}; post revokes likewise`, async () => {
      const ran = await runAsUser({ inputs: { 'client-authentication': authentication } })
      await grantedAndRevoked(setting, ran, 'deploy-bot')
    })
  }
  await hold('an ID token for the token endpoint instead of the realm', async () => {
    await granted(setting, await runAsUser({ inputs: { audience: `${REALM}${ENDPOINTS}/token` } }), 'deploy-bot')
  })
}

const CLIENT = /\(401 Unauthorized\): invalid_client: Invalid client or Invalid client credentials\./

/** What is refused, of a client and of a user. */
const DENIALS: readonly (readonly [name: string, step: Step, assertion: RegExp, grant: RegExp])[] = [
  [
    'another audience',
    { inputs: { audience: 'https://another.example.com' } },
    /\(400 Bad Request\): invalid_client: Invalid token audience\./,
    /invalid_grant: Invalid token audience\./,
  ],
  ['another subject', { identity: { ref: 'refs/heads/other' } }, CLIENT, /invalid_grant: User not found\./],
  [
    'another issuer',
    { claims: { iss: 'https://issuer.example' } },
    CLIENT,
    /invalid_grant: No Identity Provider for provided issuer\./,
  ],
  [
    'an ID token that has ended',
    { claims: { exp: Math.floor(Date.now() / 1_000) - 60 } },
    /\(400 Bad Request\): invalid_client: Token is not active\./,
    /invalid_grant: Token is not active\./,
  ],
]

async function refusals(setting: Setting): Promise<void> {
  const { hold, runAsClient, runAsUser, change } = setting
  for (const [name, step, assertion, grant] of DENIALS) {
    await holdRefusal(hold, runAsClient, [`${name}, of a client`, assertion, step])
    await holdRefusal(hold, runAsUser, [`${name}, of a user`, grant, step])
  }
  const secret = /\(401 Unauthorized\): unauthorized_client: Invalid client or .*[^]*Also check `client-secret`/
  await holdRefusal(hold, runAsUser, ['a wrong secret', secret, given({ 'client-secret': 'wrong-wrong-wrong' })])
  const scope = /invalid_scope: Invalid scopes: nonsense\.[^]*Check `scope`/
  await holdRefusal(hold, runAsClient, ['a scope that it does not know', scope, given({ scope: 'nonsense' })])
  await hold('the subject in a refusal, given to the client, lets the same run in', async () => {
    const identity = { ref: 'refs/heads/other' }
    const { told } = await runAsClient({ identity })
    const [, subject = ''] = /its subject \(sub\) "([^"]+)"/.exec(told) ?? []
    await change('deploy', { 'jwt.credential.sub': subject })
    await granted(setting, await runAsClient({ identity }), SERVICE)
    await change('deploy', { 'jwt.credential.sub': subject.replace('other', 'main') })
  })
}

async function others(setting: Setting): Promise<void> {
  const { hold, runAsClient, runAsUser, change } = setting
  await hold('an ID token of the client and another one as the grant, in one request', async () => {
    const grant = 'oauth2.jwt.authorization.grant'
    await change('deploy', { [`${grant}.enabled`]: 'true', [`${grant}.idp`]: 'github' })
    const inputs = { 'grant-type': 'jwt-bearer', 'client-authentication': 'id-token' }
    await grantedAndRevoked(setting, await runAsClient({ inputs }), 'deploy-bot')
  })
  await change('deploy-as-user', { 'standard.token.exchange.enabled': 'true' })
  // As the page says.
  const exchange = /The token endpoint \(\S+\) refused \(4\d\d /
  const step = given({ 'grant-type': 'token-exchange' })
  await holdRefusal(hold, runAsUser, ['an ID token of GitHub in its standard token exchange', exchange, step])
}
