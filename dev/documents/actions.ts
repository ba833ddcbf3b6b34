import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readAction, type ActionFile } from '../runner/action-file.ts'

/** The repository's folder. */
export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** What the documents call this repository in `uses:`. */
export const repositoryName = 'OWNER/access-token'

/** An `action.yml` of the repository. */
export interface ActionMetadata extends ActionFile {
  /** From the repository, `''` for the root; `/` between names. */
  readonly folder: string
  /** Of the `action.yml`, from the repository. */
  readonly file: string
}

/**
 * The files of the repository that match a glob, sorted, with `/` between names. Installed, built and test files are left
 * out, and hidden folders unless the glob names them.
 */
export function repositoryFiles(pattern: string): string[] {
  const left = new Set(['node_modules', 'dist', 'test', '.git'])
  return globSync(pattern, { cwd: repository, exclude: (name) => left.has(name) })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
}

/** Every action that the repository offers; those in `.github` are its own tools. */
export function readActions(): ActionMetadata[] {
  return repositoryFiles('**/action.yml').map((file) => {
    const folder = dirname(file) === '.' ? '' : dirname(file)
    return { ...readAction(join(repository, folder)), folder, file }
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
