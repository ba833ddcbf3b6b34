import { posix } from 'node:path'
import type { ActionMetadata } from '../documents/actions.ts'

/** A file that the runner starts: it calls one function of the bundle. */
export interface Stub {
  /** In `dist`. */
  readonly file: string
  /** The function of `dist/index.js`. */
  readonly function: string
  readonly text: string
}

/**
 * One stub for each file that an `action.yml` names as `runs.main` or `runs.post`; the function has the file's name
 * in camel case.
 *
 * @throws Error where a file lies elsewhere than in `dist`
 */
export function stubs(actions: readonly ActionMetadata[]): Stub[] {
  const usedBy = new Map<string, string[]>()
  for (const action of actions) {
    for (const moment of ['main', 'post'] as const) {
      const path = action.runs[moment]
      if (path === undefined) continue
      const file = posix.join(action.folder, path)
      if (!/^dist\/[a-z-]+\.js$/.test(file))
        throw new Error(`${action.file}: runs.${moment} must be a file in dist`)
      usedBy.set(file, [...(usedBy.get(file) ?? []), `${moment} of ${action.file}`])
    }
  }
  return [...usedBy].sort().map(([path, uses]) => {
    const file = posix.basename(path)
    const name = posix.basename(path, '.js').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    const text = `// ${uses.join(', ')}\nimport { ${name} } from './index.js'; await ${name}()\n`
    return { file, function: name, text }
  })
}
