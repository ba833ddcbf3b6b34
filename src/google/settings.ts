import type { Environment } from '../exchange.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** What the names of IAM begin with. */
export const IAM = '//iam.googleapis.com/'
export const PROVIDER_INPUT = 'workload-identity-provider'
const PROVIDER_EXAMPLE = 'projects/123456789012/locations/global/workloadIdentityPools/github/providers/octo-org'
const PROVIDER =
  /^projects\/(?<project>[^/\s]+)\/locations\/global\/workloadIdentityPools\/(?<pool>[^/\s]+)\/providers\/(?<name>[^/\s]+)$/
/** Of pools and providers (IAM API, `workloadIdentityPools.create`). */
const ID = /^[a-z\d-]{4,32}$/
/** With dots before the `@` where App Engine runs in a project of a domain: `my-app.example.com@appspot.gserviceaccount.com`. */
const SERVICE_ACCOUNT = /^[a-z\d][a-z\d.-]*@[a-z\d.-]+\.gserviceaccount\.com$/
const SERVICE_ACCOUNT_EXAMPLE = 'database@my-project.iam.gserviceaccount.com'
const UNIQUE_ID = /^\d{1,30}$/

/** How the job's identity becomes one of Google Cloud. */
export interface Federation {
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER` */
  readonly provider: string
  /** Of the ID token. */
  readonly audience: string
  readonly sts: URL
  /** Base URL, with the version. */
  readonly iamCredentials: string
}

/** Reads `workload-identity-provider` and `audience`. */
export function readFederation(inputs: Inputs, environment: Environment): Federation {
  const given = inputs.required(PROVIDER_INPUT, PROVIDER_EXAMPLE)
  const provider = inputs.matching(
    PROVIDER_INPUT,
    given.replace(/^(?:https:)?\/\/iam\.googleapis\.com\//, ''),
    PROVIDER,
    'must be the full name of a workload identity provider',
    PROVIDER_EXAMPLE,
  )
  const { project = '', pool = '', name = '' } = PROVIDER.exec(provider)?.groups ?? {}
  const rule = (value: string, pattern: RegExp, text: string): void => {
    inputs.matching(PROVIDER_INPUT, value, pattern, text, PROVIDER_EXAMPLE)
  }
  rule(project, /^\d+$/, 'must contain the number of the project instead of its id')
  rule(pool, ID, 'must contain the id of a pool, 4 to 32 of a-z, 0-9 and -')
  rule(name, ID, 'must contain the id of a provider, 4 to 32 of a-z, 0-9 and -')
  return {
    provider,
    audience: inputs.line('audience') || `https:${IAM}${provider}`,
    sts: new URL(`${googleEndpoint(inputs, environment, 'sts', 'sts.googleapis.com')}/token`),
    iamCredentials: googleEndpoint(inputs, environment, 'iamcredentials', 'iamcredentials.googleapis.com'),
  }
}

/**
 * Reads `service-account`. A database user is named after the account's e-mail, which is then required; otherwise it may
 * be left out, and is empty then, or be the account's unique id.
 */
export function readServiceAccount(inputs: Inputs, isDatabaseUser: boolean): string {
  const name = 'service-account'
  const given = isDatabaseUser ? inputs.required(name, SERVICE_ACCOUNT_EXAMPLE) : inputs.text(name)
  if (!isDatabaseUser && UNIQUE_ID.test(given)) return given
  const rule = `must be the e-mail of a service account, in lower case${isDatabaseUser ? '' : ', or its unique id'}`
  return inputs.matching(name, given, SERVICE_ACCOUNT, rule, SERVICE_ACCOUNT_EXAMPLE)
}

/**
 * Base URL of a Google API, version 1, without a slash at the end. `GHA_ENDPOINT_OVERRIDE_<name>` replaces it, version
 * and all, as in Google's own actions (google-github-actions/auth, "universe").
 *
 * @param name as in the variable's name: `iamcredentials`
 */
export function googleEndpoint(inputs: Inputs, environment: Environment, name: string, host: string): string {
  const variable = `GHA_ENDPOINT_OVERRIDE_${name}`
  const usual = `https://${host}/v1`
  return inputs.url(variable, environment[variable] || usual, usual).href.replace(/\/+$/, '')
}
