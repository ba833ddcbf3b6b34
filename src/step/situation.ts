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
  readonly eventName: string
}

/** What the environment and the event of a run tell. */
export function situationOf(environment: Environment, run: Run): Situation {
  const { eventName } = run
  const forFork = mayBeForFork(run)
  const host = new URL(serverUrl(run)).hostname
  const kind =
    environment['ACT'] === 'true'
      ? 'act'
      : forFork && eventName.startsWith('pull_request') && eventName !== 'pull_request_target'
        ? 'fork'
        : isDependabots(run)
          ? 'dependabot'
          : host !== 'github.com' && !host.endsWith('.ghe.com')
            ? 'enterprise-server'
            : 'plain'
  return { kind, host, claimsMayBeShown: !forFork, eventName }
}

/** Whether a run is for a pull request from a fork, or its event does not tell that it is not. */
function mayBeForFork(run: Run): boolean {
  const { eventName: name, payload: event } = run
  if (name.startsWith('pull_request')) return !isOwn(member(event, 'pull_request', 'head', 'repo'), run)
  // These have ID tokens: they run for a pull request, on the default branch.
  if (name === 'workflow_run') return !isOwn(member(event, 'workflow_run', 'head_repository'), run)
  // A comment tells that it is on a pull request, but not from where that comes.
  return name === 'issue_comment' && (event === undefined || member(event, 'issue', 'pull_request') !== undefined)
}

/** Whether a repository in an event is the run's own: by id, since after a rename the names of an event may be old ones. */
function isOwn(repository: unknown, { payload, repository: ownName }: Run): boolean {
  const [id, ownId] = [member(repository, 'id'), member(payload, 'repository', 'id')]
  if (typeof id === 'number' && typeof ownId === 'number') return id === ownId
  return member(repository, 'full_name') === ownName
}

/** Events of runs that are read-only by default where Dependabot started them (GitHub, "Dependabot on GitHub Actions"). */
const OF_DEPENDABOT = [
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'push',
  'create',
  'deployment',
  'deployment_status',
]

function isDependabots({ actor, eventName, payload }: Run): boolean {
  const author = member(payload, 'pull_request', 'user', 'login')
  return (
    (actor === 'dependabot[bot]' && OF_DEPENDABOT.includes(eventName)) ||
    (eventName === 'pull_request_target' && author === 'dependabot[bot]')
  )
}

/** Where GitHub is, for links and hints: github.com where the runner does not tell. */
export function serverUrl({ serverUrl: given }: Run): string {
  return URL.canParse(given) ? given : 'https://github.com'
}

/**
 * What to change, from the situation of the run and not from error text; empty texts if it tells nothing.
 *
 * @param issuer the claim `iss` of the ID token that was sent, where one was
 */
export function situationHints(error: ActionError, situation: Situation, issuer: string | undefined): string[] {
  switch (error.code) {
    case 'NO_ID_TOKEN':
      return [withoutIdToken(situation)]
    case 'INVALID_INPUT':
      return [error.lacksInput ? withoutSecrets(situation) : '']
    case 'DENIED': {
      const areHidden = !situation.claimsMayBeShown && error.refused?.audience !== undefined
      return [aboutIssuer(situation, issuer), areHidden ? claimsHidden(situation) : '']
    }
    default:
      return []
  }
}

function withoutIdToken({ kind }: Situation): string {
  switch (kind) {
    case 'act':
      return 'act has no ID tokens: run this workflow on GitHub.'
    case 'fork':
      return "GitHub gives no ID token to a pull request from a fork. Run this step on push instead, or skip it with\nif: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository"
    case 'dependabot':
      return `${PERMISSION}\nA run that Dependabot started is read-only by default, and gets only Dependabot's secrets.`
    case 'enterprise-server':
      return `${PERMISSION}\nGitHub Enterprise Server has ID tokens from version 3.5 on.`
    case 'plain':
      return PERMISSION
  }
}

const PERMISSION =
  'Add this permission to the job; for a reusable workflow, also to the job that calls it:\npermissions:\n  id-token: write\n  contents: read'

/** An input that takes its value from a secret or a variable is empty if there are none. */
function withoutSecrets({ kind }: Situation): string {
  if (kind === 'fork') {
    return 'In a pull request from a fork, secrets and variables are empty, and so is an input that is set from one. Skip this step there.'
  }
  return kind === 'dependabot'
    ? "A run that Dependabot started gets only Dependabot's secrets: an input that is set from another secret is empty."
    : ''
}

function aboutIssuer({ kind, host }: Situation, issuer = `https://token.actions.${host}`): string {
  if (kind === 'enterprise-server') {
    return 'This is GitHub Enterprise Server: its ID tokens have their own issuer, which the other system must accept.'
  }
  if (!host.endsWith('.ghe.com')) return ''
  return `This is GHE.com: the issuer of its ID tokens is ${issuer}, which the other system must accept.`
}

/** Events whose runs have the default branch as their own (GitHub, "Events that trigger workflows"). */
const ON_DEFAULT_BRANCH = ['issue_comment', 'workflow_run']

/** Why there are no claims to see. */
export function claimsHidden({ eventName }: Pick<Situation, 'eventName'>): string {
  const why = 'The claims of the ID token are not shown, because this run may be for a pull request from a fork.'
  return ON_DEFAULT_BRANCH.includes(eventName)
    ? `${why} On ${eventName}, the subject is that of the default branch.`
    : why
}
