import { appendFile } from 'node:fs/promises'
// By their own files: the entry of the package brings what no step here needs.
import { issueCommand } from '@actions/core/lib/command'
import { issueFileCommand, prepareKeyValueMessage } from '@actions/core/lib/file-command'
import { ActionError, systemCode } from '../errors.ts'
import type { Environment } from '../exchange.ts'
import type { Run } from './context.ts'

/** Everything that the lifecycle asks of the GitHub Actions runner. */
export interface Runner {
  readonly environment: Environment
  /** An input's text, trimmed; empty if it is not given. */
  readonly input: (name: string) => string
  /** Has a value masked, and each of its lines. */
  readonly mask: (secret: string) => void
  /** Hands a value to the post step. @throws ActionError `NOT_WRITTEN` */
  readonly saveState: (name: string, value: string) => void
  /** What the main step saved; empty if it saved nothing. */
  readonly state: (name: string) => string
  /** @throws ActionError `NOT_WRITTEN` */
  readonly output: (name: string, value: string) => void
  readonly info: (line: string) => void
  readonly debug: (line: string) => void
  readonly warning: (text: string) => void
  readonly notice: (text: string) => void
  /** An error annotation. */
  readonly error: (text: string) => void
  /** A folded group of lines. */
  readonly group: (title: string, lines: readonly string[]) => void
  /** Appends Markdown to the job summary. */
  readonly summary: (markdown: string) => Promise<void>
  /** What explains a failure: event, repository, server, actor. Loaded on first use. */
  readonly run: () => Promise<Run>
  /** Whether the run has step debug logging on. */
  readonly debugging: boolean
}

/** The runner that this process was started by. */
export function createRunner(environment: Environment = process.env): Runner {
  const variable = (name: string): string => environment[name] ?? ''
  const say =
    (command: string) =>
    (text: string): void => {
      issueCommand(command, {}, text)
    }
  const info = (line: string): void => {
    process.stdout.write(`${line}\n`)
  }
  const masked = new Set<string>()
  return {
    environment,
    input: (name) => variable(`INPUT_${name.toUpperCase()}`).trim(),
    mask: (secret) => {
      if (!masked.has(secret)) say('add-mask')(secret)
      masked.add(secret)
    },
    saveState: (name, value) => {
      toFile('STATE', name, value, environment)
    },
    state: (name) => variable(`STATE_${name}`),
    output: (name, value) => {
      toFile('OUTPUT', name, value, environment)
    },
    info,
    debug: say('debug'),
    warning: say('warning'),
    notice: say('notice'),
    error: say('error'),
    group: (title, lines) => {
      say('group')(title)
      lines.forEach(info)
      say('endgroup')('')
    },
    summary: async (markdown) => {
      const file = variable('GITHUB_STEP_SUMMARY')
      if (file !== '') await appendFile(file, `${markdown}\n`)
    },
    run: async () => {
      const { currentRun } = await import(/* webpackChunkName: "report" */ './context.ts')
      return currentRun()
    },
    debugging: variable('RUNNER_DEBUG') === '1',
  }
}

/** Appends a value to a file of the runner (GitHub Docs, "Workflow commands", "Environment files"). */
function toFile(command: 'STATE' | 'OUTPUT', name: string, value: string, environment: Environment): void {
  const file = `GITHUB_${command}`
  if ((environment[file] ?? '') === '') {
    throw new ActionError('NOT_WRITTEN', `The runner provides no ${file} file.`, {
      hint: 'Update the runner: this action needs version 2.327.1 or newer.',
    })
  }
  try {
    issueFileCommand(command, prepareKeyValueMessage(name, value))
  } catch (cause) {
    const { because, hint } = reasonFor(cause)
    throw new ActionError('NOT_WRITTEN', `The ${file} file of the runner cannot be written: ${because}.`, {
      cause,
      hint,
    })
  }
}

/** Why a file cannot be written and what to do, by the code of Node.js ("Common system errors"). */
export function reasonFor(cause: unknown): { readonly because: string; readonly hint: string } {
  switch (systemCode(cause)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        because: 'it belongs to another user, or is read-only',
        hint: 'Run the step as the user that the runner runs as: in a container, set `options: --user` accordingly.',
      }
    case 'ENOSPC':
    case 'EDQUOT':
      return { because: 'the disk is full', hint: 'Free space on the disk of the runner.' }
    default:
      return {
        because: 'it is missing or is not a file',
        hint: 'Check that nothing removes the temporary folder of the runner.',
      }
  }
}

/** The action and its version, as the runner knows them, for `User-Agent`. */
export function userAgent(environment: Environment): string {
  const clean = (value: string | undefined, otherwise: string): string =>
    (value ?? '').replace(/[^\w./-]/g, '').slice(0, 100) || otherwise
  const name = clean(environment['GITHUB_ACTION_REPOSITORY'], 'access-token')
  return `${name}/${clean(environment['GITHUB_ACTION_REF'], 'local')}`
}
