import type { ActionError } from '../errors.ts'
import type { Environment } from '../exchange.ts'
import { member } from '../http/answer.ts'
import type { Run } from './context.ts'

/** What the environment and the event tell about the run. */
export interface Situation {
  readonly kind: 'act' | 'fork' | 'dependabot' | 'enterprise-server' | 'plain'
  /** Of GitHub. */
  readonly host: string
  /** Claims may name what is private: they are never shown for a pull request from a fork, see {@link mayBeForFork}. */
  readonly claimsMayBeShown: boolean
}

/** What the environment and the event of a run tell. */
export function situationOf(environment: Environment, run: Run): Situation {
  const { eventName: name } = run
  const forFork = mayBeForFork(run)
  const host = new URL(serverUrl(run)).hostname
  const kind =
    environment['ACT'] === 'true'
      ? 'act'
      : forFork && name.startsWith('pull_request') && name !== 'pull_request_target'
        ? 'fork'
        : run.actor === 'dependabot[bot]'
          ? 'dependabot'
          : host !== 'github.com' && !host.endsWith('.ghe.com')
            ? 'enterprise-server'
            : 'plain'
  return { kind, host, claimsMayBeShown: !forFork }
}

/** Whether a run is for a pull request from a fork, or its event does not tell that it is not. */
function mayBeForFork({ eventName: name, payload: event, repository }: Run): boolean {
  if (name.startsWith('pull_request')) {
    return member(event, 'pull_request', 'head', 'repo', 'full_name') !== repository
  }
  // These have ID tokens: they run for a pull request, on the default branch.
  if (name === 'workflow_run') {
    return member(event, 'workflow_run', 'head_repository', 'full_name') !== repository
  }
  // A comment tells that it is on a pull request, but not from where that comes.
  return (
    name === 'issue_comment' && (event === undefined || member(event, 'issue', 'pull_request') !== undefined)
  )
}

/** Where GitHub is, for links and hints: github.com where the runner does not tell. */
export function serverUrl({ serverUrl: given }: Run): string {
  return URL.canParse(given) ? given : 'https://github.com'
}

/** What to change, from the situation of the run and not from error text; empty where it tells nothing. */
export function situationHint(error: ActionError, { kind, host }: Situation): string {
  if (error.code === 'DENIED' && kind === 'enterprise-server') {
    return 'This is GitHub Enterprise Server: its ID tokens have their own issuer, which the other system must accept.'
  }
  if (error.code === 'DENIED' && host.endsWith('.ghe.com')) {
    return `This is GHE.com: the issuer of its ID tokens is https://token.actions.${host}, which the other system must accept.`
  }
  if (error.code !== 'NO_ID_TOKEN') return ''
  switch (kind) {
    case 'act':
      return 'act has no ID tokens: run this workflow on GitHub.'
    case 'fork':
      return 'GitHub gives no ID token to a pull request from a fork. Run this step on push instead, or skip it with\nif: github.event.pull_request.head.repo.full_name == github.repository'
    case 'dependabot':
      return "GitHub gives no ID token to a run that Dependabot started. Skip the step with\nif: github.actor != 'dependabot[bot]'"
    case 'enterprise-server':
      return `${PERMISSION}\nGitHub Enterprise Server has ID tokens from version 3.5 on.`
    case 'plain':
      return PERMISSION
  }
}

const PERMISSION =
  'Add this permission to the job; for a reusable workflow, also to the job that calls it:\npermissions:\n  id-token: write\n  contents: read'
