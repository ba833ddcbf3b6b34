import { CLOUD_NAMES, CLOUDS, readFederation, type CloudName, type Federation } from '../../../azure/settings.ts'
import type { Environment } from '../../../exchange.ts'
import type { Inputs } from '../../../inputs/inputs.ts'
import { isLoopback, NOWHERE } from '../../../inputs/url.ts'
import { readReferences, type Wanted } from '../references.ts'

const EXAMPLE = 'my-vault'
/** Microsoft, "About keys, secrets, and certificates": 3 to 24 characters; none of its hyphens follows another. */
const NAME = /^(?!.*--)[a-z][a-z\d-]{1,22}[a-z\d]$/i
/** The same page: a name of 1 to 127 characters, a version of 32. Neither has `_`; both are compared without case. */
const SECRET = /^(?<name>[a-z\d-]{1,127})(?:\/(?<version>[a-z\d]{32}))?$/i

/** A secret, or one version of it. */
export interface SecretName {
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

/** @returns settings whose scope comes from the vault's host alone: what the vault says of it is not asked */
export async function readSettings(inputs: Inputs, environment: Environment): Promise<Settings> {
  const vault = readVault(inputs)
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
