import { strict as assert } from 'node:assert'
import { dirname, join } from 'node:path'
import { fenceOf } from '../../documents/fences.ts'
import { plainSummary, suggestionsOf } from '../../suggestions.ts'
import { TENANT } from '../../systems/database/azure.ts'
import { createFixture, type Fixture, type Ran } from '../fixture.ts'
import type { Judge } from '../judge.ts'
import { callApi, claimsOf, expectRefusal, given, good, holdRefusal, type Denial } from '../lines.ts'
import { ownBuild } from '../program.ts'

const ENTRA_VERSION = '4e61f24'
const VAULT_VERSION = '0d00ca2'
const EMULATORS = ownBuild(
  'azure/azure-keyvault-emulator',
  `entra-emulator at ${ENTRA_VERSION} and azure-keyvault-emulator at ${VAULT_VERSION}`,
)

const LOGIN_HOST = 'login.microsoftonline.com'
const VAULT_HOST = 'my-vault.vault.azure.net'
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
  version: () => `${ENTRA_VERSION}, ${VAULT_VERSION}`,
  run: async (hold) => {
    await using fixture = await createFixture(hold, [LOGIN_HOST, VAULT_HOST])
    const setting = await start(fixture)
    await logins(setting)
    for (const denial of DENIALS) await holdRefusal(hold, setting.database, denial)
    await reads(setting)
  },
}

async function start({ hold, start, stepsOf, mint }: Fixture) {
  const login = await start(LOGIN_HOST, (port) => ({
    file: join(dirname(EMULATORS.path), 'entra-emulator'),
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
  const vault = await start(VAULT_HOST, (port) => ({
    file: EMULATORS.path,
    args: ['--addr', `127.0.0.1:${port}`, '--disable-tls', '--data-dir', '', '--default-vault', 'my-vault'],
    ready: '/health',
    env: {
      KV_ENTRA_ISSUER: `https://${LOGIN_HOST}/${TENANT}/v2.0`,
      KV_ENTRA_JWKS_URL: `${login}/${TENANT}/discovery/v2.0/keys`,
    },
  }))
  /** Creates something in the directory; gives its id. */
  const admin = async (path: string, body: object): Promise<string> =>
    String((await good(callApi('POST', `${login}/admin/api/${path}`, '', body)))['id'])
  const clientId = await admin('apps', { displayName: 'app-migrations', isConfidential: true })
  const command = fenceOf(PAGE, 'sh', /az ad app federated-credential create/)
  const [, parameters = ''] = /--parameters '(\{[^']*\})'/.exec(command)!
  await admin(`apps/${clientId}/federated-credentials`, JSON.parse(parameters) as object)
  const form = new URLSearchParams({
    client_id: clientId,
    scope: 'https://vault.azure.net/.default',
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await mint('api://AzureADTokenExchange'),
  })
  const { access_token: token } = await good(callApi('POST', `${login}/${TENANT}/oauth2/v2.0/token`, '', form))
  const application = { 'tenant-id': TENANT, 'client-id': clientId }
  return {
    hold,
    clientId,
    admin,
    database: stepsOf('database/azure', application),
    secret: stepsOf('secret/azure-key-vault', { vault: 'my-vault', ...application }),
    /** Calls the vault as the application. */
    vault: (method: string, path: string, body: object) =>
      good(callApi(method, `${vault}${path}?api-version=2025-07-01`, String(token), body)),
  }
}

type Setting = Awaited<ReturnType<typeof start>>

async function logins({ hold, admin, clientId, database }: Setting): Promise<void> {
  const granted = (ran: Ran): void => {
    const { aud, azp, iss } = claimsOf(ran)
    assert.deepEqual([aud, azp, iss], [DATABASES, clientId, `https://${LOGIN_HOST}/${TENANT}/v2.0`])
  }
  // The hint speaks of tenant and cloud.
  const unknown = /\(400 Bad Request\): AADSTS500011: [^]*does not know https:\/\/ossrdbms-aad/
  await holdRefusal(hold, database, ['an API that the tenant does not know', unknown])
  await admin('apps', { displayName: 'Azure OSSRDBMS Database', appIdUri: DATABASES })
  await hold(
    'the federated credential of the page lets its step in; the token is for the databases alone',
    async () => {
      granted(await database())
    },
  )
  await hold('a subject that is not trusted is refused, and the credential that is suggested lets it in', async () => {
    const identity = { ref: 'refs/heads/next' }
    const ran = await database({ identity })
    expectRefusal(
      ran,
      /\(401 Unauthorized\): AADSTS700213: [^]*"repo:octo-org@6811672\/workflows@216219028:ref:refs\/heads\/next"/,
    )
    const [pasted] = suggestionsOf(ran.summary)
    await admin(`apps/${clientId}/federated-credentials`, JSON.parse(plainSummary(pasted!.text)) as object)
    granted(await database({ identity }))
  })
}

const OTHER = '99999999-2222-3333-4444-555555555555'
const CREDENTIAL = /\(401 Unauthorized\): AADSTS700213: /
const DENIALS: readonly Denial[] = [
  ['another audience', CREDENTIAL, { inputs: { audience: 'api://mine' } }],
  ['another case of the subject', CREDENTIAL, { identity: { owner: 'Octo-Org' } }],
  ['another issuer', CREDENTIAL, { claims: { iss: 'https://issuer.example' } }],
  ['an ID token that has ended', CREDENTIAL, { claims: { exp: 1_700_000_000 } }],
  ['another client', /AADSTS700038: [^]*Check `client-id`/, { inputs: { 'client-id': OTHER } }],
  ['another tenant', /AADSTS90002: [^]*Check `tenant-id`/, { inputs: { 'tenant-id': OTHER } }],
]

async function reads({ hold, vault, secret }: Setting): Promise<void> {
  const value = JSON.stringify({ username: 'app_user', password: 'Grüße, "quoted" \n and more' })
  const { id: first } = await vault('PUT', '/secrets/database', { value: 'the older one' })
  await vault('PUT', '/secrets/database', { value })
  const version = String(first).split('/').at(-1)!
  await hold('the newest version of a secret, and a key of it', async () => {
    assert.equal((await secret(given({ secret: 'database' }))).outputs['secret'], value)
    const { outputs } = await secret(given({ secret: 'database', key: 'username' }))
    assert.equal(outputs['secret'], 'app_user')
  })
  await hold('a version by its id, several values at once', async () => {
    const { outputs } = await secret(given({ secrets: `old: database/${version}\nuser: database#username` }))
    assert.deepEqual([outputs['old'], outputs['user']], ['the older one', 'app_user'])
  })
  await vault('PUT', '/secrets/off', { value: 'a value', attributes: { enabled: false } })
  const off = /\(403 Forbidden\): Forbidden: Operation get is not allowed on a disabled secret\./
  await holdRefusal(hold, secret, ['a disabled secret', off, given({ secret: 'off' })])
  const absent = /\(404 Not Found\): SecretNotFound: [^]*az keyvault secret recover/
  await holdRefusal(hold, secret, ['a secret that is not there', absent, given({ secret: 'nothing' })])
}
