import { describe, expect, test } from 'vitest'
import { fault } from '../../../dev/fakes/faults.ts'
import { CLIENT, TENANT } from '../../../dev/systems/database/azure.ts'
import { system, VERSIONS } from '../../../dev/systems/secret/azure-key-vault.ts'
import type { World } from '../../../dev/world.ts'
import { azureKeyVault, refusal as refusalBy, type Settings } from '../../../src/exchanges/secret/azure-key-vault.ts'
import { answer } from '../../http/fixture.ts'
import { inputsOf } from '../../inputs/fixture.ts'
import { LINK, opening, refusalOf, stepsOf } from '../in-process.ts'

const open = opening(system)
const { run, refusal, problem } = stepsOf(azureKeyVault, 'secret/azure-key-vault')

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
  test('is read with a token for Key Vault', async () => {
    const world = await open()
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.infos).toEqual(['Secret "database-password" read.'])
    const [login] = world.server('login').requests
    expect(new URLSearchParams(login!.body).get('scope')).toBe('https://vault.azure.net/.default')
    const [request] = world.server('keyvault').requests
    const token = world.secrets.find(({ name }) => name.startsWith('Entra access token'))!.value
    expect(request).toMatchObject({ method: 'GET', path: '/secrets/database-password?api-version=2025-07-01' })
    expect(request!.headers['authorization']).toBe(`Bearer ${token}`)
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
    ['https://my-vault.vault.azure.net.example.com', host],
    ['https://a.b.vault.azure.net', host],
    ['https://vault.azure.net', host],
    ['https://my--vault.vault.azure.net', host],
    ['https://my-vault.vault.azure.net/secrets/a', host],
    ['http://my-vault.vault.azure.net', 'must begin with https://'],
    ['ab', name],
    ['1vault', name],
    ['my--vault', name],
    ['my-vault-', name],
    ['my-vault.vault.azure.net', name],
    ['a'.repeat(25), name],
  ])('the vault %s gets no token, and nothing is sent', async (vault, rule) => {
    expect(await problem(open(), { vault })).toContain(`vault ${rule}`)
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

  async function told(innererror: object | undefined, version = ''): Promise<[reason: unknown, hint?: string]> {
    const settings = await settingsOf({ vault: 'my-vault' })
    const error = { code: 'Forbidden', message: 'No.', innererror }
    const { reason, explain } = refusalBy(answer(403, { error }), settings, { name: 'a', version }, '"a"')
    const { hint } = explain!(undefined)
    return hint === undefined ? [reason] : [reason, hint]
  }

  const policy = `This vault has access policies: az keyvault set-policy --name my-vault --spn ${CLIENT} --secret-permissions get. It gives`
  const disabled = 'That version is disabled: use another one, or enable it: az keyvault secret set-attributes'
  test.each([
    ['Unauthorized', '', `The vault "my-vault" does not accept tokens of the tenant "${TENANT}": check \`vault\` and`],
    ['AccessDenied', '', policy],
    ['ForbiddenByPolicy', '', policy],
    [
      'ForbiddenByFirewall',
      '',
      'The firewall of the vault "my-vault" keeps this runner out, whatever roles there are: allow its address (az keyvault network-rule add --name my-vault --ip-address ADDRESS)',
    ],
    [
      'ForbiddenByConnection',
      '',
      'The vault "my-vault" is open only to its private endpoints: use a runner in a network that has one, where my-vault.vault.azure.net resolves',
    ],
    ['SecretDisabled', '', `${disabled} --vault-name my-vault --name a --enabled true.`],
    ['SecretDisabled', 'b', `${disabled} --vault-name my-vault --name a --version b --enabled true.`],
    ['SecretNotFound', '', 'There is no such secret or version in "my-vault": check `secret` and `vault`. If it was'],
  ])('%s (version "%s") has the advice of its inner code', async (code, version, hint) => {
    expect(await told({ code }, version)).toEqual([`${code}: No.`, expect.stringContaining(hint)])
  })

  test.each([
    [undefined, 'Forbidden: No.'],
    [{ code: 'toString' }, 'toString: No.'],
  ])('with the inner error %o has no advice', async (inner, reason) => {
    expect(await told(inner)).toEqual([reason])
  })

  test('an answer without a value is unusable', async () => {
    const world = await open()
    world.server('keyvault').faults.push(fault.answer({ status: 200, body: { id: 'x' } }))
    expect(await refusal(world)).toContain('The answer of Azure Key Vault (HOST) has no value.')
  })
})
