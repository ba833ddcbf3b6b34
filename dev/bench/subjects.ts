import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { ROLE_ARN } from '../fakes/aws-account.ts'
import { readAction } from '../runner/action-file.ts'
import { runAction, runPost, type StageOptions, type StageResult } from '../runner/runner.ts'
import { system as bytebase } from '../systems/bytebase.ts'
import { system as appServer } from '../systems/app-server.ts'
import { allSystems, type System } from '../systems/system.ts'
import { ROOT, type World } from '../world.ts'

/** Something that is started and measured. */
export interface Subject {
  readonly name: string
  /** The name of the subject that makes the same requests by hand. */
  readonly floor?: string
  readonly start: (world: World, how: How) => Promise<StageResult>
}

/** What a process is started with in addition to what it needs. */
export type How = Pick<StageOptions, 'nodeOptions' | 'env' | 'usage'>

/** Subjects that run against the same servers, in this order. */
export interface Group {
  readonly name: string
  readonly system: System
  readonly variant: string
  /** What the servers need in addition to the usual. */
  readonly prepare?: (world: World) => void
  readonly subjects: readonly Subject[]
}

/** The systems that store secrets. */
const stores = Object.values(await allSystems()).filter(({ action }) => action.startsWith('secret/'))

/** The files that the bench makes for itself. */
export interface Tools {
  /** The floor, as the runner can start it. */
  readonly folder: string
  /** Module that reports memory and CPU, to be loaded by `--require`. */
  readonly usage: string
}

/** Writes the tools as plain JavaScript: a process that had to strip types first would look slower than it is. */
export async function makeTools(): Promise<Tools> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const script = async (file: string): Promise<string> => {
    const text = await readFile(join(import.meta.dirname, file), 'utf8')
    const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext }
    return ts.transpileModule(text, { compilerOptions }).outputText
  }
  await writeFile(join(folder, 'action.yml'), 'runs:\n  using: node24\n  main: floor.mjs\n')
  await writeFile(join(folder, 'floor.mjs'), await script('floor.ts'))
  const usage = join(folder, 'usage.cjs')
  await writeFile(usage, await script('usage.ts'))
  return { folder, usage }
}

/** What every ratio is to: a Node that does nothing, in the environment of a step. */
export function nothing(tools: Tools): Subject {
  return {
    name: 'node -e 0',
    start: (world, how) =>
      runAction(stepOf(world, tools.folder, {}, { ...how, nodeOptions: [...(how.nodeOptions ?? []), '-e', '0'] })),
  }
}

/** A step that reads one secret and a step that reads ten. The goal is a ratio: the floor of ten is one. */
function oneAndTen(system: System): Group {
  const stored = new Map<World, string[]>()
  const reading =
    (count: number) =>
    (world: World): Step => {
      const lines = stored.get(world)!.slice(0, count)
      return { action: join(ROOT, system.action), inputs: { ...world.inputs, secrets: lines.join('\n') } }
    }
  const one = `${system.action}, one secret`
  return {
    name: system.action,
    system,
    variant: 'several',
    prepare: (world) => {
      const names = Array.from({ length: 10 }, (_, index) => `n${index}`)
      const { store } = world.setup
      stored.set(
        world,
        names.map((name) => `${name}: ${store!(name, { key: `value of ${name}` })}#key`),
      )
    },
    subjects: [
      ...stagesOf(one, reading(1), { post: false }),
      ...stagesOf(`${system.action}, ten secrets`, reading(10), { post: false, floor: one }),
    ],
  }
}

