import { randomBytes } from 'node:crypto'
import type { Now } from '../handler.ts'
import { base64, object, objects, only, Refusal, text, texts, type Body } from './messages.ts'

/* The calls of Bytebase's API by which a release is rolled out, each with the permission that it takes. */

export interface Project {
  /** `environments/…` by `instances/…/databases/…`. */
  readonly databases: Readonly<Record<string, string>>
}

export interface RolloutOptions {
  readonly now: Now
  /** Environments in the order of their stages. */
  readonly environments: readonly string[]
  /** How a task on a database ends. */
  readonly outcome?: (database: string) => 'DONE' | 'FAILED'
}

/** One call, of which it is known who made it and that its fields are those of the message. */
export interface Context {
  readonly body: Body
  readonly groups: Readonly<Record<string, string>>
  /** `projects/…` */
  readonly parent: string
  readonly project: Project
  readonly resources: Map<string, Record<string, unknown>>
  readonly options: RolloutOptions
}

export interface ApiCall {
  readonly method: 'GET' | 'POST'
  readonly pattern: RegExp
  /** As gRPC names it. */
  readonly rpc: string
  readonly permission: string
  /** The fields of the message; any other is refused. */
  readonly fields: readonly string[]
  /** Absent where nobody who asks has the permission. */
  readonly run?: (context: Context) => object
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

const PLAN = String.raw`(?<plan>projects/(?<project>[^/]+)/plans/\d+)`

const CALLS: readonly ApiCall[] = [
  {
    method: 'POST',
    pattern: /^projects\/(?<project>[^/]+)\/sheets$/,
    rpc: 'SheetService/CreateSheet',
    permission: 'bb.sheets.create',
    fields: ['content'],
  },
  {
    method: 'POST',
    pattern: /^projects\/(?<project>[^/]+)\/issues$/,
    rpc: 'IssueService/CreateIssue',
    permission: 'bb.issues.create',
    fields: ['type', 'plan', 'title', 'description', 'labels', 'draft'],
  },
  {
    method: 'POST',
    pattern: /^projects\/(?<project>[^/]+)\/releases$/,
    rpc: 'ReleaseService/CreateRelease',
    permission: 'bb.releases.create',
    fields: ['type', 'files', 'vcsSource', 'category'],
    run: createRelease,
  },
  {
    method: 'POST',
    pattern: /^projects\/(?<project>[^/]+)\/plans$/,
    rpc: 'PlanService/CreatePlan',
    permission: 'bb.plans.create',
    fields: ['title', 'description', 'specs'],
    run: createPlan,
  },
  {
    method: 'POST',
    pattern: new RegExp(`^${PLAN}/rollout$`),
    rpc: 'RolloutService/CreateRollout',
    permission: 'bb.rollouts.create',
    fields: ['target'],
    run: createRollout,
  },
  {
    method: 'GET',
    pattern: new RegExp(`^${PLAN}/rollout$`),
    rpc: 'RolloutService/GetRollout',
    permission: 'bb.rollouts.get',
    fields: [],
    run: getRollout,
  },
  {
    method: 'POST',
    pattern: new RegExp(`^(?<stage>${PLAN}/rollout/stages/[^/]+)/tasks:batchRun$`),
    rpc: 'RolloutService/BatchRunTasks',
    permission: 'bb.taskRuns.create',
    fields: ['tasks', 'runTime', 'skipPriorBackup'],
    run: runTasks,
  },
]

/** The call that a request is; `undefined` where there is none. @param path without `/v1/` */
export function callOf(method: string, path: string): ApiCall | undefined {
  return CALLS.find((call) => call.method === method && call.pattern.test(path))
}

function createRelease({ body, parent, resources, options }: Context): object {
  const type = text(body, 'type')
  if (type !== 'VERSIONED' && type !== 'DECLARATIVE') {
    throw new Refusal('invalid', `invalid value for enum field type: "${type}"`)
  }
  const invalid = (why: string): Refusal => new Refusal('invalid', `invalid release files: ${why}`)
  if (body['vcsSource'] !== undefined) only(object(body, 'vcsSource'), ['vcsType', 'url'])
  const given = objects(body, 'files')
  if (given.length === 0) throw invalid('release files cannot be empty')
  const versions = new Set<string>()
  const files = given.map((file) => {
    only(file, ['path', 'version', 'enableGhost', 'sheet', 'statement'])
    const [path, version, sheet] = ['path', 'version', 'sheet'].map((name) => text(file, name)) as [
      string,
      string,
      string,
    ]
    const statement = base64(file, 'statement')
    if (sheet === '' && statement === '' && type !== 'DECLARATIVE') {
      throw invalid(`either sheet or statement must be set for file "${path}"`)
    }
    if (sheet !== '' && statement !== '')
      throw invalid(`cannot set both sheet and statement for file "${path}"`)
    if (type === 'VERSIONED' && versions.has(version)) throw invalid(`found duplicate version "${version}"`)
    versions.add(version)
    return { path, version, sheet: sheet || `${parent}/sheets/${randomBytes(32).toString('hex')}` }
  })
  for (const { version } of files) {
    if (version === '') throw invalid('version cannot be empty')
    if (!/^\d+(\.\d+)*$/.test(version)) throw invalid(`invalid version "${version}"`)
  }
  const day = new Date(options.now()).toISOString().slice(0, 10).replaceAll('-', '')
  const count = [...resources.keys()].filter((name) => name.startsWith(`${parent}/releases/`)).length
  const id = `release_${day}-RC${String(count).padStart(2, '0')}`
  return keep(resources, { name: `${parent}/releases/${id}`, type, files })
}

/** Its specs are checked as validateSpecs does (plan_service.go), which words what is missing as the Connect protocol does. */
function createPlan({ body, parent, project, resources }: Context): object {
  const invalid = (why: string): Refusal => new Refusal('invalid', `failed to validate plan specs: ${why}`)
  const title = text(body, 'title')
  if (title.length > 200)
    throw new Refusal('invalid', 'validation error: plan.title: must be at most 200 characters')
  if (text(body, 'description').length > 10_000) {
    throw new Refusal('invalid', 'validation error: plan.description: must be at most 10000 characters')
  }
  const specs = objects(body, 'specs')
  if (specs.length === 0) throw invalid('the plan has zero spec')
  const ids = new Set<string>()
  for (const spec of specs) {
    const id = text(spec, 'id')
    if (id === '') throw invalid('spec id cannot be empty')
    if (ids.has(id)) throw invalid(`found duplicate spec id ${id}`)
    ids.add(id)
    only(spec, ['id', 'changeDatabaseConfig', 'createDatabaseConfig'])
    // Databases are created elsewhere than in this fake.
    if (spec['changeDatabaseConfig'] === undefined) throw invalid('invalid spec type')
    const config = object(spec, 'changeDatabaseConfig')
    only(config, ['targets', 'sheet', 'release', 'enablePriorBackup'])
    for (const target of texts(config, 'targets')) {
      if (!/^instances\/[^/]+\/databases\/[^/]+$/.test(target)) throw invalid(`invalid target ${target}`)
      if (!(target in project.databases)) throw invalid(`not_found: database "${target}" not found`)
    }
    const [sheet, release] = [text(config, 'sheet'), text(config, 'release')]
    // Where it is no name of a sheet, the server fails at it; of sheets there are none.
    if (sheet !== '' && !/^projects\/[^/]+\/sheets\/[^/]+$/.test(sheet)) {
      throw new Refusal('internal', 'error: runtime error: invalid memory address or nil pointer dereference')
    }
    if (sheet !== '') throw invalid(`not_found: sheet "${sheet}" not found`)
    if (release !== '' && !resources.has(release)) {
      throw invalid(`release ${release.split('/').at(-1)!} not found`)
    }
  }
  return keep(resources, { name: `${parent}/plans/${resources.size + 101}`, state: 'ACTIVE', title, specs })
}

function createRollout({ body, groups, project, resources, options }: Context): object {
  const plan = planOf(groups, resources)
  const target = body['target'] === undefined ? undefined : text(body, 'target')
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
  return keep(resources, { name, title: plan['title'], ...(stages.length > 0 && { stages }) })
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
  const names = texts(body, 'tasks')
  if (names.length === 0) throw new Refusal('invalid', 'The tasks in request cannot be empty')
  if (stage === undefined) throw new Refusal('invalid', 'No tasks to run in the stage')
  // Tasks of other stages are not looked at, nor are those that run or are done.
  for (const task of stage.tasks) {
    const canRun = task.status === 'NOT_STARTED' || task.status === 'FAILED'
    if (canRun && names.includes(task.name)) task.status = 'PENDING'
  }
  return {}
}

function planOf(groups: Context['groups'], resources: Context['resources']): Record<string, unknown> {
  const plan = resources.get(groups['plan']!)
  if (plan === undefined) throw notFound('plan', groups)
  return plan
}

function rolloutOf(groups: Context['groups'], resources: Context['resources']): Record<string, unknown> {
  const name = `${planOf(groups, resources)['name'] as string}/rollout`
  const rollout = resources.get(name)
  if (rollout === undefined) throw notFound('rollout', groups)
  return rollout
}

function notFound(what: string, { plan, project }: Context['groups']): Refusal {
  return new Refusal('notFound', `${what} ${plan!.split('/').at(-1)!} not found in project ${project!}`)
}

function stagesOf(rollout: Record<string, unknown>): Stage[] {
  return (rollout['stages'] ?? []) as Stage[]
}

function keep<T extends Record<string, unknown> & { name: string }>(
  resources: Context['resources'],
  made: T,
): T {
  resources.set(made.name, made)
  return made
}
