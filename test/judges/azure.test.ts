import { ClientAssertionCredential, type ClientAssertionCredentialOptions } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import { describe, expect, test } from 'vitest'
import { CLIENT, system as database, TENANT } from '../../dev/systems/database/azure.ts'
import { system as keyVault, VERSIONS } from '../../dev/systems/secret/azure-key-vault.ts'
import type { World } from '../../dev/world.ts'
import { exchangeOf, opening, runStep, type Ran } from '../exchanges/in-process.ts'

/*
 * Azure's own clients against the fakes of Entra and Key Vault. They believe that they ask the real hosts; what they send goes to
 * loopback.
 */

const AUDIENCE = 'api://AzureADTokenExchange'
const DATABASES = 'https://ossrdbms-aad.database.windows.net'
const VAULT = 'https://my-vault.vault.azure.net'

type Policies = NonNullable<ClientAssertionCredentialOptions['additionalPolicies']>

/** Sends the requests of a client to the fakes of a world. */
function toFakes(world: World): { additionalPolicies: Policies; retryOptions: { maxRetries: number } } {
  const policy: Policies[number]['policy'] = {
    name: 'to the fakes',
    async sendRequest(request, next) {
      const { href, origin, pathname, search } = new URL(request.url)
      request.url = `${world.url(origin === VAULT ? 'keyvault' : 'login')}${pathname}${search}`
      request.allowInsecureConnection = true
      try {
        return await next(request)
      } finally {
        request.url = href
      }
    },
  }
  return { additionalPolicies: [{ policy, position: 'perRetry' }], retryOptions: { maxRetries: 0 } }
}

function credential(world: World, { clientId = CLIENT, audience = AUDIENCE } = {}): ClientAssertionCredential {
  return new ClientAssertionCredential(TENANT, clientId, () => world.issuer.mint(audience), {
    ...toFakes(world),
    disableInstanceDiscovery: true,
  })
}

const secrets = (world: World): SecretClient => new SecretClient(VAULT, credential(world), toFakes(world))

async function ours(world: World, action: string, inputs: Record<string, string> = {}): Promise<Ran> {
  return runStep(await exchangeOf(action), world, action, { inputs })
}

describe('@azure/identity', () => {
  const open = opening(database)

  test('gets the token that our action gives, by the same request', async () => {
    const world = await open()
    const { token, expiresOnTimestamp } = await credential(world).getToken(`${DATABASES}/.default`)
    const { outputs } = await ours(world, 'database/azure')
    const [theirs, mine] = [token, outputs['token']!].map((text) => world.setup.entra.token(text))
    expect(theirs).toMatchObject({ clientId: CLIENT, resource: DATABASES })
    expect({ ...mine, expiresAt: 0 }).toEqual({ ...theirs, expiresAt: 0 })
    expect(Math.abs(Date.parse(outputs['expires-at']!) - expiresOnTimestamp)).toBeLessThan(5_000)
    const [request, own] = world.server('login').requests
    // Beside what it tells of itself, for Microsoft's statistics.
    const parts = (form: string): string[][] =>
      [...new URLSearchParams(form)]
        .filter(([name]) => !/^(?:x-|client-request-id$|client_assertion$)/.test(name))
        .toSorted()
    expect(parts(request!.body)).toEqual(parts(own!.body))
    expect(request!.path.replace(/\?.*/, '')).toBe(own!.path)
    expect(request!.headers['content-type']).toContain(own!.headers['content-type'])
  })

  test.each([
    ['a subject that is not trusted', {}, 'invalid_client', 700213],
    ['another audience', { audience: 'api://mine' }, 'invalid_client', 700213],
    ['a client that is not there', { clientId: TENANT }, 'unauthorized_client', 700016],
  ])('reads the refusal of %s', async (_what, of, error, code) => {
    const world = await open()
    world.setup.deny()
    await expect(credential(world, of).getToken(`${DATABASES}/.default`)).rejects.toMatchObject({
      name: 'AuthenticationRequiredError',
      message: expect.stringMatching(new RegExp(`AADSTS${code}: [^]* Trace ID: [\\da-f-]{36}$`)) as string,
      cause: { errorCode: error, errorNo: code },
    })
  })
})

describe('@azure/keyvault-secrets', () => {
  const open = opening(keyVault)

  test('asks without a token first, follows the challenge, and gets what our action gives', async () => {
    const world = await open()
    const { value, properties } = await secrets(world).getSecret('database-password')
    expect(properties.version).toBe(VERSIONS[1])
    expect((await ours(world, 'secret/azure-key-vault')).outputs).toEqual({ secret: value })
    const { requests } = world.server('keyvault')
    expect(requests.map(({ answered }) => answered)).toEqual([401, 200, 200])
    const paths = requests.map(({ path }) => path.replace(/\/?\?.*/, ''))
    expect(new Set(paths)).toEqual(new Set(['/secrets/database-password']))
    const scopes = world.server('login').requests.map(({ body }) => new URLSearchParams(body).get('scope'))
    expect(scopes).toEqual(['https://vault.azure.net/.default', 'https://vault.azure.net/.default'])
  })

  test('gets a version, and the times of it', async () => {
    const world = await open()
    const attributes = { nbf: 1_780_000_000, exp: 1_790_000_000 }
    world.setup.secrets['dated'] = [{ version: VERSIONS[0], value: 'a value', attributes }]
    const { value, properties } = await secrets(world).getSecret('dated', { version: VERSIONS[0] })
    expect(value).toBe('a value')
    expect(properties).toMatchObject({
      notBefore: new Date(attributes.nbf * 1_000),
      expiresOn: new Date(attributes.exp * 1_000),
    })
    const ran = await ours(world, 'secret/azure-key-vault', { secret: `dated/${VERSIONS[0]}` })
    expect(ran.warnings[0]).toContain(`"dated/${VERSIONS[0]}" expired at ${properties.expiresOn!.toISOString()}.`)
  })

  test.each([
    ['ForbiddenByRbac', 'database-password', 403, 'Forbidden'],
    ['SecretDisabled', 'off', 403, 'Forbidden'],
    [undefined, 'nothing', 404, 'SecretNotFound'],
  ])('throws a RestError for %s', async (inner, name, statusCode, code) => {
    const world = await open()
    world.setup.secrets['off'] = [{ version: VERSIONS[0], value: 'x', attributes: { enabled: false } }]
    if (inner === 'ForbiddenByRbac') world.setup.deny()
    const details = { error: { innerError: inner && { code: inner } } }
    await expect(secrets(world).getSecret(name)).rejects.toMatchObject({ name: 'RestError', statusCode, code, details })
  })
})
