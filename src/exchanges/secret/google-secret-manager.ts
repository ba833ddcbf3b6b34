import { quoted } from '../../errors.ts'
import type { Environment, Exchange, Tools } from '../../exchange.ts'
import { CLOUD_PLATFORM, federatedToken, principalSet, serviceAccountToken } from '../../google/federation.ts'
import { explainSts, judgeGoogle } from '../../google/refusal.ts'
import { googleEndpoint, readFederation, readServiceAccount, type Federation } from '../../google/settings.ts'
import { jsonObject, type Answer } from '../../http/answer.ts'
import type { Judgement } from '../../http/call.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import type { Secret } from './grant.ts'
import type * as secretLibrary from './index.ts'
import type { Wanted } from './references.ts'

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
  readonly library: typeof secretLibrary
  readonly federation: Federation
  /** E-mail or unique id; empty where the job itself has access. */
  readonly serviceAccount: string
  readonly wanted: Wanted<Version>
}

/** Secrets of Google Secret Manager: `GET …/versions/{version}:access` ("Secret Manager API"). */
export const googleSecretManager: Exchange<Settings> = {
  settings: async (inputs, environment) => {
    const library = await import(/* webpackChunkName: "secrets" */ './index.ts')
    return {
      library,
      federation: readFederation(inputs, environment),
      serviceAccount: readServiceAccount(inputs, false),
      wanted: await library.readReferences(inputs, {
        input: 'secret',
        example: EXAMPLE,
        key: 'password',
        read: (label, text) => readVersion(inputs, environment, label, text),
      }),
    }
  },

  exchange: async (settings, tools) => {
    const { library, federation, serviceAccount, wanted } = settings
    tools.connectEarly(federation.sts)
    if (serviceAccount !== '') tools.connectEarly(new URL(federation.iamCredentials))
    for (const { url } of library.worthConnecting(wanted, (version) => version.url.href))
      tools.connectEarly(url)
    const federated = await federatedToken(federation, tools)
    const token =
      serviceAccount === ''
        ? federated
        : (await serviceAccountToken(federation, federated, serviceAccount, CLOUD_PLATFORM, tools)).token
    return library.readWanted(wanted, {
      id: ({ url }) => url.href,
      read: (version) => read(settings, version, token, tools),
    })
  },

  explain: ({ federation }, error, claims) => explainSts(federation, error, claims),
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
  const host =
    location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`
  const api = googleEndpoint(inputs, environment, 'secretmanager', host)
  return { secret, version, url: new URL(`${api}/${secret}/versions/${version}:access`) }
}

function read(
  settings: Settings,
  { secret, version, url }: Version,
  token: string,
  tools: Tools,
): Promise<Secret> {
  const name = quoted(`${secret}/versions/${version}`)
  return tools.send({
    service: SERVICE,
    method: 'GET',
    url,
    prepare: () => ({ headers: { authorization: `Bearer ${token}`, accept: 'application/json' } }),
    judge: (answer) => judge(answer, settings, secret, tools),
    read: (answer) => ({
      name,
      text: settings.library.secretPayload(jsonObject(answer, SERVICE, url), SERVICE, name),
    }),
  })
}

function judge(
  answer: Answer,
  { federation, serviceAccount }: Settings,
  secret: string,
  tools: Tools,
): Judgement {
  const judgement = judgeGoogle(answer)
  // An IAM policy takes no unique id.
  const account = serviceAccount.includes('@') ? `"serviceAccount:${serviceAccount}"` : 'that service account'
  const member = serviceAccount === '' ? quoted(principalSet(federation, tools.environment)) : account
  const hints: Readonly<Record<number, string>> = {
    400: `That version cannot be read: it may be disabled or destroyed. Enable it, or use another one: "${secret}/versions/NUMBER".`,
    403: `Grant roles/secretmanager.secretAccessor on "${secret}" to ${member}, and check that the secret exists. A new grant takes a few minutes to work.`,
    404: `There is no such version: check \`secret\`, and that the secret has a version. A regional secret has its location in its name: projects/PROJECT/locations/LOCATION/secrets/NAME.`,
  }
  const hint = judgement.hint ?? hints[answer.status]
  return { ...judgement, ...(hint !== undefined && { hint }) }
}
