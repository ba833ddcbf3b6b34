import { REGION, ROLE_ARN } from './aws/names.ts'
import { NOWHERE, not, type Inputs } from './inputs.ts'
import { isKnownScope, nearest, suggestScope } from './scopes.ts'
import { parseYaml, type YamlValue } from './yaml.ts'

export type Level = 'read' | 'write' | 'admin'

/** Scopes in kebab-case, without prototype. */
export type Permissions = Readonly<Record<string, Level>>

const LEVELS: readonly string[] = ['read', 'write', 'admin'] satisfies Level[]
const PERMISSIONS_EXAMPLE = 'contents: read, pull-requests: write'

/**
 * Reads the required permissions: a YAML mapping, or `scope: level` separated by commas or line breaks. Scope names
 * are accepted in kebab, snake and blank-separated form and in any case. A scope that is not known is a warning.
 */
export async function readPermissions(inputs: Inputs, name: string): Promise<Permissions> {
  const permissions = Object.create(null) as Record<string, Level>
  const text = inputs.required(name, PERMISSIONS_EXAMPLE)
  const pairs = text === '' ? [] : (linePairs(text) ?? (await yamlPairs(inputs, name, text)))
  for (const [given, value] of pairs) {
    const scope = given
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, '-')
    const level = typeof value === 'string' ? value.trim().toLowerCase() : ''
    if (!/^(?=.{1,100}$)[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(scope)) {
      inputs.problem(name, `must name scopes by letters, digits and dashes${not(given)}`, PERMISSIONS_EXAMPLE)
    } else if (Object.hasOwn(permissions, scope)) {
      inputs.problem(name, `must name a scope only once, but has ${scope} twice`, PERMISSIONS_EXAMPLE)
    } else if (!isLevel(level)) {
      inputs.problem(name, `must give ${scope} the level read, write or admin${not(level)}`, `${scope}: read`)
    } else {
      permissions[scope] = level
      if (!isKnownScope(scope)) inputs.warn(unknownScope(name, scope))
    }
  }
  return permissions
}

function isLevel(text: string): text is Level {
  return LEVELS.includes(text)
}

