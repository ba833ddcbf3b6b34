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
