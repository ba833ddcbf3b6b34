import { describe, expect, test } from 'vitest'
import { keyVaultError } from '../../../dev/fakes/azure-key-vault.ts'
import { fault } from '../../../dev/fakes/faults.ts'
import { CLIENT, TENANT } from '../../../dev/systems/database/azure.ts'
import { system, VERSIONS } from '../../../dev/systems/secret/azure-key-vault.ts'
import type { World } from '../../../dev/world.ts'
import { azureKeyVault } from '../../../src/exchanges/secret/azure-key-vault/exchange.ts'
import type { Settings } from '../../../src/exchanges/secret/azure-key-vault/settings.ts'
import { inputsOf } from '../../inputs/fixture.ts'
import { LINK, opening, refusalOf, stepsOf } from '../in-process.ts'

const open = opening(system)
const { run, refusal } = stepsOf(azureKeyVault, 'secret/azure-key-vault')

const paths = (world: World, role = 'keyvault'): string[] => world.server(role).requests.map(({ path }) => path)

/** The settings that inputs give. @throws ActionError that lists the problems in them */
async function settingsOf(given: Record<string, string>): Promise<Settings> {
  const all: Record<string, string> = { 'tenant-id': TENANT, 'client-id': CLIENT, secret: 'a', ...given }
  const inputs = inputsOf(all)
  const settings = await azureKeyVault.settings(inputs, {})
  inputs.check()
  return settings
}

describe('a secret', () => {
  test('is read with a token for Key Vault, which is masked', async () => {
    const world = await open()
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.infos).toEqual(['Secret "database-password" read.'])
    expect(ran.warnings).toEqual([])
    const [login] = world.server('login').requests
    expect(new URLSearchParams(login!.body).get('scope')).toBe('https://vault.azure.net/.default')
    const [request] = world.server('keyvault').requests
    const token = world.secrets.find(({ name }) => name.startsWith('Entra access token'))!.value
    expect(request).toMatchObject({ method: 'GET', path: '/secrets/database-password?api-version=2025-07-01' })
    expect(request!.headers['authorization']).toBe(`Bearer ${token}`)
    expect(ran.masks).toEqual(expect.arrayContaining([token, world.setup.secret]))
  })

  test('can be a version of it', async () => {
    const world = await open()
    const ran = await run(world, { inputs: { secret: `database-password/${VERSIONS[0]}` } })
    expect(ran.outputs).toEqual({ secret: `${world.setup.secret}-old` })
    expect(ran.infos).toEqual([`Secret "database-password/${VERSIONS[0]}" read.`])
  })

  test('is read once, whatever the case of its name', async () => {
    const world = await open({ variant: 'several' })
    await run(world, { inputs: { secrets: 'a: database#username\nb: DATABASE#password\nc: database-password' } })
    expect(paths(world).toSorted()).toEqual([
      '/secrets/database-password?api-version=2025-07-01',
      '/secrets/database?api-version=2025-07-01',
    ])
    expect(world.server('login').requests).toHaveLength(1)
  })

  test('that is a certificate comes as it is stored: text, or base64', async () => {
    const world = await open()
    const pem = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n-----END PRIVATE KEY-----\n`
    const pfx = Buffer.from('not a certificate, but as long as one').toString('base64')
    for (const [value, contentType] of [
      [pem, 'application/x-pem-file'],
      [pfx, 'application/x-pkcs12'],
    ] as const) {
      world.setup.secrets['tls'] = [{ version: VERSIONS[0], value, contentType }]
      expect((await run(world, { inputs: { secret: 'tls' } })).outputs).toEqual({ secret: value })
    }
  })

  const now = Date.parse('2026-11-21T08:00:00Z')
  const at = now / 1_000
  test.each([
    [
      { exp: at },
      'The secret "dated" expired at 2026-11-21T08:00:00.000Z. Key Vault still gives it: store a new version.',
    ],
    [
      { nbf: at + 1 },
      'The secret "dated" is not to be used before 2026-11-21T08:00:01.000Z. Key Vault gives it already.',
    ],
    [{ nbf: at, exp: at + 1 }, undefined],
  ])('with the times %o is given, with a warning where it is not its time', async (attributes, warning) => {
    const world = await open({ now: () => now })
    world.setup.secrets['dated'] = [{ version: VERSIONS[0], value: 'value of dated', attributes }]
    const ran = await run(world, { now: () => now, inputs: { secret: 'dated' } })
    expect(ran.outputs).toEqual({ secret: 'value of dated' })
    expect(ran.warnings).toEqual(warning === undefined ? [] : [warning])
  })
})

describe('settings', () => {
  test.each([
    ['my-vault', 'https://my-vault.vault.azure.net/', '', 'microsoftonline.com'],
    ['https://my-vault.vault.azure.net', 'https://my-vault.vault.azure.net/', '', 'microsoftonline.com'],
    ['https://My-Vault.vault.azure.net/', 'https://my-vault.vault.azure.net/', '', 'microsoftonline.com'],
    ['https://v-1.vault.usgovcloudapi.net', 'https://v-1.vault.usgovcloudapi.net/', 'USGov', 'microsoftonline.us'],
    ['https://abc.vault.azure.cn', 'https://abc.vault.azure.cn/', 'China', 'chinacloudapi.cn'],
  ])('the vault %s decides scope, audience and login host', async (vault, href, suffix, login) => {
    const { vault: read, federation } = await settingsOf({ vault })
    expect(read.url.href).toBe(href)
    expect(federation).toMatchObject({
      audience: `api://AzureADTokenExchange${suffix}`,
      resource: `https://${read.url.hostname.replace(/^[^.]+\./, '')}`,
      url: new URL(`https://login.${login}/${TENANT}/oauth2/v2.0/token`),
    })
  })

  const host =
    'must be the URL of a vault, without a path, under .vault.azure.net, .vault.usgovcloudapi.net, .vault.azure.cn: no other host gets a token; for example: https://my-vault.vault.azure.net'
  const name = 'must be the name of a vault (3 to 24 letters, digits and -) or its URL, not '
  test.each([
    ['https://my-vault.example.com', host],
    ['https://my-vault.vault.azure.net.example.com', host],
    ['https://a.b.vault.azure.net', host],
    ['https://vault.azure.net', host],
    ['https://my-vault.privatelink.vaultcore.azure.net', host],
    ['https://my-vault.vault.azure.net/secrets/a', host],
    ['http://my-vault.vault.azure.net', 'must begin with https://'],
    ['ab', name],
    ['my_vault', name],
    ['1vault', name],
    ['my--vault', name],
    ['my-vault-', name],
    ['my-vault.vault.azure.net', name],
    ['a'.repeat(25), name],
  ])('the vault %s gets no token, and nothing is sent', async (vault, rule) => {
    const world = await open()
    const text = await refusal(world, { inputs: { vault } })
    expect(text).toContain(`\n- vault ${rule}`)
    expect(text.match(/\n- /g)).toHaveLength(1)
    expect(world.issuer.issued).toEqual([])
  })

  test.each(['db_password', 'a/b', `a/${VERSIONS[0]}0`, 'a/', 'ä', 'a'.repeat(128), '../keys/a', 'a?b'])(
    '%s is no secret',
    async (secret) => {
      await expect(settingsOf({ vault: 'my-vault', secret })).rejects.toThrow(
        '- secret must be the name of a secret (letters, digits and -), or NAME/VERSION, not "',
      )
    },
  )
})

