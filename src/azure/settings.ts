import type { Environment } from '../exchange.ts'
import type { Inputs } from '../inputs/inputs.ts'

/**
 * The clouds: where a job logs in, which audience its ID token has, and what its services are called. Sources: `cloud.py` of
 * the Azure CLI; Microsoft, "Workload identity federation", "About keys, secrets, and certificates".
 */
export const CLOUDS = {
  public: {
    login: 'login.microsoftonline.com',
    audience: 'api://AzureADTokenExchange',
    vaults: 'vault.azure.net',
    databases: 'https://ossrdbms-aad.database.windows.net',
  },
  usgov: {
    login: 'login.microsoftonline.us',
    audience: 'api://AzureADTokenExchangeUSGov',
    vaults: 'vault.usgovcloudapi.net',
    databases: 'https://ossrdbms-aad.database.usgovcloudapi.net',
  },
  china: {
    login: 'login.chinacloudapi.cn',
    audience: 'api://AzureADTokenExchangeChina',
    vaults: 'vault.azure.cn',
    databases: 'https://ossrdbms-aad.database.chinacloudapi.cn',
  },
} as const

export type CloudName = keyof typeof CLOUDS
export const CLOUD_NAMES = Object.keys(CLOUDS) as CloudName[]

const TENANT = '11111111-2222-3333-4444-555555555555'
const CLIENT = '66666666-7777-8888-9999-aaaaaaaaaaaa'
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
/** A domain that the tenant has verified names it, too. */
const TENANT_NAME = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[a-z\d-]+(?:\.[a-z\d-]+)+)$/i
const AUTHORITY = 'AZURE_AUTHORITY_HOST'

/** How the job's identity becomes one of Microsoft Entra. */
export interface Federation {
  readonly tenantId: string
  /** Of an application, or of a user-assigned managed identity. */
  readonly clientId: string
  /** Of the ID token. */
  readonly audience: string
  /** The API that the access token is for, without a slash at the end. */
  readonly resource: string
  readonly url: URL
}

/**
 * Reads `tenant-id`, `client-id` and `audience`. `AZURE_AUTHORITY_HOST` replaces the login host, with or without `https://`, as
 * in Azure's own libraries (@azure/identity, azure-identity for Python).
 */
export function readFederation(
  inputs: Inputs,
  environment: Environment,
  cloud: CloudName,
  resource: string,
): Federation {
  const { login, audience } = CLOUDS[cloud]
  const tenantId = inputs.matching(
    'tenant-id',
    inputs.required('tenant-id', TENANT),
    TENANT_NAME,
    'must be the ID of a tenant, or one of its domains',
    TENANT,
  )
  const clientId = inputs.matching(
    'client-id',
    inputs.required('client-id', CLIENT),
    GUID,
    'must be the client ID of an application or of a managed identity',
    CLIENT,
  )
  const host = environment[AUTHORITY] || login
  const authority = inputs.url(AUTHORITY, host.includes('://') ? host : `https://${host}`, `https://${login}`)
  return {
    tenantId,
    clientId,
    audience: inputs.line('audience') || audience,
    resource,
    url: new URL(`${authority.href.replace(/\/+$/, '')}/${tenantId}/oauth2/v2.0/token`),
  }
}
