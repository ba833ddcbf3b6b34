import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { linesOf } from './dotnet.ts'
import type { StepLog } from './step-log.ts'

/** The files by which a step hands values to the runner, as their variables name them. */
const FILE_COMMANDS = ['output', 'state', 'env', 'path', 'step_summary'] as const
export type FileCommand = (typeof FILE_COMMANDS)[number]
/** What a step handed over by them. */
export interface FileCommandValues {
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly path: readonly string[]
  readonly summary: string
}

/** The largest job summary of a step, in bytes. */
const MOST_SUMMARY = 1024 * 1024

/** Makes the command files of a stage. @returns their paths */
export async function commandFiles(
  folder: string,
  unwritable: readonly FileCommand[],
): Promise<Record<FileCommand, string>> {
  const parent = join(folder, '_runner_file_commands')
  await mkdir(parent)
  const entries = await Promise.all(
    FILE_COMMANDS.map(async (name) => {
      const path = join(parent, `${name}_${randomUUID()}`)
      // A folder is there but cannot be written to, also by root.
      await (unwritable.includes(name) ? mkdir(path) : writeFile(path, ''))
      return [name, path] as const
    }),
  )
  return Object.fromEntries(entries) as Record<FileCommand, string>
}

/**
 * Reads the command files after a stage. One that cannot be understood fails the step, and gives what comes before it.
 *
 * @param windows whether CR and LF end a line
 */
export async function readCommandFiles(
  files: Readonly<Record<FileCommand, string>>,
  log: StepLog,
  windows = process.platform === 'win32',
): Promise<FileCommandValues> {
  // A byte order mark is skipped. A file that was removed, or cannot be written, holds nothing.
  const content = async (name: FileCommand): Promise<string> =>
    readFile(files[name]).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => '',
    )
  const pairs = async (name: FileCommand): Promise<Record<string, string>> => {
    const read: [string, string][] = []
    try {
      for (const [key, value] of keyValues(await content(name), windows)) {
        if (name === 'env' && key.toUpperCase() === 'NODE_OPTIONS') {
          log.annotate('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.")
        } else read.push([key, value])
      }
    } catch (error) {
      log.refuse(`file command '${name}'`, (error as Error).message)
    }
    return Object.fromEntries(read)
  }
  const path = linesOf(await content('path')).filter((line) => line !== '')
  const env = await pairs('env')
  let summary = await content('step_summary')
  if (Buffer.byteLength(summary) > MOST_SUMMARY) {
    log.annotate('error', '$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k')
    summary = ''
  }
  return { path, env, summary, state: await pairs('state'), outputs: await pairs('output') }
}

/** The `NAME=VALUE` lines and `NAME<<DELIMITER` blocks of a file, as `FileCommandManager.cs` reads them. */
function* keyValues(text: string, windows: boolean): Generator<[string, string]> {
  let index = 0
  const readLine = (): { line: string; end: string } | undefined => {
    if (index >= text.length) return undefined
    const found = text.indexOf('\n', index)
    const end = found < 0 ? '' : windows && found > index && text[found - 1] === '\r' ? '\r\n' : '\n'
    const line = text.slice(index, found < 0 ? undefined : found + 1 - end.length)
    index += line.length + end.length
    return { line, end }
  }
  for (let read = readLine(); read !== undefined; read = readLine()) {
    const { line } = read
    if (line === '') continue
    const [, name = '', sign, rest = ''] = /^(.*?)(=|<<)(.*)$/s.exec(line) ?? []
    if (sign === undefined) throw new Error(`Invalid format '${line}'`)
    if (sign === '=') {
      yield [name, rest]
      continue
    }
    if (name === '' || rest === '') {
      throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
    }
    const start = index
    let end = index
    for (let part = readLine(); part?.line !== rest; part = readLine()) {
      if (part === undefined) throw new Error(`Invalid value. Matching delimiter not found '${rest}'`)
      if (part.end === '') throw new Error('Invalid value. EOF marker missing new line.')
      end = index - part.end.length
    }
    yield [name, text.slice(start, end)]
  }
}
