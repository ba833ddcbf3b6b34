import { randomUUID } from 'node:crypto'
import type { Entra } from './entra.ts'
import { bearerOf, Refusal, refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'

/** A version of a secret. */
export interface SecretVersion {
  /** 32 hexadecimal digits. */
  readonly version: string
  readonly value: string
  readonly contentType?: string
  /** `enabled` unless given, and times in s since the epoch. */
  readonly attributes?: { readonly enabled?: boolean; readonly nbf?: number; readonly exp?: number }
}

export interface KeyVaultOptions {
  readonly token: Entra['token']
  readonly tenant: string
  readonly resource: string
  /** Client IDs with the role Key Vault Secrets User. May be changed while the fake runs. */
  readonly readers: string[]
  /** The versions of each secret by its name in lower case, the newest last. May be changed while the fake runs. */
  readonly secrets: Record<string, readonly SecretVersion[]>
}

/**
 * Azure Key Vault: `GET /secrets/{name}/{version}`. The texts are those of its refusals as people report them
 * (Azure/get-keyvault-secrets#25, hashicorp/terraform-provider-azurerm#20742) and of Azure's own SDKs.
 */
export function createKeyVault(options: KeyVaultOptions): Handler {
  const { tenant, resource, readers, secrets } = options
  return refusing((request) => ({ status: 200, body: read(request) }))

  function unauthorized(message: string): Refusal {
    const reply = keyVaultError(401, 'Unauthorized', message)
    const challenge = `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="${resource}"`
    return new Refusal({ ...reply, headers: { ...reply.headers, 'www-authenticate': challenge } })
  }

  function read(request: FakeRequest): object {
    const { url, method } = request
    const [, name = '', version = ''] = /^\/secrets\/([\dA-Za-z-]{1,127})(?:\/(\w*))?$/.exec(url.pathname) ?? []
    if (method !== 'GET' || name === '') throw refusal('BadParameter', 'Method not found.', 400)
    if (!/^(?:7\.\d|\d{4}-\d\d-\d\d)$/.test(url.searchParams.get('api-version') ?? '')) {
      throw refusal('BadParameter', 'api-version must be specified', 400)
    }
    const bearer = bearerOf(request)
    if (bearer === undefined) throw unauthorized('AKV10000: Request is missing a Bearer or PoP token.')
    const known = options.token(bearer)
    if (known === undefined) {
      throw unauthorized('AKV10046: Unable to resolve the key used for signature validation.')
    }
    if (known.resource !== resource) {
      throw unauthorized(`AKV10022: Invalid audience. Expected ${resource}, found: ${known.resource}.`)
    }
    if (!readers.includes(known.clientId)) {
      throw refusal(
        'Forbidden',
        `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: appid=${known.clientId};oid=77777777-8888-9999-aaaa-bbbbbbbbbbbb;iss=https://sts.windows.net/${tenant}/\r\nAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'\r\nAssignment: (not found)\r\nDecisionReason: null \r\nVault: my-vault;location=westeurope\r\n`,
        403,
        'ForbiddenByRbac',
      )
    }
    const versions = secrets[name.toLowerCase()] ?? []
    const found = version === '' ? versions.at(-1) : versions.find((each) => each.version === version.toLowerCase())
    if (found === undefined) {
      throw refusal(
        'SecretNotFound',
        `A secret with (name/id) ${name}${version && `/${version}`} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.`,
        404,
      )
    }
    const { enabled = true, ...times } = found.attributes ?? {}
    if (!enabled) {
      throw refusal('Forbidden', 'Operation get is not allowed on a disabled secret.', 403, 'SecretDisabled')
    }
    return {
      value: found.value,
      ...(found.contentType !== undefined && { contentType: found.contentType }),
      id: `${url.origin}/secrets/${name.toLowerCase()}/${found.version}`,
      attributes: {
        enabled,
        ...times,
        created: 1_780_000_000,
        updated: 1_780_000_000,
        recoveryLevel: 'Recoverable+Purgeable',
        recoverableDays: 90,
      },
      tags: {},
    }
  }
}

function refusal(code: string, message: string, status: number, inner?: string): Refusal {
  return new Refusal(keyVaultError(status, code, message, inner))
}

/** An error answer of Azure Key Vault. */
function keyVaultError(status: number, code: string, message: string, inner?: string): FakeReply {
  return {
    status,
    headers: { 'x-ms-request-id': randomUUID() },
    body: { error: { code, message, ...(inner !== undefined && { innererror: { code: inner } }) } },
  }
}