/** The actions of this repository that have goals, each with its floor. */
export function ownGroups(tools: Tools): Group[] {
  const root = (world: World): Step => ({ action: ROOT, inputs: world.inputs })
  const ofRoot = stagesOf('root', root, { post: true, floor: 'floor' })
  const ofAws = stagesOf('root, AWS', root, { post: false, floor: 'floor, AWS' })
  const ofBytebase = stagesOf('bytebase', (world) => ({ action: join(ROOT, 'bytebase'), inputs: world.inputs }), {
    post: false,
  })
  return [
    { name: 'root', system: appServer, variant: 'bearer', subjects: [floor('floor', tools), ...ofRoot] },
    { name: 'root, AWS', system: appServer, variant: 'aws', subjects: [floor('floor, AWS', tools), ...ofAws] },
    { name: 'bytebase', system: bytebase, variant: 'default', subjects: ofBytebase },
    ...stores.map(oneAndTen),
  ]
}

export interface Other {
  /** Folder with an `action.yml` for `node24`. */
  readonly folder: string
  /** With `{ROLE}` for the URL of a server. */
  readonly inputs: Readonly<Record<string, string>>
  /** A module that is loaded before the action. */
  readonly preload: string | undefined
}

/** Another action, as one more subject of a group. */
export function otherSubjects(other: Other, name: string, floor: string | undefined): Subject[] {
  const { runs } = readAction(other.folder)
  const step = (world: World): Step => ({
    action: other.folder,
    inputs: Object.fromEntries(Object.entries(other.inputs).map(([input, text]) => [input, withUrls(text, world)])),
    ...(other.preload !== undefined && { nodeOptions: ['--require', resolve(other.preload)] }),
  })
  return stagesOf(name, step, { post: runs.post !== undefined, floor })
}

/** Fills in the URLs of a world's servers: `{app-server}`. @throws Error where there is no such server */
function withUrls(text: string, world: Pick<World, 'handlers' | 'url'>): string {
  return text.replace(/\{([a-z][a-z-]*)\}/g, (placeholder, role: string) => {
    if (role in world.handlers) return world.url(role)
    const known = Object.keys(world.handlers).map((each) => `{${each}}`)
    throw new Error(`there is no server ${placeholder}, only ${known.join(', ')}`)
  })
}

interface Step extends Pick<StageOptions, 'action' | 'nodeOptions'> {
  readonly inputs: Readonly<Record<string, string>>
}

/** The stages of an action. Its post stage runs after the main stage that ran last, with its state. */
function stagesOf(
  name: string,
  step: (world: World) => Step,
  { post, floor }: { readonly post: boolean; readonly floor?: string | undefined },
): Subject[] {
  const last = new Map<World, StageResult>()
  const options = (world: World, how: How): StageOptions => {
    const { action, inputs, nodeOptions = [] } = step(world)
    return stepOf(world, action, inputs, { ...how, nodeOptions: [...nodeOptions, ...(how.nodeOptions ?? [])] })
  }
  const main: Subject = {
    name,
    ...(floor !== undefined && { floor }),
    start: async (world, how) => {
      const result = await runAction(options(world, how))
      last.set(world, result)
      return result
    },
  }
  if (!post) return [main]
  return [main, { name: `${name}, post`, start: (world, how) => runPost(options(world, how), last.get(world)!) }]
}

/** The root action's requests by hand; where the world has an STS, those of its AWS path. */
function floor(name: string, tools: Tools): Subject {
  return {
    name,
    start: (world, how) => {
      const env = {
        FLOOR_APP_SERVER: world.url('app-server'),
        ...('sts' in world.handlers && { FLOOR_STS: world.url('sts'), FLOOR_ROLE: ROLE_ARN }),
        ...how.env,
      }
      return runAction(stepOf(world, tools.folder, {}, { ...how, env }))
    },
  }
}

function stepOf(
  world: World,
  action: string,
  inputs: Readonly<Record<string, string>>,
  { nodeOptions, env }: How,
): StageOptions {
  const apiUrl = 'github' in world.handlers ? world.url('github') : 'https://api.github.com'
  return {
    action,
    inputs,
    env: { ...world.env, ...env },
    hosts: { serverUrl: 'https://github.com', apiUrl },
    masks: [world.issuer.requestToken],
    ...(nodeOptions && { nodeOptions }),
  }
}
