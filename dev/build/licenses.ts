import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from './bundle.ts'

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
