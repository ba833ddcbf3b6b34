import { REGION, ROLE_ARN } from '../../aws/names.ts'
import { not, type Inputs } from '../../inputs/inputs.ts'
import { NOWHERE } from '../../inputs/url.ts'
import { isMapping, parseYaml, type YamlValue } from '../../inputs/yaml.ts'
import { nearest } from './scopes.ts'

/** How to sign requests to an app server behind AWS IAM. */
export interface AwsAuth {
  /** The role to assume; empty: the credentials in the environment sign. */
  readonly roleArn: string
  /** Of the ID token for STS; empty: the usual one of the region. */
  readonly audience: string
  readonly region: string
  readonly service: string
}

export interface AppServer {
  /** With the path as given, without slash at its end. */
  readonly url: URL
  readonly auth?: AwsAuth
}

const URL_EXAMPLE = 'https://app-server.example.com'
const EXAMPLES = {
  url: `url: ${URL_EXAMPLE}`,
  auth: 'auth: { type: aws }',
  type: 'type: aws',
  roleArn: 'roleArn: arn:aws:iam::123456789012:role/app-server',
  audience: 'audience: sts.amazonaws.com',
  region: 'region: eu-central-1',
  service: 'service: lambda',
} as const
type Key = keyof typeof EXAMPLES
const SERVER_KEYS: readonly Key[] = ['url', 'auth']
const AUTH_KEYS: readonly Key[] = ['type', 'roleArn', 'audience', 'region', 'service']
const SERVICE = /^(?:lambda|execute-api|vpc-lattice-svcs)$/

/**
 * Service and region in a host name of AWS: `ID.lambda-url.REGION.on.aws`, `ID.execute-api.REGION.amazonaws.com`
 * (`.cn`; `vpce.` before it), `ID.vpc-lattice-svcs.REGION.on.aws`.
 */
const AWS_HOST =
  /\.(lambda(?=-url\.)|execute-api|vpc-lattice-svcs)(?:-url)?\.([a-z\d-]+)\.(?:on\.aws|api\.aws|(?:vpce\.)?amazonaws\.com(?:\.cn)?)$/

/** Reads the required app server: a URL, or a YAML mapping (JSON too) of `url` and `auth`. */
export async function readAppServer(inputs: Inputs, name: string): Promise<AppServer> {
  const text = inputs.required(name, URL_EXAMPLE)
  if (text === '') return { url: new URL(NOWHERE) }
  const result = await parseYaml(text)
  if ('fault' in result) {
    inputs.problem(name, result.fault, URL_EXAMPLE)
    return { url: new URL(NOWHERE) }
  }
  const { value } = result
  if (typeof value === 'string' || isMapping(value)) {
    const mapping = typeof value === 'string' ? new Map([['url', value]]) : value
    checkKeys(inputs, name, mapping, SERVER_KEYS, AUTH_KEYS)
    const url = serverUrl(inputs, name, field(inputs, name, mapping, 'url'))
    const auth = mapping.get('auth')
    return auth === undefined ? { url } : { url, auth: readAwsAuth(inputs, name, auth, url) }
  }
  inputs.problem(name, 'must be a URL or a mapping of url and auth', URL_EXAMPLE)
  return { url: new URL(NOWHERE) }
}

function serverUrl(inputs: Inputs, name: string, value: string): URL {
  if (value === '') inputs.problem(name, 'needs a url', EXAMPLES.url)
  const url = inputs.url(name, value, URL_EXAMPLE)
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
}

function readAwsAuth(inputs: Inputs, name: string, value: YamlValue, url: URL): AwsAuth {
  const auth = isMapping(value) ? value : new Map<string, YamlValue>()
  checkKeys(inputs, name, auth, AUTH_KEYS)
  const text = (key: Key): string => field(inputs, name, auth, key)
  const matching = (key: Key, pattern: RegExp, what: string): string =>
    inputs.matching(name, text(key), pattern, `must have ${what} as auth.${key}`, EXAMPLES[key])
  const type = text('type')
  if (type !== 'aws') inputs.problem(name, `needs auth.type aws${not(type)}`, EXAMPLES.auth)
  const given = {
    roleArn: matching('roleArn', ROLE_ARN, 'the ARN of a role'),
    audience: matching('audience', /^\P{C}+$/u, 'one line'),
    region: matching('region', REGION, 'an AWS region'),
    service: matching('service', SERVICE, 'one of lambda, execute-api, vpc-lattice-svcs'),
  }
  const host = AWS_HOST.exec(url.hostname)
  if (host === null && url.href !== NOWHERE) {
    for (const key of ['region', 'service'] as const) {
      if (text(key) !== '') continue
      inputs.problem(name, `needs auth.${key}, because the host name in url does not contain it`, EXAMPLES[key])
    }
  }
  const [, service = '', region = ''] = host ?? []
  return { ...given, region: given.region || region, service: given.service || service }
}

/** @param below keys that belong in `auth`, for the hint */
function checkKeys(
  inputs: Inputs,
  name: string,
  mapping: ReadonlyMap<string, YamlValue>,
  known: readonly Key[],
  below: readonly Key[] = [],
): void {
  const keys: readonly string[] = known
  for (const key of mapping.keys()) {
    if (keys.includes(key)) continue
    const own = nearest(key, known)
    const lower = own === undefined ? nearest(key, below) : undefined
    const meant = lower === undefined ? own : `auth.${lower}`
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    const rule = `must have no other keys than ${known.join(', ')}${not(key)}${hint}`
    inputs.problem(name, rule, EXAMPLES[own ?? lower ?? (below.length === 0 ? 'auth' : 'url')])
  }
}

/** A field's text; empty if it is not there, and after a problem. */
function field(inputs: Inputs, name: string, mapping: ReadonlyMap<string, YamlValue>, key: Key): string {
  const value = mapping.get(key) ?? ''
  if (typeof value === 'string') return value.trim()
  inputs.problem(name, `must have text as ${key}`, EXAMPLES[key])
  return ''
}
