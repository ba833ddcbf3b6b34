import { randomBytes, randomUUID } from 'node:crypto'
import { decodeJwt, errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { bearerOf, type FakeReply, type FakeRequest, type Handler, type Now } from './handler.ts'
import type { Issuer } from './issuer.ts'
import type { Issue } from './secrets.ts'

/** How long an API token lives, in s. */
const LIFETIME = 3_600
const EMAIL = /^[^\s\p{Lu}@]+@(?:[a-z\d][a-z\d-]*\.)?workload\.bytebase\.com$/u

/** The permissions of the predefined role GitOps Service Agent. */
export const GITOPS_SERVICE_AGENT: readonly string[] = [
  'bb.plans.create',
  'bb.plans.get',
  'bb.releases.check',
  'bb.releases.create',
  'bb.releases.get',
  'bb.rollouts.create',
  'bb.rollouts.get',
  'bb.rollouts.list',
  'bb.taskRuns.create',
  'bb.taskRuns.list',
]

export interface WorkloadIdentity {
  /** Absent where the identity was made without. */
  config?: {
    issuerUrl: string
    /** Empty: any. */
    allowedAudiences: readonly string[]
    /** Exact, or a prefix that ends in `*`; empty: any. */
    subjectPattern: string
  }
  deactivated?: boolean
  /** Permissions by project id. */
  permissions?: Readonly<Record<string, readonly string[]>>
}

export interface Project {
  /** `environments/…` by `instances/…/databases/…`. */
  readonly databases: Readonly<Record<string, string>>
}

export interface BytebaseOptions {
  readonly verify: Issuer['verify']
  readonly now: Now
  readonly issue: Issue
  /** By e-mail. May be changed while the fake runs. */
  readonly identities: Record<string, WorkloadIdentity>
  /** By id. */
  readonly projects: Readonly<Record<string, Project>>
  /** Environments in the order of their stages. */
  readonly environments: readonly string[]
  /** Path in front of `/v1`, where Bytebase stands behind a reverse proxy. */
  readonly prefix?: string
  /** Form of the code in errors: a number (REST gateway) or a word (Connect). */
  readonly codes?: 'number' | 'word'
  /** How a task on a database ends. */
  readonly outcome?: (database: string) => 'DONE' | 'FAILED'
}

export interface Bytebase {
  readonly handler: Handler
  /** Whether the API takes the token at this moment. */
  accepts(token: string): Promise<boolean>
  /** What was made, by name, as the API shows it. */
  readonly resources: ReadonlyMap<string, Record<string, unknown>>
}

/** Code, HTTP status and the word for it of Connect. Source: google/rpc/code.proto, connectrpc.com/docs/protocol. */
const CODES = {
  invalid: [3, 400, 'invalid_argument'],
  notFound: [5, 404, 'not_found'],
  denied: [7, 403, 'permission_denied'],
  precondition: [9, 400, 'failed_precondition'],
  internal: [13, 500, 'internal'],
  unauthenticated: [16, 401, 'unauthenticated'],
} as const

class Refusal extends Error {
  readonly kind: keyof typeof CODES
  readonly details: readonly object[]

  constructor(kind: keyof typeof CODES, message: string, details: readonly object[] = []) {
    super(message)
    this.kind = kind
    this.details = details
  }
}

/** A Bytebase server: the exchange of ID tokens, and the calls by which a release is rolled out. */
export function createBytebase(options: BytebaseOptions): Bytebase {
  const { now, issue, identities, projects, prefix = '', codes = 'number' } = options
  const key = randomBytes(32)
  const resources = new Map<string, Record<string, unknown>>()
  let issued = 0

  async function handler(request: FakeRequest): Promise<FakeReply> {
    const { pathname } = request.url
    if (!pathname.startsWith(`${prefix}/v1/`)) return WEB_PAGE
    try {
      const path = decodeURIComponent(pathname.slice(prefix.length + '/v1/'.length))
      return { status: 200, body: await route(request, path) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return bytebaseError(error.kind, error.message, { codes, details: error.details })
    }
  }

  function route(request: FakeRequest, path: string): Promise<object> | object {
    const authorization = request.headers['authorization']
    if (authorization !== undefined && bearerOf(request) === undefined) {
      throw new Refusal('unauthenticated', 'authorization header format must be Bearer {token}')
    }
    if (request.method === 'POST' && path === 'auth:exchangeToken') return exchangeToken(readBody(request))
    return callApi(request, path)
  }

  async function exchangeToken(body: Body): Promise<object> {
    only(body, ['token', 'email'])
    const token = text(body, 'token')
    const email = text(body, 'email')
    if (token === '') throw new Refusal('invalid', 'token is required')
    if (email === '') throw new Refusal('invalid', 'email is required')
    if (!EMAIL.test(email)) throw new Refusal('invalid', `invalid workload identity email "${email}"`)
    const identity = identities[email]
    if (identity === undefined) throw new Refusal('notFound', `workload identity "${email}" not found`)
    if (identity.deactivated === true) {
      throw new Refusal('unauthenticated', 'workload identity has been deactivated')
    }
    if (identity.config === undefined) throw new Refusal('internal', 'workload identity config not found')
    await validate(token, identity.config)
    const seconds = Math.floor(now() / 1_000)
    const accessToken = await new SignJWT({ workspace_id: 'workspace-1', jti: randomUUID() })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('bytebase')
      .setAudience('bb.user.access')
      .setSubject(email)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + LIFETIME)
      .sign(key)
    issued++
    issue(`Bytebase token ${issued}`, accessToken)
    return { accessToken }
  }

  async function validate(token: string, config: NonNullable<WorkloadIdentity['config']>): Promise<void> {
    const invalid = (why: string): Refusal =>
      new Refusal('unauthenticated', `token validation failed: ${why}`)
    const { issuerUrl, allowedAudiences, subjectPattern } = config
    let claims: JWTPayload
    try {
      const { aud = [] } = decodeJwt(token)
      claims = await options.verify(token, { audience: aud })
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      if (error instanceof errors.JWTExpired) throw invalid('token has expired')
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss') {
        throw invalid(`issuer mismatch: expected "${issuerUrl}", got "${String(error.payload.iss)}"`)
      }
      const unreadable = error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid
      throw invalid(
        `${unreadable ? 'failed to parse token' : 'failed to verify token signature'}: ${error.message}`,
      )
    }
    if (claims.iss !== issuerUrl) {
      throw invalid(`issuer mismatch: expected "${issuerUrl}", got "${String(claims.iss)}"`)
    }
    const audiences = [claims.aud ?? []].flat()
    if (allowedAudiences.length > 0 && !audiences.some((audience) => allowedAudiences.includes(audience))) {
      throw invalid(
        `audience mismatch: token has [${audiences.join(' ')}], allowed [${allowedAudiences.join(' ')}]`,
      )
    }
    if (!matches(claims.sub ?? '', subjectPattern)) {
      throw invalid(`subject mismatch: expected pattern "${subjectPattern}", got "${String(claims.sub)}"`)
    }
  }

  /** The identity of an API token, looked up anew for each request. */
  async function identityOf(token: string | undefined): Promise<WorkloadIdentity> {
    const wrong = new Refusal('unauthenticated', 'invalid access token')
    if (token === undefined) throw new Refusal('unauthenticated', 'access token not found')
    try {
      const { payload } = await jwtVerify(token, key, {
        issuer: 'bytebase',
        audience: 'bb.user.access',
        currentDate: new Date(now()),
      })
      const identity = identities[payload.sub ?? '']
      if (identity === undefined || identity.deactivated === true) throw wrong
      return identity
    } catch (error) {
      throw error instanceof errors.JOSEError ? wrong : error
    }
  }

  async function callApi(request: FakeRequest, path: string): Promise<object> {
    const call = CALLS.find(({ method, pattern }) => method === request.method && pattern.test(path))
    if (call === undefined) throw new Refusal('notFound', 'Not Found')
    const identity = await identityOf(bearerOf(request))
    const body = request.method === 'POST' ? readBody(request) : {}
    const groups = call.pattern.exec(path)!.groups!
    const projectId = groups['project']!
    call.fields(body)
    if (identity.permissions?.[projectId]?.includes(call.permission) !== true) {
      throw new Refusal(
        'denied',
        `permission denied: ${call.permission} is needed on projects/${projectId}`,
        [
          {
            '@type': 'type.googleapis.com/bytebase.v1.PermissionDeniedDetail',
            requiredPermissions: [call.permission],
            resources: [`projects/${projectId}`],
          },
        ],
      )
    }
    const project = projects[projectId]
    if (project === undefined) throw new Refusal('notFound', `project "projects/${projectId}" not found`)
    return call.run({ body, groups, parent: `projects/${projectId}`, project, resources, options })
  }

  return {
    handler,
    accepts: (token) =>
      identityOf(token).then(
        () => true,
        () => false,
      ),
    resources,
  }
}

