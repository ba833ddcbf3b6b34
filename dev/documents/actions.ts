import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

/** The repository's folder. */
export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** What the documents call this repository in `uses:`. */
export const repositoryName = 'OWNER/access-token'

/** One input of an `action.yml`. */
interface ActionInput {
  readonly description?: string
  readonly required?: boolean
  readonly default?: string
  readonly deprecationMessage?: string
}

/** What an `action.yml` of the repository says, for those who read it; the runner emulation reads it for itself. */
export interface ActionMetadata {
  /** From the repository, `''` for the root; `/` between names. */
  readonly folder: string
  /** Of the `action.yml`, from the repository. */
  readonly file: string
  readonly text: string
  readonly name: string
  readonly description: string
  readonly inputs: Readonly<Record<string, ActionInput>>
  readonly outputs: Readonly<Record<string, { readonly description?: string }>>
  readonly runs: { readonly using: string; readonly main: string; readonly post?: string }
}

/**
 * The files of the repository that match a glob, sorted, with `/` between names. Installed, built and test files are left
 * out, and hidden folders unless the glob names them.
 */
export function repositoryFiles(pattern: string, root = repository): string[] {
  const left = new Set(['node_modules', 'dist', 'test', '.git'])
  return globSync(pattern, { cwd: root, exclude: (name) => left.has(name) })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
}

/** Every action that the repository offers; those in `.github` are its own tools. */
export function readActions(root = repository): ActionMetadata[] {
  return repositoryFiles('**/action.yml', root).map((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const folder = dirname(file)
    const metadata = parse(text) as Partial<ActionMetadata>
    const { name, description, runs } = metadata
    if (name === undefined || description === undefined || runs?.main === undefined) {
      throw new Error(`${file}: needs name, description and runs.main`)
    }
    return {
      folder: folder === '.' ? '' : folder,
      file,
      text,
      name,
      description,
      inputs: metadata.inputs ?? {},
      outputs: metadata.outputs ?? {},
      runs,
    }
  })
}

/**
 * The action that a step's `uses` means: `OWNER/access-token[/folder]@ref`, or `$/[folder]` or `./[folder]` in the
 * repository's own workflows.
 *
 * @returns `undefined` for an action of somebody else
 * @throws Error where the folder has no action
 */
export function actionOf(uses: string, actions: readonly ActionMetadata[]): ActionMetadata | undefined {
  const path = uses.split('@')[0]!
  const own = [repositoryName, '$', '.'].find((prefix) => path === prefix || path.startsWith(`${prefix}/`))
  if (own === undefined || path.startsWith('./.github/')) return undefined
  const folder = path.slice(own.length).replace(/^\/|\/$/g, '')
  const action = actions.find((candidate) => candidate.folder === folder)
  if (action === undefined) throw new Error(`uses: ${uses} – there is no action in that folder`)
  return action
}
