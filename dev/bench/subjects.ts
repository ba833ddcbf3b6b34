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
import type { World } from '../world.ts'

/** Runs a stage, and measures its memory and CPU where it is asked to. */
type Start = (world: World, how: Pick<StageOptions, 'usage'>) => Promise<StageResult>

/** Something that is started and measured. */
export interface Subject {
  readonly name: string
  /** The name of the subject that makes the same requests by hand. */
  readonly floor?: string | undefined
  readonly start: Start
}

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

/**
 * Writes the floor as plain JavaScript: a process that had to strip types first would look slower than it is.
 *
 * @returns the file, in a folder of its own
 */
export async function makeFloor(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, 'floor.ts'), 'utf8')
  const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext }
  const file = join(await mkdtemp(join(tmpdir(), 'bench-')), 'floor.mjs')
  await writeFile(file, ts.transpileModule(text, { compilerOptions }).outputText)
  return file
}

/** What every ratio is to: a Node that does nothing, in the environment of a step. */
export const nothing: Start = (world, how) => world.run({ ...how, nodeOptions: ['-e', '0'] })

/** A step that reads one secret and a step that reads ten. The goal is a ratio: the floor of ten is one. */
function oneAndTen(system: System): Group {
  const stored = new Map<World, string[]>()
  const reading =
    (count: number): Start =>
    (world, how) =>
      world.run({ ...how, inputs: { secrets: stored.get(world)!.slice(0, count).join('\n') } })
  const one = `${system.action}, one secret`
  return {
    name: system.action,
    system,
    variant: 'several',
    prepare: (world) => {
      const names = Array.from({ length: 10 }, (_, index) => `n${index}`)
      const { store } = world.setup
      const lines = names.map((name) => `${name}: ${store!(name, { key: `value of ${name}` })}#key`)
      stored.set(world, lines)
    },
    subjects: [
      { name: one, start: reading(1) },
      { name: `${system.action}, ten secrets`, floor: one, start: reading(10) },
    ],
  }
}

/** The actions of this repository that have goals, each with its floor. */
export function ownGroups(floorFile: string): Group[] {
  const floor = floorOf(floorFile)
  const run: Start = (world, how) => world.run(how)
  const root = stagesOf('root', 'floor', run, (world, main, how) => world.post(main, how))
  const aws = { name: 'root, AWS', floor: 'floor, AWS', start: run }
  return [
    { name: 'root', system: appServer, variant: 'bearer', subjects: [{ name: 'floor', start: floor }, ...root] },
    { name: 'root, AWS', system: appServer, variant: 'aws', subjects: [{ name: 'floor, AWS', start: floor }, aws] },
    { name: 'bytebase', system: bytebase, variant: 'default', subjects: [{ name: 'bytebase', start: run }] },
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
  const options = (world: World): StageOptions => ({
    action: other.folder,
    inputs: Object.fromEntries(Object.entries(other.inputs).map(([input, text]) => [input, withUrls(text, world)])),
    env: world.env,
    apiUrl: 'github' in world.handlers ? world.url('github') : undefined,
    masks: [world.issuer.requestToken],
    ...(other.preload !== undefined && { nodeOptions: ['--require', resolve(other.preload)] }),
  })
  return stagesOf(
    name,
    floor,
    (world, how) => runAction({ ...options(world), ...how }),
    runs.post === undefined ? undefined : (world, main, how) => runPost({ ...options(world), ...how }, main),
  )
}

/** Fills in the URLs of a world's servers: `{app-server}`. @throws Error where there is no such server */
function withUrls(text: string, world: Pick<World, 'handlers' | 'url'>): string {
  return text.replace(/\{([a-z][a-z-]*)\}/g, (placeholder, role: string) => {
    if (role in world.handlers) return world.url(role)
    const known = Object.keys(world.handlers).map((each) => `{${each}}`)
    throw new Error(`there is no server ${placeholder}, only ${known.join(', ')}`)
  })
}

/** The stages of an action. Its post stage runs after the main stage that ran last, with its state. */
function stagesOf(
  name: string,
  floor: string | undefined,
  main: Start,
  post?: (world: World, main: StageResult, how: Parameters<Start>[1]) => Promise<StageResult>,
): Subject[] {
  const last = new Map<World, StageResult>()
  const start: Start = async (world, how) => {
    const result = await main(world, how)
    last.set(world, result)
    return result
  }
  if (post === undefined) return [{ name, floor, start }]
  return [
    { name, floor, start },
    { name: `${name}, post`, start: (world, how) => post(world, last.get(world)!, how) },
  ]
}

/** The root action's requests by hand; where the world has an STS, those of its AWS path. */
function floorOf(file: string): Start {
  return (world, how) => {
    const env = {
      FLOOR_APP_SERVER: world.url('app-server'),
      ...('sts' in world.handlers && { FLOOR_STS: world.url('sts'), FLOOR_ROLE: ROLE_ARN }),
    }
    return world.run({ ...how, env, nodeOptions: [file] })
  }
}