/** What every path outside `/v1` answers: the page of the single-page application. */
const WEB_PAGE: FakeReply = {
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html>\n<html><head><title>Bytebase</title></head><body><div id="app"></div></body></html>\n',
}

/** An error answer of Bytebase. */
export function bytebaseError(
  kind: keyof typeof CODES,
  message: string,
  { codes = 'number', details = [] }: { codes?: 'number' | 'word'; details?: readonly object[] } = {},
): FakeReply {
  const [number, status, word] = CODES[kind]
  return { status, body: { code: codes === 'number' ? number : word, message, details } }
}

function matches(subject: string, pattern: string): boolean {
  if (pattern === '') return true
  return pattern.endsWith('*') ? subject.startsWith(pattern.slice(0, -1)) : subject === pattern
}

type Body = Record<string, unknown>

interface Context {
  readonly body: Body
  readonly groups: Readonly<Record<string, string>>
  /** `projects/…` */
  readonly parent: string
  readonly project: Project
  readonly resources: Map<string, Record<string, unknown>>
  readonly options: BytebaseOptions
}

interface ApiCall {
  readonly method: 'GET' | 'POST'
  readonly pattern: RegExp
  readonly permission: string
  /** Refuses fields that are not of the message. */
  readonly fields: (body: Body) => void
  readonly run: (context: Context) => object
}