function unknownScope(name: string, scope: string): string {
  const suggestion = suggestScope(scope)
  const meant = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`
  return `${name} has the scope ${scope}, which this version does not know. It is sent as it is.${meant}`
}

/**
 * Reads `scope: level`, separated by commas or line breaks: the plain forms, which need no YAML.
 *
 * @returns `undefined` for any other text
 */
export function linePairs(text: string): [string, string][] | undefined {
  const pairs: [string, string][] = []
  for (const item of itemsOf(text)) {
    const [, scope, level] = /^([a-z][\w -]*):\s*([a-z]+)$/i.exec(item) ?? []
    if (scope === undefined || level === undefined) return undefined
    pairs.push([scope.trim(), level])
  }
  return pairs.length === 0 ? undefined : pairs
}

async function yamlPairs(
  inputs: Inputs,
  name: string,
  text: string,
): Promise<(readonly [string, YamlValue])[]> {
  const result = await parseYaml(text)
  if ('fault' in result) inputs.problem(name, result.fault, PERMISSIONS_EXAMPLE)
  else if (!isMapping(result.value)) inputs.problem(name, 'must give each scope a level', PERMISSIONS_EXAMPLE)
  else if (result.value.size === 0) inputs.problem(name, 'must not be empty', PERMISSIONS_EXAMPLE)
  else return [...result.value]
  return []
}

/** What an app server is asked for. Nothing in it: the workflow's own repository. */
export interface Repositories {
  /** Present where the repositories' owner was given; names are then without it. */
  readonly owner?: string
  /** Names without owner, each once; or all of the installation. */
  readonly repositories?: readonly string[] | 'ALL'
}

/** The most repositories that an app server takes in one request. */
const MAX_REPOSITORIES = 32

/**
 * Reads `owner`, `repository` and `repositories`. Names are `name` or `owner/name`; a bare name belongs to `owner`,
 * which is the workflow's owner unless given. The server compares owners case-sensitively, so one spelling is sent.
 *
 * @param workflowRepository as of `GITHUB_REPOSITORY`: `owner/name`
 */
export async function readRepositories(inputs: Inputs, workflowRepository: string): Promise<Repositories> {
  const [workflowOwner = '', workflowName = ''] = workflowRepository.split('/')
  // GitHub's own rule. An app server may take fewer (today's wants two characters and no underscore) and says so.
  const givenOwner = inputs.text('owner')
  const owner = inputs.matching(
    'owner',
    givenOwner,
    /^[a-z\d][\w-]{0,99}$/i,
    'must be a user or an organization',
    'octocat',
  )
  const single = inputs.text('repository')
  const list = await readList(inputs, 'repositories')
  if (isAll(single)) {
    inputs.problem('repository', 'must be one name (all of them: repositories: ALL)', 'octocat/all')
  }
  if (list.some(isAll)) {
    if (single !== '' || !list.every(isAll))
      inputs.problem('repositories', 'must be ALL or names, not both', 'ALL')
    return { ...(owner !== '' && { owner }), repositories: 'ALL' }
  }
  if (single === '' && list.length === 0) {
    if (owner === '' || inputs.text('repositories') !== '') return {}
    if (same(owner, workflowOwner)) return { owner, repositories: [workflowName] }
    inputs.problem(
      'repositories',
      `is required, since the owner ${owner} is not the workflow's: name repositories, or write ALL for all of them`,
      'my-repository, another (or: ALL)',
    )
    return {}
  }

  const named = [
    ...(single === '' ? [] : repositoryOf(inputs, 'repository', single)),
    ...list.flatMap((item) => repositoryOf(inputs, 'repositories', item)),
  ]
  const names = new Map<string, string>()
  const owners = new Map<string, string>()
  if (owner !== '') owners.set(owner.toLowerCase(), owner)
  for (const repository of named) {
    const its = repository.owner ?? (givenOwner === '' ? workflowOwner : owner)
    if (its !== '' && !owners.has(its.toLowerCase())) owners.set(its.toLowerCase(), its)
    if (!names.has(repository.name.toLowerCase())) names.set(repository.name.toLowerCase(), repository.name)
  }
  const input = list.length === 0 ? 'repository' : 'repositories'
  if (owners.size > 1) {
    const [one, other] = owners.values()
    inputs.problem(
      input,
      `must belong to one owner, not to ${one ?? ''} and ${other ?? ''}`,
      'octocat/a, octocat/b',
    )
  }
  if (names.size > MAX_REPOSITORIES) {
    inputs.problem(input, `must not be more than ${MAX_REPOSITORIES}, but are ${names.size}`, 'ALL')
  }
  const spelled = owner !== '' ? owner : named.find((repository) => repository.owner !== undefined)?.owner
  return { ...(spelled !== undefined && { owner: spelled }), repositories: [...names.values()] }
}

function isAll(item: string): boolean {
  return item.toUpperCase() === 'ALL'
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

interface Named {
  readonly owner: string | undefined
  readonly name: string
}

/** One repository, or none after a problem. */
function repositoryOf(inputs: Inputs, input: string, item: string): Named[] {
  const [, owner, name] = /^(?:([a-z\d][\w-]{0,99})\/)?((?!\.{1,2}$)[a-z\d._-]{1,100})$/i.exec(item) ?? []
  if (name !== undefined) return [{ owner, name }]
  inputs.problem(input, `must be name or owner/name${not(item)}`, 'octocat/my-repository')
  return []
}

/** Reads a list: separated by commas or line breaks, YAML, or JSON. */
async function readList(inputs: Inputs, name: string): Promise<readonly string[]> {
  const text = inputs.text(name)
  if (text === '') return []
  const items = lineItems(text)
  if (items !== undefined) return items
  const result = await parseYaml(text)
  if ('fault' in result) {
    inputs.problem(name, result.fault, 'my-repository, another')
    return []
  }
  const list = typeof result.value === 'string' ? itemsOf(result.value) : result.value
  if (!isTextList(list)) inputs.problem(name, 'must be a list of names', 'my-repository, another')
  else if (list.length === 0) inputs.problem(name, 'must not be an empty list', 'my-repository, another')
  else return list.map((item) => item.trim())
  return []
}

/**
 * Reads names, separated by commas or line breaks: the plain forms, which need no YAML.
 *
 * @returns `undefined` for any other text
 */
export function lineItems(text: string): string[] | undefined {
  const items = itemsOf(text)
  return items.length > 0 && items.every((item) => /^\.?\w[\w./-]*$/.test(item)) ? items : undefined
}

/** What stands between commas and line breaks, without comments on their own lines. */
function itemsOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) => line.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

