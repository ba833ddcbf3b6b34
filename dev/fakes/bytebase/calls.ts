import { randomBytes } from 'node:crypto'
import type { Now } from '../handler.ts'
import { base64, object, objects, only, Refusal, text, texts, type Body } from './messages.ts'

/* The calls of Bytebase's API that make a release and a plan, each with the permission that it takes. */

export interface Project {
  /** `instances/…/databases/…` */
  readonly databases: readonly string[]
}

/** One call, of which it is known who made it and that its fields are those of the message. */
export interface Context {
  readonly body: Body
  /** `projects/…` */
  readonly parent: string
  readonly project: Project
  readonly resources: Map<string, Record<string, unknown>>
  readonly now: Now
}

export interface ApiCall {
  readonly pattern: RegExp
  /** As gRPC names it. */
  readonly rpc: string
  readonly permission: string
  /** The fields of the message; any other is refused. */
  readonly fields: readonly string[]
  readonly run: (context: Context) => object
}

const CALLS: readonly ApiCall[] = [
  {
    pattern: /^projects\/(?<project>[^/]+)\/releases$/,
    rpc: 'ReleaseService/CreateRelease',
    permission: 'bb.releases.create',
    fields: ['type', 'files', 'vcsSource', 'category'],
    run: createRelease,
  },
  {
    pattern: /^projects\/(?<project>[^/]+)\/plans$/,
    rpc: 'PlanService/CreatePlan',
    permission: 'bb.plans.create',
    fields: ['title', 'description', 'specs'],
    run: createPlan,
  },
]

/** The call that a request is; `undefined` where there is none. @param path without `/v1/` */
export function callOf(method: string, path: string): ApiCall | undefined {
  return method === 'POST' ? CALLS.find(({ pattern }) => pattern.test(path)) : undefined
}

function createRelease({ body, parent, resources, now }: Context): object {
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
    if (sheet !== '' && statement !== '') throw invalid(`cannot set both sheet and statement for file "${path}"`)
    if (type === 'VERSIONED' && versions.has(version)) throw invalid(`found duplicate version "${version}"`)
    versions.add(version)
    return { path, version, sheet: sheet || `${parent}/sheets/${randomBytes(32).toString('hex')}` }
  })
  for (const { version } of files) {
    if (version === '') throw invalid('version cannot be empty')
    if (!/^\d+(\.\d+)*$/.test(version)) throw invalid(`invalid version "${version}"`)
  }
  const day = new Date(now()).toISOString().slice(0, 10).replaceAll('-', '')
  const count = [...resources.keys()].filter((name) => name.startsWith(`${parent}/releases/`)).length
  const id = `release_${day}-RC${String(count).padStart(2, '0')}`
  return keep(resources, { name: `${parent}/releases/${id}`, type, files })
}

/** Its specs are checked as validateSpecs does (plan_service.go), which words what is missing as the Connect protocol does. */
function createPlan({ body, parent, project, resources }: Context): object {
  const invalid = (why: string): Refusal => new Refusal('invalid', `failed to validate plan specs: ${why}`)
  const title = text(body, 'title')
  if (title.length > 200) throw new Refusal('invalid', 'validation error: plan.title: must be at most 200 characters')
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
      if (!project.databases.includes(target)) throw invalid(`not_found: database "${target}" not found`)
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

function keep<T extends Record<string, unknown> & { name: string }>(resources: Context['resources'], made: T): T {
  resources.set(made.name, made)
  return made
}