interface Task {
  readonly name: string
  readonly specId: string
  readonly type: 'DATABASE_MIGRATE'
  readonly target: string
  readonly databaseUpdate: object
  status: 'NOT_STARTED' | 'PENDING' | 'RUNNING' | 'DONE' | 'FAILED'
}

interface Stage {
  readonly name: string
  readonly id: string
  readonly environment: string
  readonly tasks: Task[]
}

const CALLS: readonly ApiCall[] = [
  {
    method: 'POST',
    pattern: /^projects\/(?<project>[^/]+)\/sheets$/,
    permission: 'bb.sheets.create',
    fields: (body) => {
      only(body, ['content'])
    },
    run: ({ body, parent, resources }) => {
      base64(body, 'content')
      return keep(resources, { name: `${parent}/sheets/${randomBytes(32).toString('hex')}` })
    },
  },
  {
    method: 'POST',
    pattern: /^projects\/(?<project>[^/]+)\/releases$/,
    permission: 'bb.releases.create',
    fields: (body) => {
      only(body, ['type', 'files', 'vcsSource', 'category'])
      for (const file of objects(body, 'files')) {
        only(file, ['path', 'version', 'enableGhost', 'sheet', 'statement'])
      }
      if (body['vcsSource'] !== undefined) only(object(body, 'vcsSource'), ['vcsType', 'url'])
    },
    run: createRelease,
  },
  {
    method: 'POST',
    pattern: /^projects\/(?<project>[^/]+)\/plans$/,
    permission: 'bb.plans.create',
    fields: (body) => {
      only(body, ['title', 'description', 'specs'])
      for (const spec of objects(body, 'specs')) {
        only(spec, ['id', 'changeDatabaseConfig', 'createDatabaseConfig'])
        if (spec['changeDatabaseConfig'] === undefined) continue
        only(object(spec, 'changeDatabaseConfig'), ['targets', 'sheet', 'release', 'enablePriorBackup'])
      }
    },
    run: createPlan,
  },
  {
    method: 'POST',
    pattern: /^projects\/(?<project>[^/]+)\/issues$/,
    permission: 'bb.issues.create',
    fields: (body) => {
      only(body, ['type', 'plan', 'title', 'description', 'labels', 'draft'])
    },
    run: ({ body, parent, resources }) => {
      const plan = text(body, 'plan')
      if (!resources.has(plan)) throw new Refusal('notFound', `plan "${plan}" not found`)
      return keep(resources, {
        name: `${parent}/issues/${resources.size + 101}`,
        plan,
        type: text(body, 'type'),
      })
    },
  },
  {
    method: 'POST',
    pattern: /^(?<plan>projects\/(?<project>[^/]+)\/plans\/\d+)\/rollout$/,
    permission: 'bb.rollouts.create',
    fields: (body) => {
      only(body, ['target'])
    },
    run: createRollout,
  },
  {
    method: 'GET',
    pattern: /^(?<plan>projects\/(?<project>[^/]+)\/plans\/\d+)\/rollout$/,
    permission: 'bb.rollouts.get',
    fields: (body) => {
      only(body, [])
    },
    run: getRollout,
  },
  {
    method: 'POST',
    pattern:
      /^(?<stage>(?<plan>projects\/(?<project>[^/]+)\/plans\/\d+)\/rollout\/stages\/[^/]+)\/tasks:batchRun$/,
    permission: 'bb.taskRuns.create',
    fields: (body) => {
      only(body, ['tasks', 'runTime', 'skipPriorBackup'])
    },
    run: runTasks,
  },
]