describe('a refusal', () => {
  const role = `Give "${CLIENT}" the role Key Vault Secrets User on this secret: az role assignment create --role "Key Vault Secrets User" --assignee-object-id "$(az ad sp show --id ${CLIENT} --query id --output tsv)" --assignee-principal-type ServicePrincipal --scope "$(az keyvault show --name VAULT --query id --output tsv)/secrets/database-password". Key Vault Reader is not enough. A new role takes some minutes to work.`

  test('for want of a role has the command that gives it', async () => {
    const world = await open()
    world.setup.deny()
    const ran = await run(world)
    const [said, hint, link] = refusalOf(ran).split('\n')
    expect(said).toMatch(
      /^Azure Key Vault \(HOST\) refused \(403 Forbidden\): ForbiddenByRbac: Caller is not authorized to perform action on resource\. If role/,
    )
    expect([hint, link]).toEqual([role, LINK])
    expect(ran.group.at(-1)).toMatch(/^request id: [\da-f-]{36}$/)
  })

  const policy = `This vault has access policies: az keyvault set-policy --name VAULT --spn ${CLIENT} --secret-permissions get. It gives`
  test.each([
    [403, 'AccessDenied', `does not have secrets get permission on key vault 'my-vault;location=westeurope'.`, policy],
    [403, 'ForbiddenByPolicy', 'Denied by policy.', policy],
    [
      403,
      'ForbiddenByFirewall',
      'Client address is not authorized and caller is not a trusted service.',
      'The firewall of the vault "VAULT" keeps this runner out, whatever roles there are: allow its address (az keyvault network-rule add --name VAULT --ip-address ADDRESS)',
    ],
    [
      403,
      'ForbiddenByConnection',
      'Connection is not an approved private link and caller was ignored.',
      'The vault "VAULT" is open only to its private endpoints: use a runner in a network that has one',
    ],
  ])('%i %s has the advice of its inner code', async (status, inner, message, hint) => {
    const world = await open()
    world.server('keyvault').faults.push(fault.answer(keyVaultError(status, 'Forbidden', message, inner)))
    const text = await refusal(world)
    expect(text).toContain(`(403 Forbidden): ${inner}: ${message}\n${hint}`)
  })

  test.each([
    ['without an inner code', keyVaultError(403, 'Forbidden', 'No.'), `Forbidden: No.\n${LINK}`],
    ['of another inner code', keyVaultError(403, 'Forbidden', 'No.', 'toString'), `toString: No.\n${LINK}`],
    ['of something in front', { status: 403, body: 'no' }, 'This answer is not from Azure Key Vault'],
  ])('%s has no advice about roles', async (_what, reply, text) => {
    const world = await open()
    world.server('keyvault').faults.push(fault.answer(reply))
    expect(await refusal(world)).toContain(text)
  })

  test('of a disabled version has the command that enables it', async () => {
    const world = await open()
    world.setup.secrets['off'] = [{ version: VERSIONS[0], value: 'secret value', attributes: { enabled: false } }]
    expect(await refusal(world, { inputs: { secret: 'off' } })).toContain(
      'SecretDisabled: Operation get is not allowed on a disabled secret.\nThat version is disabled: use another one, or enable it: az keyvault secret set-attributes --vault-name VAULT --name off --enabled true.',
    )
    expect(await refusal(world, { inputs: { secret: `off/${VERSIONS[0]}` } })).toContain(
      `--name off --version ${VERSIONS[0]} --enabled true.`,
    )
  })

  test('of what is not there names the vault', async () => {
    expect(await refusal(open(), { inputs: { secret: 'nothing' } })).toContain(
      '(404 Not Found): SecretNotFound: A secret with (name/id) nothing was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.\nThere is no such secret or version in "VAULT": check',
    )
  })

  test('of the token speaks of the tenant of the vault', async () => {
    const world = await open()
    const message = 'AKV10032: Invalid issuer.'
    world.server('keyvault').faults.push(fault.answer(keyVaultError(401, 'Unauthorized', message)))
    expect(await refusal(world)).toContain(
      `Unauthorized: ${message}\nThe vault "VAULT" does not accept tokens of the tenant "${TENANT}": check \`vault\` and \`tenant-id\`.`,
    )
  })

  test('by Entra is that of the step: the vault is not asked', async () => {
    const world = await open()
    world.setup.clients[CLIENT] = []
    expect(await refusal(world)).toContain('AADSTS70025')
    expect(paths(world)).toEqual([])
  })

  test('too many requests are tried again', async () => {
    const world = await open()
    world.server('keyvault').faults.push(fault.status(429, { retryAfter: 1 }))
    expect((await run(world)).outputs).toEqual({ secret: world.setup.secret })
    expect(world.server('keyvault').requests.map(({ answered }) => answered)).toEqual(['status 429', 200])
  })

  test('an answer without a value is unusable', async () => {
    const world = await open()
    world.server('keyvault').faults.push(fault.answer({ status: 200, body: { id: 'x' } }))
    expect(await refusal(world)).toContain('The answer of Azure Key Vault (HOST) has no value.')
  })
})

test('the fake refuses a token for another API, and one that it does not know', async () => {
  const world = await open()
  const ask = async (token: string): Promise<unknown> => {
    const url = `${world.url('keyvault')}/secrets/database-password?api-version=7.4`
    const { status, headers } = await fetch(url, { headers: token === '' ? {} : { authorization: `Bearer ${token}` } })
    return [status, headers.get('www-authenticate')?.replace(/^.*resource=/, '')]
  }
  const form = new URLSearchParams({
    client_id: CLIENT,
    scope: 'https://management.azure.com/.default',
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await world.issuer.mint('api://AzureADTokenExchange'),
  })
  const answer = await fetch(`${world.url('login')}/${TENANT}/oauth2/v2.0/token`, { method: 'POST', body: form })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const challenged = [401, '"https://vault.azure.net"']
  expect([await ask(token), await ask('other'), await ask('')]).toEqual([challenged, challenged, challenged])
})
