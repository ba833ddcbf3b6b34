import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { fenceOf } from '../../documents/fences.ts'
import { plainSummary, suggestionsOf } from '../../suggestions.ts'
import { TENANT } from '../../systems/database/azure.ts'
import { AGAIN, createFixture, type Fixture, type Ran, type Step } from '../fixture.ts'
import type { Hold, Judge } from '../judge.ts'
import { STORE, type Program } from '../program.ts'

const FOLDER = join(STORE, 'azure')
const ENTRA_VERSION = '4e61f24'
const VAULT_VERSION = '0d00ca2'
/** Neither is on a registry. */
const EMULATORS: Program = {
  path: join(FOLDER, 'azure-keyvault-emulator'),
  from: `own builds of entra-emulator at ${ENTRA_VERSION} and azure-keyvault-emulator at ${VAULT_VERSION}, put into .conformance/azure by hand`,
  isByHand: true,
}

const LOGIN_HOST = 'login.microsoftonline.com'
const VAULT_HOST = 'my-vault.vault.azure.net'
const AUDIENCE = 'api://AzureADTokenExchange'
const DATABASES = 'https://ossrdbms-aad.database.windows.net'
const PAGE = 'database/azure/README.md'

/** Emulators of Entra and Key Vault, under the real names, with the federated credential of the page. */
export const azure: Judge = {
  name: 'azure',
  title:
    'Emulators of [Entra](https://github.com/calvinchengx/entra-emulator) and [Key Vault](https://github.com/calvinchengx/azure-keyvault-emulator)',
  judges:
    '`database/azure`, `secret/azure-key-vault`: the federated credential of the page and the one that a refusal suggests, refusals, reads',
  program: EMULATORS,
  version: () => Promise.resolve(`${ENTRA_VERSION}, ${VAULT_VERSION}`),
  run: async (hold) => {
    await using fixture = await createFixture([LOGIN_HOST, VAULT_HOST])
    const setting = await start(hold, fixture)
    for (const lines of [logins, refusals, reads]) await lines(setting)
  },
}

interface Setting extends Pick<Fixture, 'run'> {
  readonly hold: Hold
  readonly clientId: string
  /** Creates something in the directory; gives its id. */
  readonly admin: (path: string, body: object) => Promise<string>
  /** Calls the vault as the application. */
  readonly vault: (method: string, path: string, body?: object) => Promise<Record<string, unknown>>
}

async function start(hold: Hold, { start: startAt, run, mint }: Fixture): Promise<Setting> {
  const login = await startAt(LOGIN_HOST, (port) => ({
    file: join(FOLDER, 'entra-emulator'),
    args: [],
    ready: '/health',
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      TENANT_ID: TENANT,
      TLS_ENABLED: 'false',
      PUBLIC_ORIGIN: `https://${LOGIN_HOST}`,
      ENTRA_DATA_DIR: '',
    },
  }))
  const vault = await startAt(VAULT_HOST, (port) => ({
    file: EMULATORS.path,
    args: ['--addr', `127.0.0.1:${port}`, '--disable-tls', '--data-dir', '', '--default-vault', 'my-vault'],
    ready: '/health',
    env: {
      KV_ENTRA_ISSUER: `https://${LOGIN_HOST}/${TENANT}/v2.0`,
      KV_ENTRA_JWKS_URL: `${login}/${TENANT}/discovery/v2.0/keys`,
    },
  }))
  const call = async (method: string, url: string, body?: object, token = ''): Promise<Record<string, unknown>> => {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`)
    return JSON.parse(text || '{}') as Record<string, unknown>
  }
  const admin: Setting['admin'] = async (path, body) =>
    String((await call('POST', `${login}/admin/api/${path}`, body))['id'])
  const clientId = await admin('apps', { displayName: 'app-migrations', isConfidential: true })
  const [, parameters = ''] = /--parameters '(\{[^']*\})'/.exec(
    fenceOf(PAGE, 'sh', /az ad app federated-credential create/),
  )!
  await admin(`apps/${clientId}/federated-credentials`, JSON.parse(parameters) as object)
  const form = new URLSearchParams({
    client_id: clientId,
    scope: 'https://vault.azure.net/.default',
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await mint(AUDIENCE),
  })
  const answer = await fetch(`${login}/${TENANT}/oauth2/v2.0/token`, { method: 'POST', body: form })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  return {
    hold,
    run,
    clientId,
    admin,
    vault: (method, path, body) => call(method, `${vault}${path}?api-version=2025-07-01`, body, token),
  }
}

function database({ run, clientId }: Setting, inputs: Step['inputs'] = {}, more: Partial<Step> = {}): Promise<Ran> {
  const all = { 'tenant-id': TENANT, 'client-id': clientId, ...inputs }
  return run({ action: 'database/azure', credential: 'token', ...more, inputs: all })
}

function secret({ run, clientId }: Setting, inputs: Step['inputs'], debug = false): Promise<Ran> {
  const all = { vault: 'my-vault', 'tenant-id': TENANT, 'client-id': clientId, ...inputs }
  return run({ action: 'secret/azure-key-vault', inputs: all, debug })
}

function granted({ clientId }: Setting, { outputs, told }: Ran): void {
  const { token, 'expires-at': expiresAt = '' } = outputs
  assert(token !== undefined, told)
  const { aud, azp, iss, exp = 0 } = decodeJwt(token)
  assert.deepEqual([aud, azp, iss], [DATABASES, clientId, `https://${LOGIN_HOST}/${TENANT}/v2.0`])
  const earlyMs = exp * 1_000 - Date.parse(expiresAt)
  assert(earlyMs > -1_000 && earlyMs < 60_000, `expires-at is ${earlyMs} ms before the end`)
}