function createRelease({ body, parent, resources, options }: Context): object {
  const type = text(body, 'type')
  if (type !== 'VERSIONED' && type !== 'DECLARATIVE') {
    throw new Refusal('invalid', `invalid value for enum field type: "${type}"`)
  }
  const invalid = (why: string): Refusal => new Refusal('invalid', `invalid release files: ${why}`)
  const given = objects(body, 'files')
  if (given.length === 0) throw invalid('release files cannot be empty')
  const versions = new Set<string>()
  const files = given.map((file) => {
    const path = text(file, 'path')
    const version = text(file, 'version')
    if (path === '') throw invalid('file path cannot be empty')
    if (!/^\d+(\.\d+)*$/.test(version)) throw invalid(`invalid version "${version}"`)
    if (versions.has(version)) throw invalid(`duplicate version "${version}"`)
    versions.add(version)
    if ((file['sheet'] === undefined) === (file['statement'] === undefined)) {
      throw invalid('either sheet or statement must be set')
    }
    if (file['sheet'] !== undefined) return { path, version, sheet: text(file, 'sheet') }
    const statement = base64(file, 'statement')
    if (statement === '') throw invalid('statement cannot be empty')
    return { path, version, sheet: `${parent}/sheets/${randomBytes(32).toString('hex')}` }
  })
  const day = new Date(options.now()).toISOString().slice(0, 10).replaceAll('-', '')
  const count = [...resources.keys()].filter((name) => name.startsWith(`${parent}/releases/`)).length
  const id = `release_${day}-RC${String(count).padStart(2, '0')}`
  return keep(resources, { name: `${parent}/releases/${id}`, type, files })
}

function createPlan({ body, parent, project, resources }: Context): object {
  const invalid = (why: string): Refusal => new Refusal('invalid', why)
  const title = text(body, 'title')
  if (title.length > 200) throw invalid('title must be at most 200 characters')
  if (text(body, 'description').length > 10_000) throw invalid('description must be at most 10000 characters')
  const specs = objects(body, 'specs')
  if (specs.length === 0) throw invalid('at least one spec is required')
  const ids = new Set<string>()
  for (const spec of specs) {
    const id = text(spec, 'id')
    if (id === '' || ids.has(id)) throw invalid(`spec id "${id}" must be set and unique`)
    ids.add(id)
    // Databases are created elsewhere than in this fake.
    if (spec['changeDatabaseConfig'] === undefined) throw invalid('spec has no supported config')
    const config = object(spec, 'changeDatabaseConfig')
    const targets = texts(config, 'targets')
    if (targets.length === 0) throw invalid('targets must not be empty')
    for (const target of targets) {
      if (!/^instances\/[^/]+\/databases\/[^/]+$/.test(target)) throw invalid(`invalid target "${target}"`)
      if (!(target in project.databases)) throw new Refusal('notFound', `database "${target}" not found`)
    }
    const sources = ['sheet', 'release'].filter((name) => text(config, name) !== '')
    if (sources.length !== 1) throw invalid('exactly one of sheet and release must be set')
    const source = text(config, sources[0]!)
    if (!resources.has(source)) throw new Refusal('notFound', `${sources[0]!} "${source}" not found`)
  }
  return keep(resources, { name: `${parent}/plans/${resources.size + 101}`, state: 'ACTIVE', title, specs })
}

function createRollout({ body, groups, project, resources, options }: Context): object {
  const plan = planOf(groups, resources)
  const target = body['target'] === undefined ? undefined : text(body, 'target')
  if (target !== undefined && target !== '' && !options.environments.includes(target)) {
    throw new Refusal('invalid', `environment "${target}" not found`)
  }
  const name = `${groups['plan']!}/rollout`
  const configs = objects(plan, 'specs').map((spec) => ({
    id: text(spec, 'id'),
    config: object(spec, 'changeDatabaseConfig'),
  }))
  const stages = options.environments
    .filter((environment) => target === undefined || target === environment)
    .map((environment): Stage => {
      const id = environment.slice('environments/'.length)
      const stage = `${name}/stages/${id}`
      const tasks = configs.flatMap(({ id: specId, config: { targets, sheet, release } }) =>
        (targets as string[])
          .filter((database) => project.databases[database] === environment)
          .map((database, index): Task => ({
            name: `${stage}/tasks/${index + 201}`,
            specId,
            status: 'NOT_STARTED',
            type: 'DATABASE_MIGRATE',
            target: database,
            databaseUpdate: { sheet, release },
          })),
      )
      return { name: stage, id, environment, tasks }
    })
    .filter(({ tasks }) => tasks.length > 0)
  return keep(resources, { name, title: plan['title'], stages })
}

