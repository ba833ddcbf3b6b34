import { posix } from 'node:path'
import type { ActionMetadata } from '../documents/actions.ts'
import { must } from './bundle.ts'

/** A file that the runner starts. */
interface Stub {
  /** In `dist`. */
  readonly file: string
  readonly text: string
}

/**
 * The stub of each action, named after its folder (`dist/secret-vault.js`; `dist/main.js` for the root), and the one for
 * the post step that they share.
 *
 * @throws Error where an `action.yml` names another file
 */
export function stubs(actions: readonly ActionMetadata[]): Stub[] {
  const posts: string[] = []
  const mains = actions.map(({ file, folder, runs }) => {
    const stub = `dist/${folder === '' ? 'main' : folder.replaceAll('/', '-')}.js`
    must(posix.join(folder, runs.main) === stub, `${file}: runs.main must be ${stub}`)
    if (runs.post !== undefined) {
      must(posix.join(folder, runs.post) === 'dist/post.js', `${file}: runs.post must be dist/post.js`)
      posts.push(file)
    }
    return {
      file: posix.basename(stub),
      text: `// main of ${file}\nimport { main } from './index.js'; await main('${folder || '.'}')\n`,
    }
  })
  const post = `// post of ${posts.join(', ')}\nimport { post } from './index.js'; await post()\n`
  return [...mains, { file: 'post.js', text: post }]
}
