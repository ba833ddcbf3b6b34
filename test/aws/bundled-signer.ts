import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repository } from '../../dev/documents/actions.ts'
import type * as signer from '../../src/aws/signer.ts'

type Module = (module: { exports: unknown }, exports: object, require: Require) => void
interface Require {
  (id: string | number): unknown
  /** Marks a module as an ES module. */
  r: (exports: object) => void
  /** Defines getters. */
  d: (exports: object, getters: Record<string, () => unknown>) => void
}

/** The signer of `dist`, loaded by the little code that the bundle itself has for it. Of Node it uses `crypto` alone. */
export async function bundledSigner(): Promise<typeof signer> {
  const file = join(repository, 'dist/parts/aws-signer.js')
  const part = (await import(pathToFileURL(file).href)) as { modules: Record<string, Module> }
  const [module, ...more] = Object.values(part.modules)
  if (module === undefined || more.length > 0) throw new Error('the signer is not one module')
  const require = Object.assign((): unknown => process.getBuiltinModule('node:crypto'), {
    r: () => undefined,
    d: (exports: object, getters: Record<string, () => unknown>) => {
      for (const [name, get] of Object.entries(getters)) {
        Object.defineProperty(exports, name, { get, enumerable: true })
      }
    },
  })
  const exports = {}
  module({ exports }, exports, require)
  return exports as typeof signer
}
