import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ncc, { type StatsChunk, type StatsModule } from '@vercel/ncc'

/** What came out of the bundler, with readable names. */
export interface Bundle {
  /** Contents by path in `dist`: `index.js` and one file per part that is loaded only where it is used. */
  readonly files: Readonly<Record<string, string>>
  /** The source file behind every module that is in a file, from the repository, e.g. `./node_modules/js-yaml/dist/js-yaml.mjs`. */
  readonly sources: readonly string[]
}

/**
 * Bundles `src/index.ts`. Parts that webpack numbers (`602.index.js`) get the name of what they hold
 * (`parts/yaml.js`), and every module the path of its source.
 *
 * What replaces the settings of `tsconfig.bundle.json`, whose path ncc takes from the environment.
 *
 * @throws Error where the bundler's output is not of the form that the changes rely on
 */
export async function bundle(input: string): Promise<Bundle> {
  process.env['TS_NODE_PROJECT'] = join(import.meta.dirname, 'tsconfig.bundle.json')
  const output = await ncc(input, { cache: false, target: 'es2022', quiet: true })
  const stats = output.stats.toJson({
    all: false,
    ids: true,
    modules: true,
    modulesSpace: Infinity,
    orphanModules: true,
    dependentModules: true,
    runtimeModules: true,
    nestedModules: true,
    nestedModulesSpace: Infinity,
    chunks: true,
    chunkModules: true,
    chunkModulesSpace: Infinity,
    warnings: true,
  })
  must(stats.warnings.length === 0, `the bundler warns: ${stats.warnings.map((w) => w.message).join('\n')}`)

  const parts = stats.chunks.filter((chunk) => !chunk.entry)
  const nameOf = new Map(parts.map((chunk) => [String(chunk.id), partName(chunk)]))
  must(
    new Set(nameOf.values()).size === parts.length,
    `two parts have one name: ${[...nameOf.values()].join(', ')}; set webpackChunkName at the import()`,
  )
  const sourceOf = new Map(stats.modules.map((module) => [String(module.id), module.name]))

  const files: Record<string, string> = {
    'index.js': withPartFolder(builtins(readable(output.code, nameOf, sourceOf))),
  }
  for (const chunk of parts) {
    const asset = output.assets[`${chunk.id}.index.js`]
    must(asset !== undefined, `there is no file for part ${chunk.id}`)
    const name = nameOf.get(String(chunk.id))!
    const text = builtins(readable(String(asset.source), nameOf, sourceOf))
    files[`parts/${name}.js`] = replaceOnce(
      text,
      `export const id = ${chunk.id};\nexport const ids = [${chunk.id}];`,
      `export const id = '${name}';\nexport const ids = ['${name}'];`,
    )
  }
  const unexpected = Object.keys(output.assets).filter(
    (name) => name !== 'package.json' && !nameOf.has(name.replace(/\.index\.js$/, '')),
  )
  must(unexpected.length === 0, `the bundler wrote files that nobody expects: ${unexpected.join(', ')}`)

  return { files, sources: stats.chunks.flatMap(({ modules }) => modules.flatMap(sourcesOf)).sort() }
}

/** The name that the source gives, or that of the folder that most of a part is from which webpack split off to share it. */
function partName(chunk: StatsChunk): string {
  const [given] = chunk.names
  if (given !== undefined) return given
  const sources = chunk.modules.flatMap(sourcesOf)
  const folders = Object.groupBy(sources, (source) => posix.basename(posix.dirname(source)))
  const most = Object.entries(folders).find(([, files = []]) => files.length > sources.length / 2)
  must(most !== undefined, `part ${chunk.id} has no name: ${sources.join(', ')}`)
  return most[0]
}

/** The installed package that a source file belongs to, as a folder from the repository. */
export function packageFolder(source: string): string | undefined {
  return /^\.\/(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]
}

/**
 * The licence texts of every package that a source file was taken from, one after the other, sorted by name.
 *
 * @param sources source files from the repository, as of `Bundle.sources`
 * @throws Error where a package has no licence file
 */
export function licenses(root: string, sources: readonly string[]): string {
  const folders = [...new Set(sources.flatMap((source) => packageFolder(source) ?? []))].sort()
  return folders
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
        name: string
        version: string
        license: string
      }
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry))
      if (file === undefined) throw new Error(`${name}: no licence file in ${folder}`)
      const text = readFileSync(join(root, folder, file), 'utf8')
        .replaceAll('\r\n', '\n')
        .trim()
      return `${name} ${version}\n${license}\n\n${text}\n`
    })
    .join('\n----------------------------------------------------------------\n\n')
}

function sourcesOf(module: StatsModule): string[] {
  if (module.modules !== undefined) return module.modules.flatMap(sourcesOf)
  return module.name.startsWith('./') ? [module.name] : []
}

/** Names instead of numbers, and no comments that point to source maps which are not there. */
function readable(code: string, nameOf: Map<string, string>, sourceOf: Map<string, string>): string {
  const loads = [...code.matchAll(/_require__\.e\(/g)].length
  let named = 0
  const text = code
    .replace(/(_require__\.e\()(?:\/\*[^*]*\*\/ )?(\d+)\)/g, (_, call: string, id: string) => {
      const name = nameOf.get(id)
      must(name !== undefined, `part ${id} is loaded and not there`)
      named++
      return `${call}'${name}')`
    })
    .replace(/^\/\*\*\*\/ (\d+):$/gm, (line, id: string) => {
      const source = sourceOf.get(id)
      must(source !== undefined, `module ${id} has no source`)
      return `${line} // ${source.replace(/ \+ \d+ modules$/, ' and what only it imports')}`
    })
    .replace(/^\/\/# sourceMappingURL=.*\n/gm, '')
  must(named === loads, `${loads - named} import() calls are of an unknown form`)
  return text
}

function withPartFolder(code: string): string {
  return replaceOnce(code, 'return "" + chunkId + ".index.js";', `return "parts/" + chunkId + ".js";`)
}

/** Node's modules by `process.getBuiltinModule`: easier to read, and nothing is loaded in order to load them. */
function builtins(code: string): string {
  return code
    .replace('import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";\n', '')
    .replaceAll('__WEBPACK_EXTERNAL_createRequire(import.meta.url)(', 'process.getBuiltinModule(')
}

function replaceOnce(text: string, from: string, to: string): string {
  must(text.split(from).length === 2, `expected once: ${from}`)
  return text.replace(from, () => to)
}

export function must(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise)
}
