import { existsSync } from 'node:fs'
// By its own file: the entry of the package brings GitHub's API client along.
import { Context } from '@actions/github/lib/context'

/** The facts of a run that explain a failure. Each text is empty if the runner does not tell. */
export interface Run {
  /** The payload of the event, as GitHub wrote it for the runner; `undefined` if it cannot be read. */
  readonly payload: unknown
  readonly eventName: string
  /** `owner/name` */
  readonly repository: string
  readonly serverUrl: string
  readonly actor: string
}

/** The facts of this run, by `@actions/github`. Never fails, and prints nothing. */
export function currentRun(): Run {
  const path = process.env['GITHUB_EVENT_PATH']
  const whole = existsSync(path ?? '') ? context() : undefined
  const facts = whole ?? withoutEvent(path)
  // Undefined, whatever their types say, where the runner does not tell.
  const text = (value: string | undefined): string => value ?? ''
  return {
    payload: whole?.payload,
    eventName: text(facts.eventName),
    repository: repositoryOf(facts),
    serverUrl: text(facts.serverUrl),
    actor: text(facts.actor),
  }
}

/** Nothing if the event file cannot be read, or is not JSON. */
function context(): Context | undefined {
  try {
    return new Context()
  } catch {
    // The event only helps to explain a failure; without it the explanation is shorter.
    return undefined
  }
}

/** Without the path of a file that is not there the context prints no line about it. */
function withoutEvent(path: string | undefined): Context {
  delete process.env['GITHUB_EVENT_PATH']
  try {
    return new Context()
  } finally {
    if (path !== undefined) process.env['GITHUB_EVENT_PATH'] = path
  }
}

function repositoryOf(facts: Context): string {
  try {
    return `${facts.repo.owner}/${facts.repo.repo}`
  } catch {
    // Neither the environment nor the event names one.
    return ''
  }
}
