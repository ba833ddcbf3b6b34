import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StepLog } from './step-log.ts'

/** The files by which a step hands values to the runner, as their variables name them. */
export const FILE_COMMANDS = ['output', 'state', 'env', 'path', 'step_summary'] as const
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

/** Reads the command files after a stage; one that cannot be understood fails the step. */
export async function readCommandFiles(
  files: Readonly<Record<FileCommand, string>>,
  unwritable: readonly FileCommand[],
  log: StepLog,
): Promise<FileCommandValues> {
  const content = async (name: FileCommand): Promise<string> =>
    unwritable.includes(name) ? '' : readFile(files[name], 'utf8')
  const keyValues = async (name: FileCommand): Promise<Record<string, string>> => {
    try {
      return parseKeyValues(await content(name))
    } catch (error) {
      if (!(error instanceof FileCommandError)) throw error
      log.annotate('error', `Unable to process file command '${name}' successfully.`)
      log.annotate('error', error.message)
      log.failed = true
      return {}
    }
  }
  const env = await keyValues('env')
  for (const name of Object.keys(env).filter((key) => key.toUpperCase() === 'NODE_OPTIONS')) {
    log.annotate('error', `Can't store ${name} output parameter using '$GITHUB_ENV' command.`)
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- The variable must not reach later stages.
    delete env[name]
    log.failed = true
  }
  let summary = await content('step_summary')
  if (Buffer.byteLength(summary) > MOST_SUMMARY) {
    log.annotate('error', '$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k')
    summary = ''
  }
  return {
    outputs: await keyValues('output'),
    state: await keyValues('state'),
    env,
    path: (await content('path')).split(/\r?\n/).filter((line) => line !== ''),
    summary,
  }
}

/** A command file that the runner refuses; the step fails. */
export class FileCommandError extends Error {}

/**
 * Reads `NAME=VALUE` lines and `NAME<<DELIMITER` blocks, as `FileCommandManager.cs` does.
 *
 * @throws FileCommandError
 */
export function parseKeyValues(text: string): Record<string, string> {
  const values: [string, string][] = []
  let index = 0
  /** The next line, with whether a line end followed. On Linux and macOS a CR is part of the line. */
  const readLine = (): { line: string; ended: boolean } | undefined => {
    if (index >= text.length) return undefined
    const start = index
    const end = text.indexOf('\n', index)
    index = end < 0 ? text.length : end + 1
    const line = text.slice(start, end < 0 ? undefined : end)
    return { line: process.platform === 'win32' ? line.replace(/\r$/, '') : line, ended: end >= 0 }
  }
  for (let read = readLine(); read !== undefined; read = readLine()) {
    const { line } = read
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      if (equals === 0) throw new FileCommandError(`Invalid format '${line}'. Name must not be empty`)
      values.push([line.slice(0, equals), line.slice(equals + 1)])
    } else if (heredoc >= 0) {
      const name = line.slice(0, heredoc)
      const delimiter = line.slice(heredoc + 2)
      if (name === '' || delimiter === '') {
        throw new FileCommandError(
          `Invalid format '${line}'. Name must not be empty and delimiter must not be empty`,
        )
      }
      const lines: string[] = []
      for (let part = readLine(); part?.line !== delimiter; part = readLine()) {
        if (part === undefined) {
          throw new FileCommandError(`Invalid value. Matching delimiter not found '${delimiter}'`)
        }
        if (!part.ended) {
          throw new FileCommandError(`Invalid value. EOF value must end with a newline '${delimiter}'`)
        }
        lines.push(part.line)
      }
      values.push([name, lines.join('\n')])
    } else {
      throw new FileCommandError(`Invalid format '${line}'`)
    }
  }
  return Object.fromEntries(values)
}
