import * as core from '@actions/core'
import { ActionError } from '../errors.ts'
import type { Environment } from '../exchange.ts'
import type { Run } from './context.ts'

/** Everything that the lifecycle asks of the GitHub Actions runner. */
export interface Runner {
  readonly environment: Environment
  /** An input's text, trimmed; empty where it is not given. */
  readonly input: (name: string) => string
  /** Has a value masked, and each of its lines. */
  readonly mask: (secret: string) => void
  /** Hands a value to the post step. @throws ActionError `NOT_WRITTEN` */
  readonly saveState: (name: string, value: string) => void
  /** What the main step saved; empty where it saved nothing. */
  readonly state: (name: string) => string
  /** @throws ActionError `NOT_WRITTEN` */
  readonly output: (name: string, value: string) => void
  readonly info: (line: string) => void
  readonly debug: (line: string) => void
  readonly warning: (text: string) => void
  /** An error annotation. */
  readonly error: (text: string) => void
  /** A folded group of lines. */
  readonly group: (title: string, lines: readonly string[]) => void
  /** Appends Markdown to the job summary. */
  readonly summary: (markdown: string) => Promise<void>
  /** What explains a failure: event, repository, server, actor. Loaded when it is asked for. */
  readonly run: () => Promise<Run>
  /** Whether the run has step debug logging on. */
  readonly debugging: boolean
}

/** The runner that this process was started by. */
export function createRunner(environment: Environment = process.env): Runner {
  // Without the file, @actions/core would print the value to the log for runners of before 2022.
  const toFile = (variable: string, write: () => void): void => {
    if ((environment[variable] ?? '') === '') {
      throw new ActionError('NOT_WRITTEN', `The runner provides no ${variable} file.`, {
        hint: 'Update the runner: this action needs version 2.327.1 or newer.',
      })
    }
    try {
      write()
    } catch (cause) {
      throw new ActionError('NOT_WRITTEN', `The ${variable} file of the runner cannot be written.`, {
        cause,
        hint: 'Check that the disk of the runner is not full and that its temporary folder is writable.',
      })
    }
  }
  const masked = new Set<string>()
  return {
    environment,
    input: (name) => core.getInput(name),
    mask: (secret) => {
      if (!masked.has(secret)) core.setSecret(secret)
      masked.add(secret)
    },
    saveState: (name, value) => {
      toFile('GITHUB_STATE', () => {
        core.saveState(name, value)
      })
    },
    state: (name) => core.getState(name),
    output: (name, value) => {
      toFile('GITHUB_OUTPUT', () => {
        core.setOutput(name, value)
      })
    },
    info: core.info,
    debug: core.debug,
    warning: (text) => {
      core.warning(text)
    },
    error: (text) => {
      core.error(text)
    },
    group: (title, lines) => {
      core.startGroup(title)
      for (const line of lines) core.info(line)
      core.endGroup()
    },
    summary: async (markdown) => {
      if ((environment['GITHUB_STEP_SUMMARY'] ?? '') === '') return
      await core.summary.addRaw(markdown, true).write()
    },
    run: async () => {
      const { currentRun } = await import(/* webpackChunkName: "report" */ './context.ts')
      return currentRun()
    },
    debugging: core.isDebug(),
  }
}

/** The action and its version, as the runner knows them, for `User-Agent`. */
export function userAgent(environment: Environment): string {
  const clean = (value: string | undefined, otherwise: string): string =>
    (value ?? '').replace(/[^\w./-]/g, '').slice(0, 100) || otherwise
  const name = clean(environment['GITHUB_ACTION_REPOSITORY'], 'access-token')
  return `${name}/${clean(environment['GITHUB_ACTION_REF'], 'local')}`
}
