import type { Exchange } from '../../exchange.ts'
import { rescue } from '../../github/installation-token.ts'
import { jsonObject } from '../../http/answer.ts'
import { credential } from '../../identity/credential.ts'
import { isLoopback, type Inputs } from '../../inputs/inputs.ts'
import { explain, judge } from './refusal.ts'

const SERVICE = 'Octo STS'
const DOMAIN = 'octo-sts.dev'
/** A host name, with a port where it is not 443. */
const HOST = /^(?=.{1,253}(?::|$))[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*(:\d{1,5})?$/i
const SCOPE = /^(?=.{1,255}$)[a-z\d][\w-]*(\/[\w.-]+)?$/i
const IDENTITY = /^(?=.{1,255}$)(?!.*\.sts\.ya?ml$)[\w-][\w.-]*(\/[\w-][\w.-]*)*$/
/** Octo STS takes no other (octo-sts/app, oidcvalidate/validate.go). */
const AUDIENCE = /^[^\s\p{C}"'`\\<>;|&$(){}[\]@]{1,255}$/u
/** GitHub's installation tokens live for an hour. The server tells no time. */
const LIFETIME_MS = 3_600_000
/** An attempt that is cut off can leave a token behind that nobody revokes; the server asks GitHub several times for one. */
const ATTEMPT_MS = 30_000

export interface Settings {
  readonly url: URL
  readonly domain: string
  readonly audience: string
  readonly scope: string
  readonly identity: string
  readonly apiUrl: string
  readonly outlivesJob: boolean
}

/** A GitHub App installation token from Octo STS: `POST https://{domain}/sts/exchange` (octo-sts/app). */
export const octoSts: Exchange<Settings> = {
  settings: (inputs, environment) => {
    const domain = inputs.matching(
      'domain',
      inputs.text('domain') || DOMAIN,
      HOST,
      'must be a host name, without https:// or a path',
      DOMAIN,
    )
    const scheme = isLoopback(domain.replace(/:\d+$/, '')) ? 'http' : 'https'
    const scope = inputs.matching(
      'scope',
      inputs.text('scope') || (environment['GITHUB_REPOSITORY'] ?? ''),
      SCOPE,
      'must be owner/name, or only the owner',
      'octo-org/target',
    )
    const identity = readIdentity(inputs)
    const audience = inputs.matching(
      'audience',
      inputs.text('audience'),
      AUDIENCE,
      'must have at most 255 characters, without spaces, quotes, brackets or @',
      DOMAIN,
    )
    const url = inputs.url('domain', domain && `${scheme}://${domain}/sts/exchange`, DOMAIN)
    url.search = new URLSearchParams({ scope, identity }).toString()
    const apiUrl = inputs.url('github-api-url', inputs.text('github-api-url'), 'https://api.github.com')
    const outlivesJob = inputs.boolean('skip-token-revoke')
    return {
      url,
      domain,
      audience: audience || domain,
      scope,
      identity,
      apiUrl: apiUrl.href,
      outlivesJob,
    }
  },

  exchange: (settings, tools) => {
    const { url, audience, scope, identity, apiUrl, outlivesJob } = settings
    let sentAt = 0
    tools.connectEarly(url)
    return tools.send({
      service: SERVICE,
      method: 'POST',
      url,
      attemptMs: ATTEMPT_MS,
      grantEnds: 'within the hour',
      prepare: async () => {
        const headers = {
          accept: 'application/json',
          authorization: `Bearer ${await tools.idToken(audience)}`,
        }
        sentAt = tools.now()
        return { headers }
      },
      judge,
      read: (answer) => {
        // Counted from the request, so that it is never later than the real end.
        const expiresAt = new Date(sentAt + LIFETIME_MS)
        const given = jsonObject(answer, SERVICE, url)['token']
        const token = credential(given, 'token', SERVICE, tools.conceal, rescue({ apiUrl, expiresAt }, tools))
        return {
          secrets: [token],
          outputs: { token },
          summary: `Token for "${scope}", granted by the trust policy "${identity}"; ends ${expiresAt.toISOString()}`,
          expiresAt,
          revocation: { token, apiUrl, outlivesJob },
        }
      },
    })
  },

  explain,
}

/** The name of a trust policy. Where its file is given, the error names the policy. */
function readIdentity(inputs: Inputs): string {
  const given = inputs.required('identity', 'deploy')
  const name = given.replace(/^\.github\/chainguard\//, '').replace(/\.sts\.ya?ml$/, '')
  return inputs.matching(
    'identity',
    given,
    IDENTITY,
    'must be the name of a trust policy, without its folder and .sts.yaml, of at most 255 characters',
    IDENTITY.test(name) ? name : 'deploy',
  )
}
