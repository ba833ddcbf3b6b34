import { header, member, type Answer } from '../../../http/answer.ts'
import type { Refusal } from '../../../http/call.ts'
import type { SecretName, Settings } from './settings.ts'

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
