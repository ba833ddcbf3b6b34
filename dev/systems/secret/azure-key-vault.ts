import { createKeyVault, type KeyVaultOptions } from '../../fakes/azure-key-vault.ts'
import { storedSecrets } from '../../fakes/secrets.ts'
import { CLIENT, entraOf, TENANT, type EntraSetup } from '../database/azure.ts'
import type { Setup, System } from '../system.ts'

/** The versions of `database-password`, the older one first. */
export const VERSIONS = ['4387e9f3d6e14c459867679a90fd0f79', 'b1e0f6c5a2d34e7f8091a2b3c4d5e6f7'] as const

export interface KeyVaultSetup extends Setup, EntraSetup, Pick<KeyVaultOptions, 'readers' | 'secrets'> {
  readonly secret: string
}

/** An Azure Key Vault with secrets that the job may read. */
export const system: System<KeyVaultSetup> = {
  action: 'secret/azure-key-vault',
  variants: ['default', 'several'],
  hosts: { login: 'login.microsoftonline.com', keyvault: 'my-vault.vault.azure.net' },
  example: (inputs) => ({ variant: 'secrets' in inputs ? 'several' : 'default' }),
  setUp(foundations, variant) {
    const { issue, url } = foundations
    const { several, secret, database, license, mapping, outputs } = storedSecrets(variant, issue)
    const resource = 'https://vault.azure.net'
    const setup = entraOf(foundations, [resource, 'https://management.azure.com'])
    const readers = [CLIENT]
    const secrets: KeyVaultOptions['secrets'] = {
      'database-password': [
        { version: VERSIONS[0], value: `${secret}-old` },
        { version: VERSIONS[1], value: secret },
      ],
      // As Key Vault has a certificate.
      tls: [{ version: VERSIONS[0], value: secret, contentType: 'application/x-pem-file' }],
      ...(several && {
        database: [{ version: VERSIONS[0], value: database }],
        license: [
          { version: VERSIONS[0], value: license },
          { version: VERSIONS[1], value: 'another' },
        ],
      }),
    }
    const keyvault = createKeyVault({ token: setup.entra.token, tenant: TENANT, resource, readers, secrets })
    return {
      ...setup,
      handlers: { login: setup.entra.handler, keyvault },
      exchangeRole: 'keyvault',
      inputs: () => ({
        vault: url('keyvault'),
        'tenant-id': TENANT,
        'client-id': CLIENT,
        ...(several ? { secrets: mapping('database', `license/${VERSIONS[0]}`) } : { secret: 'database-password' }),
      }),
      environment: () => ({ AZURE_AUTHORITY_HOST: url('login') }),
      deny: () => readers.splice(0),
      mend: () => readers.push(CLIENT),
      store(name, fields) {
        secrets[name] = [{ version: VERSIONS[0], value: JSON.stringify(fields) }]
        return name
      },
      ...outputs,
      readers,
      secrets,
    }
  },
}
