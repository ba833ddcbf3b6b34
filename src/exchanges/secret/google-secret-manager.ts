import type { Exchange, Tools } from '../../exchange.ts'
import {
  CLOUD_PLATFORM,
  explainSts,
  federatedToken,
  googleEndpoint,
  judgeGoogle,
  principalSet,
  readFederation,
  readServiceAccount,
  serviceAccountToken,
  type Federation,
} from '../../google/federation.ts'
import { jsonObject, type Answer } from '../../http/answer.ts'
import type { Judgement } from '../../http/call.ts'
import { secretPayload } from './payload.ts'
import { secretGrant } from './grant.ts'

const SERVICE = 'Google Secret Manager'
const EXAMPLE = 'projects/my-project/secrets/database-password'
/** A secret, regional or not, with or without a version: a number, an alias or `latest`. */
const SECRET =
  /^(?<secret>projects\/[a-z\d](?:[a-z\d.:-]*[a-z\d])?(?:\/locations\/(?<location>[a-z\d-]+))?\/secrets\/[\w-]{1,255})(?:\/versions\/(?<version>[\w-]{1,63}))?$/

interface Settings {
  readonly federation: Federation
  /** E-mail or unique id; empty where the job itself has access. */
  readonly serviceAccount: string
  /** Without the version. */
  readonly secret: string
  readonly version: string
  readonly url: URL
  readonly allowShort: boolean
}

/** A secret of Google Secret Manager: `GET …/versions/{version}:access` ("Secret Manager API"). */
export const googleSecretManager: Exchange<Settings> = {
  settings: (inputs, environment) => {
    const name = inputs.matching(
      'secret',
      inputs.required('secret', EXAMPLE),
      SECRET,
      'must be the full name of a secret, with or without a version',
      EXAMPLE,
    )
    const { secret = '', location, version = 'latest' } = SECRET.exec(name)?.groups ?? {}
    const host =
      location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`
    const api = googleEndpoint(inputs, environment, 'secretmanager', host)
    return {
      federation: readFederation(inputs, environment),
      serviceAccount: readServiceAccount(inputs, false),
      secret,
      version,
      url: new URL(`${api}/${secret}/versions/${version}:access`),
      allowShort: inputs.boolean('allow-short'),
    }
  },

  exchange: async (settings, tools) => {
    const { federation, serviceAccount, secret, version, url, allowShort } = settings
    tools.connectEarly(federation.sts)
    if (serviceAccount !== '') tools.connectEarly(new URL(federation.iamCredentials))
    tools.connectEarly(url)
    const federated = await federatedToken(federation, tools)
    const token =
      serviceAccount === ''
        ? federated
        : (await serviceAccountToken(federation, federated, serviceAccount, CLOUD_PLATFORM, tools)).token
    return tools.send({
      service: SERVICE,
      method: 'GET',
      url,
      prepare: () => ({ headers: { authorization: `Bearer ${token}`, accept: 'application/json' } }),
      judge: (answer) => judge(answer, settings, tools),
      read: (answer) => {
        const name = `${secret} (version ${version})`
        return secretGrant(secretPayload(jsonObject(answer, SERVICE, url), SERVICE, name), name, allowShort)
      },
    })
  },

  explain: ({ federation }, error, claims) => explainSts(federation, error, claims),
}

function judge(answer: Answer, { federation, serviceAccount, secret }: Settings, tools: Tools): Judgement {
  const judgement = judgeGoogle(answer)
  // An IAM policy takes no unique id.
  const account = serviceAccount.includes('@') ? `serviceAccount:${serviceAccount}` : 'that service account'
  const member = serviceAccount === '' ? principalSet(federation, tools.environment) : account
  const hints: Readonly<Record<number, string>> = {
    400: `That version cannot be read: it may be disabled or destroyed. Enable it, or name another one: ${secret}/versions/NUMBER.`,
    403: `Grant roles/secretmanager.secretAccessor on ${secret} to ${member}, and check that there is such a secret. A new grant takes a few minutes to work.`,
    404: `There is no such version: check \`secret\`, and that the secret has a version. A regional secret has its location in its name: projects/PROJECT/locations/LOCATION/secrets/NAME.`,
  }
  const hint = judgement.hint ?? hints[answer.status]
  return { ...judgement, ...(hint !== undefined && { hint }) }
}
