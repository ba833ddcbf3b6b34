import type { Environment, Exchange, Tools } from '../../exchange.ts'
import { CLOUD_PLATFORM, federatedToken, serviceAccountToken, type AccessToken } from '../../google/federation.ts'
import { googleRefusal, MAPPING, principalSet } from '../../google/refusal.ts'
import { googleEndpoint, readFederation, readServiceAccount, type Federation } from '../../google/settings.ts'
import { jsonObject, member, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { quoted } from '../../text.ts'
import { secretPayload } from './payload.ts'
import { readSecrets } from './reading.ts'
import { readReferences, type Wanted } from './references.ts'
import type { Secret } from './value.ts'

const SERVICE = 'Google Secret Manager'
const EXAMPLE = 'projects/my-project/secrets/database-password'
/** A secret, regional or not, with or without a version: a number, an alias or `latest`. */
const SECRET =
  /^(?<secret>projects\/[a-z\d](?:[a-z\d.:-]*[a-z\d])?(?:\/locations\/(?<location>[a-z\d-]+))?\/secrets\/[\w-]{1,255})(?:\/versions\/(?<version>[\w-]{1,63}))?$/

/** A version of a secret. */
interface Version {
  /** Full name, without the version. */
  readonly secret: string
  readonly version: string
  readonly url: URL
}

interface Settings {
  readonly federation: Federation
  /** E-mail or unique id; empty if the job itself has access. */
  readonly serviceAccount: string
  readonly wanted: Wanted<Version>
}

/** Secrets of Google Secret Manager: `GET …/versions/{version}:access` ("Secret Manager API"). */
export const googleSecretManager: Exchange<Settings> = {
  settings: async (inputs, environment) => {
    return {
      federation: readFederation(inputs, environment),
      serviceAccount: readServiceAccount(inputs, false),
      wanted: await readReferences(inputs, {
        input: 'secret',
        example: EXAMPLE,
        key: 'password',
        read: (label, text) => readVersion(inputs, environment, label, text),
      }),
    }
  },

  exchange: (settings, tools) => {
    const { federation, serviceAccount, wanted } = settings
    const login =
      serviceAccount === ''
        ? federatedToken(federation, tools)
        : serviceAccountToken(federation, serviceAccount, CLOUD_PLATFORM, tools)
    return readSecrets(wanted, login, {
      id: ({ url }) => url.href,
      read: (version) => read(settings, version, login, tools),
    })
  },
}

function readVersion(inputs: Inputs, environment: Environment, label: string, text: string): Version {
  const name = inputs.matching(
    label,
    text,
    SECRET,
    'must be the full name of a secret, with or without a version',
    EXAMPLE,
  )
  const { secret = '', location, version = 'latest' } = SECRET.exec(name)?.groups ?? {}
  const host = location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`
  const api = googleEndpoint(inputs, environment, 'secretmanager', host)
  return { secret, version, url: new URL(`${api}/${secret}/versions/${version}:access`) }
}

function read(
  settings: Settings,
  { secret, version, url }: Version,
  login: Promise<AccessToken>,
  tools: Tools,
): Promise<Secret> {
  const name = quoted(`${secret}/versions/${version}`)
  return tools.send({
    service: SERVICE,
    method: 'GET',
    url,
    prepare: async () => ({ headers: { authorization: `Bearer ${(await login).token}`, accept: 'application/json' } }),
    refusal: (answer) => ({
      ...refusal(answer, settings, secret, tools.environment),
      ...(member(answer.json, 'error', 'status') === 'NOT_FOUND' && { missing: name }),
    }),
    read: (answer) => ({ name, text: secretPayload(jsonObject(answer, SERVICE, url), SERVICE, name) }),
  })
}

function refusal(
  answer: Answer,
  { federation, serviceAccount }: Settings,
  secret: string,
  environment: Environment,
): Refusal {
  // An IAM policy takes no unique id.
  const account = serviceAccount.includes('@') ? `"serviceAccount:${serviceAccount}"` : 'that service account'
  const direct = serviceAccount === ''
  const grantee = direct ? quoted(principalSet(federation, environment)) : account
  return googleRefusal(answer, {
    FAILED_PRECONDITION: `That version cannot be read: it may be disabled or destroyed. Enable it, or use another one: "${secret}/versions/NUMBER".`,
    PERMISSION_DENIED: `Grant roles/secretmanager.secretAccessor on "${secret}" to ${grantee}, and check that the secret exists.${direct ? ` ${MAPPING}` : ''} A new grant takes a few minutes to work.`,
    NOT_FOUND: `There is no such version: check \`secret\`, and that the secret has a version. A regional secret has its location in its name: projects/PROJECT/locations/LOCATION/secrets/NAME.`,
  })
}
