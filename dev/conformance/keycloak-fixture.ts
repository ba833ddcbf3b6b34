import { strict as assert } from 'node:assert'
import { delimiter, dirname } from 'node:path'
import { fencesOf, readDocument } from '../documents/fences.ts'
import { randomText } from '../fakes/secrets.ts'
import type { Hold } from './judge.ts'
import { mavenProgram, output } from './program.ts'
import { freePort, type Fixture, type Ran, type Step } from './fixture.ts'

export const VERSION = '26.7.3'
export const KEYCLOAK = mavenProgram('keycloak', `org.keycloak:keycloak-quarkus-dist:${VERSION}`, 'bin/kc.sh')

/** The name under which steps reach the server, as in the page. */
export const HOST = 'keycloak.example.com'
export const PAGE = 'oauth-token/README.md'
export const REALM = `https://${HOST}/realms/ci`
const ENDPOINTS = '/protocol/openid-connect'
/** What the page calls CLIENT_SECRET. */
export const SECRET = randomText(32)

/** A Keycloak with the realm of the page, and steps of a job that use it. */
export interface KeycloakFixture extends Omit<Fixture, typeof Symbol.asyncDispose | 'start'> {
  readonly hold: Hold
  /** Runs every command of the page, one after the other. */
  readonly setUp: () => Promise<void>
  /** The step of the page that has no secret, with what is given added to it. */
  readonly runAsClient: (step?: Partial<Step>) => Promise<Ran>
  /** The step of the page that acts as a user, likewise. */
  readonly runAsUser: (step?: Partial<Step>) => Promise<Ran>
  /** Posts a form to the token endpoint. */
  readonly ask: (form: Readonly<Record<string, string>>) => Promise<Answer>
  /** Changes the attributes of a client of the realm. */
  readonly change: (clientId: string, attributes: Readonly<Record<string, string>>) => Promise<void>
  /** As whom the server knows the bearer of a token; `undefined` where it does not accept it. */
  readonly userOf: (token: string) => Promise<string | undefined>
}

export interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

/** The administrator of a server that was just started. */
interface Administrator {
  readonly address: string
  readonly password: string
}

export async function createKeycloakFixture(hold: Hold, fixture: Fixture): Promise<KeycloakFixture> {
  const administrator = await start(fixture)
  const { address } = administrator
  // Only with this scope does the server tell who the bearer is.
  const inputs = {
    'token-url': `${REALM}${ENDPOINTS}/token`,
    'revocation-url': `${REALM}${ENDPOINTS}/revoke`,
    audience: REALM,
    scope: 'openid',
  }
  const runWith = (own: Step['inputs'], step: Partial<Step> = {}): Promise<Ran> =>
    fixture.run({ action: 'oauth-token', credential: 'token', ...step, inputs: { ...inputs, ...own, ...step.inputs } })
  return {
    ...fixture,
    hold,
    setUp: () => setUp(fixture, administrator),
    runAsClient: (step) => runWith({ 'grant-type': 'client-credentials', 'client-id': 'deploy' }, step),
    runAsUser: (step) =>
      runWith({ 'grant-type': 'jwt-bearer', 'client-id': 'deploy-as-user', 'client-secret': SECRET }, step),
    ask: (form) => post(`${address}/realms/ci${ENDPOINTS}/token`, form),
    async change(clientId, attributes) {
      const [client] = (await admin(administrator, 'GET', `clients?clientId=${clientId}`)) as Client[]
      assert(client !== undefined, `there is no client ${clientId}`)
      const changed = { ...client, attributes: { ...client.attributes, ...attributes } }
      await admin(administrator, 'PUT', `clients/${client.id}`, changed)
    },
    async userOf(token) {
      const answer = await fetch(`${address}/realms/ci${ENDPOINTS}/userinfo`, {
        headers: { authorization: `Bearer ${token}` },
      })
      if (!answer.ok) return undefined
      return ((await answer.json()) as Record<string, string>)['preferred_username']
    },
  }
}

interface Client {
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
}

/** Starts a server in development mode, with its database in memory. */
async function start({ env, start: startAt }: Fixture): Promise<Administrator> {
  const password = randomText(24)
  const managementPort = await freePort()
  const address = await startAt(HOST, (port) => ({
    file: KEYCLOAK.path,
    args: [
      'start-dev',
      '--db=dev-mem',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--http-management-port=${managementPort}`,
      `--hostname=https://${HOST}`,
      `--truststore-paths=${env['SSL_CERT_FILE']!}`,
    ],
    ready: '/realms/master',
    env: {
      JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx600m',
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: password,
    },
  }))
  return { address, password }
}

/** What a person does at a shell: logs in, and what the page says. */
async function setUp({ folder }: Fixture, { address, password }: Administrator): Promise<void> {
  const commands = fencesOf(readDocument(PAGE))
    .filter(({ language, text }) => language === 'sh' && text.includes('kcadm.sh'))
    .map(({ text }) => text.replace('CLIENT_SECRET', SECRET))
  assert.equal(commands.length, 5, `${PAGE} has not the commands for Keycloak`)
  const login = `kcadm.sh config credentials --server ${address} --realm master --user admin --password ${password}`
  const path = [dirname(KEYCLOAK.path), process.env['PATH']].join(delimiter)
  for (const each of [login, ...commands]) {
    await output('bash', ['-euo', 'pipefail', '-c', each], { cwd: folder, env: { HOME: folder, PATH: path } })
  }
}

/** Asks the administration API of the realm. */
async function admin(
  { address, password }: Administrator,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const login = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password }
  const { json } = await post(`${address}/realms/master${ENDPOINTS}/token`, login)
  const answer = await fetch(`${address}/admin/realms/ci/${path}`, {
    method,
    headers: { authorization: `Bearer ${String(json['access_token'])}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

async function post(url: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  return { status: answer.status, json: (await answer.json()) as Answer['json'] }
}