/** Shows a rollout, whose tasks have gone on by one step since the last look. */
function getRollout({ groups, resources, options }: Context): object {
  const rollout = rolloutOf(groups, resources)
  for (const task of stagesOf(rollout).flatMap(({ tasks }) => tasks)) {
    if (task.status === 'RUNNING') task.status = options.outcome?.(task.target) ?? 'DONE'
    if (task.status === 'PENDING') task.status = 'RUNNING'
  }
  return rollout
}

function runTasks({ body, groups, resources }: Context): object {
  const stage = stagesOf(rolloutOf(groups, resources)).find(({ name }) => name === groups['stage'])
  if (stage === undefined) throw new Refusal('notFound', `stage "${groups['stage']!}" not found`)
  const names = texts(body, 'tasks')
  if (names.length === 0) throw new Refusal('invalid', 'the tasks in request cannot be empty')
  for (const name of names) {
    const task = stage.tasks.find((candidate) => candidate.name === name)
    if (task === undefined) throw new Refusal('invalid', `task "${name}" is not in stage "${stage.name}"`)
    if (task.status !== 'NOT_STARTED' && task.status !== 'FAILED') {
      throw new Refusal('precondition', `task "${name}" is ${task.status} and cannot be run`)
    }
    task.status = 'PENDING'
  }
  return {}
}

function planOf(groups: Context['groups'], resources: Context['resources']): Record<string, unknown> {
  const plan = resources.get(groups['plan']!)
  if (plan === undefined) throw new Refusal('notFound', `plan "${groups['plan']!}" not found`)
  return plan
}

function rolloutOf(groups: Context['groups'], resources: Context['resources']): Record<string, unknown> {
  const name = `${planOf(groups, resources)['name'] as string}/rollout`
  const rollout = resources.get(name)
  if (rollout === undefined) throw new Refusal('notFound', `rollout "${name}" not found`)
  return rollout
}

function stagesOf(rollout: Record<string, unknown>): Stage[] {
  return rollout['stages'] as Stage[]
}

function keep<T extends Record<string, unknown> & { name: string }>(
  resources: Context['resources'],
  made: T,
): T {
  resources.set(made.name, made)
  return made
}

function readBody(request: FakeRequest): Body {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal('invalid', 'the body must be application/json')
  }
  let body: unknown
  try {
    body = JSON.parse(request.body)
  } catch (error) {
    throw new Refusal('invalid', `proto: syntax error: ${error instanceof Error ? error.message : ''}`)
  }
  if (!isObject(body)) throw new Refusal('invalid', 'proto: syntax error: expected an object')
  return body
}

/** Fields in lower camel case, as the gateway's JSON decoder takes them; any other is an error. */
function only(body: Body, fields: readonly string[]): void {
  for (const name of Object.keys(body)) {
    if (!fields.includes(name)) throw new Refusal('invalid', `proto: unknown field "${name}"`)
  }
}

function text(body: Body, name: string): string {
  const value = body[name] ?? ''
  if (typeof value !== 'string') throw new Refusal('invalid', `proto: invalid value for string field ${name}`)
  return value
}

function base64(body: Body, name: string): string {
  const value = text(body, name)
  if (!/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(value)) {
    throw new Refusal('invalid', `proto: invalid value for bytes field ${name}`)
  }
  return Buffer.from(value, 'base64').toString('utf8')
}

function texts(body: Body, name: string): string[] {
  const value = body[name] ?? []
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new Refusal('invalid', `proto: invalid value for repeated string field ${name}`)
  }
  return value
}

function object(body: Body, name: string): Body {
  const value = body[name]
  if (!isObject(value)) throw new Refusal('invalid', `proto: invalid value for message field ${name}`)
  return value
}

function objects(body: Body, name: string): Body[] {
  const value = body[name] ?? []
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new Refusal('invalid', `proto: invalid value for repeated message field ${name}`)
  }
  return value
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