function refused({ outcome, told }: Ran, words: RegExp): void {
  assert.equal(outcome, 'failure')
  assert.match(told, words)
}

async function logins(setting: Setting): Promise<void> {
  const { hold, admin, clientId } = setting
  await hold(
    'an API that the tenant does not know is refused by AADSTS500011, which speaks of tenant and cloud',
    async () => {
      refused(await database(setting), /\(400 Bad Request\): AADSTS500011: [^]*does not know https:\/\/ossrdbms-aad/)
    },
  )
  await admin('apps', { displayName: 'Azure OSSRDBMS Database', appIdUri: DATABASES })
  await hold(
    'the federated credential of the page lets its step in; the token is for the databases alone',
    async () => {
      granted(setting, await database(setting))
    },
  )
  await hold('a subject that is not trusted is refused, and the credential that is suggested lets it in', async () => {
    const identity = { ref: 'refs/heads/next' }
    const ran = await database(setting, {}, { identity })
    refused(
      ran,
      /\(401 Unauthorized\): AADSTS700213: [^]*"repo:octo-org@6811672\/workflows@216219028:ref:refs\/heads\/next"/,
    )
    const [pasted] = suggestionsOf(ran.summary)
    await admin(`apps/${clientId}/federated-credentials`, JSON.parse(plainSummary(pasted!.text)) as object)
    granted(setting, await database(setting, {}, { identity }))
  })
}

async function refusals(setting: Setting): Promise<void> {
  const { hold } = setting
  const other = '99999999-2222-3333-4444-555555555555'
  const credential = /\(401 Unauthorized\): AADSTS700213: /
  const denials: readonly (readonly [name: string, inputs: Step['inputs'], more: Partial<Step>, words: RegExp])[] = [
    ['another audience', { audience: 'api://mine' }, {}, credential],
    ['another case of the subject', {}, { identity: { owner: 'Octo-Org' } }, credential],
    ['another issuer', {}, { claims: { iss: 'https://issuer.example' } }, credential],
    ['an ID token that has ended', {}, { claims: { exp: 1_700_000_000 } }, credential],
    ['another client', { 'client-id': other }, {}, /AADSTS700038: [^]*Check `client-id`/],
    ['another tenant', { 'tenant-id': other }, {}, /AADSTS90002: [^]*Check `tenant-id`/],
  ]
  for (const [name, inputs, more, words] of denials) {
    await hold(`refuses ${name}`, async () => {
      refused(await database(setting, inputs, more), words)
    })
  }
}

async function reads(setting: Setting): Promise<void> {
  const { hold, vault } = setting
  const value = JSON.stringify({ username: 'app_user', password: 'Grüße, "quoted" \n and more' })
  const { id: first } = await vault('PUT', '/secrets/database', { value: 'the older one' })
  await vault('PUT', '/secrets/database', { value })
  const version = String(first).split('/').at(-1)!
  await hold('the newest version of a secret, and a key of it', async () => {
    assert.equal((await secret(setting, { secret: 'database' })).outputs['secret'], value)
    const { outputs } = await secret(setting, { secret: 'database', key: 'username' })
    assert.equal(outputs['secret'], 'app_user')
  })
  await hold('a version by its id, several values at once', async () => {
    const { outputs } = await secret(setting, { secrets: `old: database/${version}\nuser: database#username` })
    assert.deepEqual([outputs['old'], outputs['user']], ['the older one', 'app_user'])
  })
  await hold('a disabled secret is refused', async () => {
    await vault('PUT', '/secrets/off', { value: 'a value', attributes: { enabled: false } })
    refused(
      await secret(setting, { secret: 'off' }),
      /\(403 Forbidden\): Forbidden: Operation get is not allowed on a disabled secret\./,
    )
  })
  await hold('a secret that is not there is refused by SecretNotFound', async () => {
    refused(
      await secret(setting, { secret: 'nothing' }),
      /\(404 Not Found\): SecretNotFound: [^]*az keyvault secret recover/,
    )
  })
  await hold('429 is tried again as it asks', async () => {
    await vault('POST', '/_emulator/faults', { throttleNextRequests: 1 })
    const { outputs, told } = await secret(setting, { secret: 'database', key: 'username' }, true)
    assert.match(told, AGAIN)
    assert.equal(outputs['secret'], 'app_user')
  })
  await hold('an application that may not read is refused', async () => {
    await vault('POST', '/_emulator/permissions', { [TENANT]: ['secrets/get'] })
    refused(
      await secret(setting, { secret: 'database' }),
      /Azure Key Vault \(my-vault\.vault\.azure\.net\) refused \(403 Forbidden\)/,
    )
  })
}
