import type { Environment } from '../../exchange.ts'
import type { Headers } from '../../inputs/headers.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { isLoopback } from '../../inputs/url.ts'

const DOMAIN = 'octo-sts.dev'
/** A host name, with a port where it is not 443. */
const HOST = /^(?=.{1,253}(?::|$))[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*(:\d{1,5})?$/i
const SCOPE = /^(?=.{1,255}$)[a-z\d][\w-]*(\/[\w.-]+)?$/i
const IDENTITY = /^(?=.{1,255}$)(?!.*\.sts\.ya?ml$)[\w-][\w.-]*(\/[\w-][\w.-]*)*$/
/** Octo STS takes no other (octo-sts/app, oidcvalidate/validate.go). */
const AUDIENCE = /^[^\s\p{C}"'`\\<>;|&$(){}[\]@]{1,255}$/u

export interface Settings {
  readonly url: URL
  readonly domain: string
  readonly audience: string
  readonly headers: Headers
  readonly scope: string
  readonly identity: string
  readonly apiUrl: string
  readonly outlivesJob: boolean
}

/** Reads the inputs. */
export function readSettings(inputs: Inputs, environment: Environment): Settings {
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
    headers: inputs.headers(),
    scope,
    identity,
    apiUrl: apiUrl.href,
    outlivesJob,
  }
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
