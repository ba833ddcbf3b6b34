import { accessToken, type AccessToken } from '../../../azure/federation.ts'
import { ActionError } from '../../../errors.ts'
import type { Exchange, Tools } from '../../../exchange.ts'
import { jsonObject, member, timeOf } from '../../../http/answer.ts'
import { quoted } from '../../../text.ts'
import { readSecrets } from '../reading.ts'
import type { Secret } from '../value.ts'
import { refusal } from './refusal.ts'
import { readSettings, type SecretName, type Settings } from './settings.ts'

const SERVICE = 'Azure Key Vault'
const API_VERSION = '2025-07-01'

/** Secrets of Azure Key Vault: `GET {vault}/secrets/{name}/{version}` (Azure Key Vault REST API, "Get Secret"). */
export const azureKeyVault: Exchange<Settings> = {
  settings: readSettings,

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
