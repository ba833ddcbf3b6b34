import { accessToken, type AccessToken } from '../../azure/federation.ts'
import { CLOUD_NAMES, CLOUDS, readFederation, type CloudName, type Federation } from '../../azure/settings.ts'
import { ActionError } from '../../errors.ts'
import type { Exchange, Tools } from '../../exchange.ts'
import { header, jsonObject, member, timeOf, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { isLoopback, NOWHERE } from '../../inputs/url.ts'
import { quoted } from '../../text.ts'
import { readSecrets } from './reading.ts'
import { readReferences, type Wanted } from './references.ts'
import type { Secret } from './value.ts'

const SERVICE = 'Azure Key Vault'
const API_VERSION = '2025-07-01'
const EXAMPLE = 'my-vault'
/** Microsoft, "About keys, secrets, and certificates": 3 to 24 characters; none of its hyphens follows another. */
const NAME = /^(?!.*--)[a-z][a-z\d-]{1,22}[a-z\d]$/i
/** The same page: a name of 1 to 127 characters, a version of 32. Neither has `_`; both are compared without case. */
const SECRET = /^(?<name>[a-z\d-]{1,127})(?:\/(?<version>[a-z\d]{32}))?$/i

/** A secret, or one version of it. */
interface SecretName {
  readonly name: string
  /** Empty for the newest one. */
  readonly version: string
}

export interface Settings {
  readonly federation: Federation
  readonly vault: Vault
  readonly wanted: Wanted<SecretName>
}

interface Vault {
  /** As the Azure CLI names it. */
  readonly name: string
  readonly url: URL
  readonly cloud: CloudName
}

/** Secrets of Azure Key Vault: `GET {vault}/secrets/{name}/{version}` (Azure Key Vault REST API, "Get Secret"). */
export const azureKeyVault: Exchange<Settings> = {
  settings: async (inputs, environment) => {
    const vault = readVault(inputs)
    // The scope comes from the vault's host alone: what the vault says of it is not asked.
    return {
      federation: readFederation(inputs, environment, vault.cloud, `https://${CLOUDS[vault.cloud].vaults}`),
      vault,
      wanted: await readReferences(inputs, {
        input: 'secret',
        example: 'database-password',
        key: 'password',
        read: (label, text) => {
          const rule = 'must be the name of a secret (letters, digits and -), or NAME/VERSION'
          const { name = '', version = '' } =
            SECRET.exec(inputs.matching(label, text, SECRET, rule, 'database-password'))?.groups ?? {}
          return { name, version }
        },
      }),
    }
  },

  exchange: async (settings, tools) => {
    const login = accessToken(settings.federation, tools)
    const warnings: string[] = []
    const grant = await readSecrets(settings.wanted, login, {
      id: ({ name, version }) => `${name}/${version}`.toLowerCase(),
      read: (secret) => read(settings, secret, login, tools, warnings),
    })
    return { ...grant, warnings }
  },
}

/** A vault of the public cloud by its name; one of any cloud, or of this machine, by its URL. */
function readVault(inputs: Inputs): Vault {
  const text = inputs.required('vault', EXAMPLE)
  if (!text.includes('://')) {
    const rule = 'must be the name of a vault (3 to 24 letters, digits and -) or its URL'
    const name = inputs.matching('vault', text, NAME, rule, EXAMPLE)
    return { name, url: new URL(`https://${name || 'nowhere'}.${CLOUDS.public.vaults}`), cloud: 'public' }
  }
  const url = inputs.url('vault', text, `https://${EXAMPLE}.${CLOUDS.public.vaults}`)
  const [name = '', ...rest] = url.hostname.split('.')
  const cloud = CLOUD_NAMES.find((each) => CLOUDS[each].vaults === rest.join('.'))
  const known = Object.values(CLOUDS).map(({ vaults }) => `.${vaults}`)
  if (cloud !== undefined && NAME.test(name) && url.pathname === '/') return { name, url, cloud }
  // Emulators run there.
  if (isLoopback(url.hostname) && url.pathname === '/') return { name: 'VAULT', url, cloud: 'public' }
  if (url.href !== NOWHERE) {
    inputs.problem(
      'vault',
      `must be the URL of a vault, without a path, under ${known.join(', ')}: no other host gets a token`,
      `https://${EXAMPLE}.${CLOUDS.public.vaults}`,
    )
  }
  return { name, url, cloud: 'public' }
}

function read(
  settings: Settings,
  secret: SecretName,
  login: Promise<AccessToken>,
  tools: Tools,
  warnings: string[],
): Promise<Secret> {
  const path = secret.version === '' ? secret.name : `${secret.name}/${secret.version}`
  const url = new URL(`/secrets/${path}?api-version=${API_VERSION}`, settings.vault.url)
  const name = quoted(path)
  return tools.send({
    service: SERVICE,
    method: 'GET',
    url,
    prepare: async () => ({ headers: { authorization: `Bearer ${(await login).token}`, accept: 'application/json' } }),
    refusal: (answer) => refusal(answer, settings, secret, name),
    read: (answer) => {
      const json = jsonObject(answer, SERVICE, url)
      const { value } = json
      if (typeof value !== 'string') {
        throw new ActionError('UNUSABLE_ANSWER', `The answer of ${SERVICE} (${url.host}) has no value.`)
      }
      warnings.push(...warningsOf(name, json['attributes'], tools.now()))
      return { name, text: value }
    },
  })
}

/** Key Vault gives a secret before and after its time, too (Microsoft, "About Azure Key Vault secrets"). */
function warningsOf(name: string, attributes: unknown, now: number): string[] {
  const [from, until] = [timeOf(member(attributes, 'nbf')), timeOf(member(attributes, 'exp'))]
  return [
    ...(until && until.getTime() <= now
      ? [`The secret ${name} expired at ${until.toISOString()}. Key Vault still gives it: store a new version.`]
      : []),
    ...(from && from.getTime() > now
      ? [`The secret ${name} is not to be used before ${from.toISOString()}. Key Vault gives it already.`]
      : []),
  ]
}

/**
 * What Key Vault means by an answer that is not 2xx: `{"error": {"code", "message", "innererror": {"code"}}}` (Azure Key Vault
 * REST API, "Error"). The innermost code decides the advice.
 *
 * @param shown how a sentence names the secret
 */
export function refusal(answer: Answer, settings: Settings, secret: SecretName, shown: string): Refusal {
  const error = member(answer.json, 'error')
  const code = member(error, 'innererror', 'code') ?? member(error, 'code')
  const message = member(error, 'message')
  if (typeof code !== 'string' || typeof message !== 'string') return {}
  return {
    reason: `${code}: ${message}`,
    requestId: header(answer, 'x-ms-request-id'),
    ...(code === 'SecretNotFound' && { missing: shown }),
    explain: () => (Object.hasOwn(HINTS, code) ? { hint: HINTS[code]?.(settings, secret) ?? '' } : {}),
  }
}

type Hint = (settings: Settings, secret: SecretName) => string

/**
 * The commands have nothing of what the vault said: a server in its place must not choose who is given a role. An
 * administrator of the vault has the Azure CLI.
 */
const HINTS: Readonly<Record<string, Hint>> = {
  Unauthorized: ({ federation, vault }) =>
    `The vault "${vault.name}" does not accept tokens of the tenant "${federation.tenantId}": check \`vault\` and \`tenant-id\`. az keyvault show --name ${vault.name} --query properties.tenantId prints the tenant of the vault.`,
  ForbiddenByRbac: ({ federation, vault }, { name }) =>
    `Give "${federation.clientId}" the role Key Vault Secrets User on this secret: az role assignment create --role "Key Vault Secrets User" --assignee-object-id "$(az ad sp show --id ${federation.clientId} --query id --output tsv)" --assignee-principal-type ServicePrincipal --scope "$(az keyvault show --name ${vault.name} --query id --output tsv)/secrets/${name}". Key Vault Reader is not enough. A new role takes some minutes to work.`,
  AccessDenied: allowByPolicy,
  ForbiddenByPolicy: allowByPolicy,
  ForbiddenByFirewall: ({ vault }) =>
    `The firewall of the vault "${vault.name}" keeps this runner out, whatever roles there are: allow its address (az keyvault network-rule add --name ${vault.name} --ip-address ADDRESS), or use a runner whose address is allowed. GitHub's standard runners have no fixed addresses.`,
  ForbiddenByConnection: ({ vault }) =>
    `The vault "${vault.name}" is open only to its private endpoints: use a runner in a network that has one, where ${vault.url.hostname} resolves to its private address (DNS zone privatelink.vaultcore.azure.net).`,
  SecretDisabled: ({ vault }, { name, version }) =>
    `That version is disabled: use another one, or enable it: az keyvault secret set-attributes --vault-name ${vault.name} --name ${name}${version === '' ? '' : ` --version ${version}`} --enabled true.`,
  SecretNotFound: ({ vault }, { name }) =>
    `There is no such secret or version in "${vault.name}": check \`secret\` and \`vault\`. If it was deleted: az keyvault secret recover --vault-name ${vault.name} --name ${name}.`,
}

function allowByPolicy({ federation, vault }: Settings): string {
  return `This vault has access policies: az keyvault set-policy --name ${vault.name} --spn ${federation.clientId} --secret-permissions get. It gives access to all secrets of the vault.`
}