export type AwsService = 'lambda' | 'execute-api' | 'vpc-lattice-svcs'

/** How to sign requests to an app server behind AWS IAM. */
export interface AwsAuth {
  readonly type: 'aws'
  /** The role to assume; without it the credentials in the environment sign. */
  readonly roleArn?: string
  readonly region: string
  readonly service: AwsService
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
  region: 'region: eu-central-1',
  service: 'service: lambda',
} as const
type Key = keyof typeof EXAMPLES
const SERVER_KEYS: readonly Key[] = ['url', 'auth']
const AUTH_KEYS: readonly Key[] = ['type', 'roleArn', 'region', 'service']
const SERVICES = ['lambda', 'execute-api', 'vpc-lattice-svcs'] as const satisfies AwsService[]

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
  const type = field(inputs, name, auth, 'type')
  if (type !== 'aws') inputs.problem(name, `needs auth.type aws${not(type)}`, EXAMPLES.auth)
  const roleArn = inputs.matching(
    name,
    field(inputs, name, auth, 'roleArn'),
    ROLE_ARN,
    'must have the ARN of a role as auth.roleArn',
    EXAMPLES.roleArn,
  )
  const host = awsHost(url.hostname)
  const givenRegion = field(inputs, name, auth, 'region')
  const region = inputs.matching(
    name,
    givenRegion,
    REGION,
    'must have an AWS region as auth.region',
    EXAMPLES.region,
  )
  const givenService = field(inputs, name, auth, 'service')
  const service = SERVICES.find((each) => each === givenService)
  if (givenService !== '' && service === undefined) {
    const rule = `must have one of ${SERVICES.join(', ')} as auth.service${not(givenService)}`
    inputs.problem(name, rule, EXAMPLES.service)
  }
  if (host === undefined && url.href !== NOWHERE) {
    const why = 'which the host name of its url does not tell'
    if (givenRegion === '') inputs.problem(name, `needs auth.region, ${why}`, EXAMPLES.region)
    if (givenService === '') inputs.problem(name, `needs auth.service, ${why}`, EXAMPLES.service)
  }
  return {
    type: 'aws',
    ...(roleArn !== '' && { roleArn }),
    region: region !== '' ? region : (host?.region ?? ''),
    service: service ?? host?.service ?? 'lambda',
  }
}

/**
 * Service and region from a host name of AWS: `ID.lambda-url.REGION.on.aws`, `ID.execute-api.REGION.amazonaws.com`
 * (`.cn`; `vpce.` before it), `ID.vpc-lattice-svcs.REGION.on.aws`.
 */
function awsHost(hostname: string): { service: AwsService; region: string } | undefined {
  const [, label, region] = AWS_HOST.exec(hostname) ?? []
  const service = SERVICES.find((each) => each === label)
  return service === undefined || region === undefined ? undefined : { service, region }
}

/** @param below keys that belong into `auth`, for the hint */
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

/** A field's text; empty where it is not there, and after a problem. */
function field(inputs: Inputs, name: string, mapping: ReadonlyMap<string, YamlValue>, key: Key): string {
  const value = mapping.get(key) ?? ''
  if (typeof value === 'string') return value.trim()
  inputs.problem(name, `must have text as ${key}`, EXAMPLES[key])
  return ''
}

function isMapping(value: YamlValue): value is ReadonlyMap<string, YamlValue> {
  return value instanceof Map
}

function isTextList(value: YamlValue): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
