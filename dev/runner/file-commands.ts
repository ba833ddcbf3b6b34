import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { EOL } from 'node:os'
import { join } from 'node:path'

/** The files by which a step hands values to the runner, as their variables name them. */
const FILE_COMMANDS = ['output', 'state', 'env', 'path', 'step_summary'] as const
export type FileCommand = (typeof FILE_COMMANDS)[number]

/** What a step handed over by them. */
export interface FileCommandValues {
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

/** Makes the command files of a stage. @returns their paths */
export async function commandFiles(
  folder: string,
  unwritable: readonly FileCommand[],
): Promise<Record<FileCommand, string>> {
  const entries = FILE_COMMANDS.map((name) => [name, join(folder, name)] as const)
  for (const [name, path] of entries) {
    // A folder is there but cannot be written to, also by root.
    await (unwritable.includes(name) ? mkdir(path) : writeFile(path, ''))
  }
  return Object.fromEntries(entries) as Record<FileCommand, string>
}

/** Reads the command files after a stage. @throws Error where a file holds what an action of this repository does not write */
export async function readCommandFiles(files: Readonly<Record<FileCommand, string>>): Promise<FileCommandValues> {
  // A file that was removed, or cannot be written, holds nothing.
  const content = (name: FileCommand): Promise<string> => readFile(files[name], 'utf8').catch(() => '')
  const foreign = (await content('env')) + (await content('path'))
  if (foreign !== '') throw new Error(`the step changes the environment of later steps: ${foreign}`)
  return {
    outputs: valuesOf(await content('output')),
    state: valuesOf(await content('state')),
    summary: await content('step_summary'),
  }
}

/** The `NAME<<DELIMITER` blocks of a file, as `FileCommandManager.cs` reads them: values keep their line breaks. */
function valuesOf(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const block = new RegExp(`^(.+?)<<(.+)${EOL}([^]*?)${EOL}\\2${EOL}`, 'gm')
  const rest = text.replace(block, (_, name: string, _delimiter, value: string) => {
    values[name] = value
    return ''
  })
  if (rest !== '') throw new Error(`the runner could not read this: ${rest}`)
  return values
}
