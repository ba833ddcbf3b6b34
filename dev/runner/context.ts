import { fullName, workflowRef, type Identity } from '../fakes/identity.ts'

/** What happened that a job runs: changes to the default identity, the payload, and whether it may have ID tokens. */
export interface Situation {
  readonly identity: Partial<Identity>
  /** The content of `GITHUB_EVENT_PATH`. */
  readonly payload: (identity: Identity) => object
  /** Whether the job has `id-token: write`, and is allowed to have it. */
  readonly idToken: boolean
}

function repositoryOf(identity: Identity): object {
  return {
    id: Number(identity.repositoryId),
    name: identity.repository,
    full_name: fullName(identity),
    private: identity.visibility !== 'public',
    fork: false,
    default_branch: 'main',
    owner: { login: identity.owner, id: Number(identity.ownerId) },
  }
}

/** Situations by name. */
export const situations = {
  /** A push to the main branch. */
  push: { identity: {}, payload: push, idToken: true },
  /** A push in a job without `id-token: write`. */
  withoutPermission: { identity: {}, payload: push, idToken: false },
  /** A pull request from a fork: no ID tokens, whatever the workflow says. */
  forkPullRequest: {
    identity: {
      eventName: 'pull_request',
      ref: 'refs/pull/7/merge',
      headRef: 'patch-1',
      baseRef: 'main',
      actor: 'contributor',
      actorId: '9919',
    },
    payload: forkPullRequest,
    idToken: false,
  },
} as const satisfies Record<string, Situation>

function push(identity: Identity): object {
  return {
    ref: identity.ref,
    before: '0'.repeat(40),
    after: identity.sha,
    repository: repositoryOf(identity),
    sender: { login: identity.actor },
  }
}

function forkPullRequest(identity: Identity): object {
  const { actor: login, headRef, baseRef, sha } = identity
  return {
    action: 'opened',
    number: 7,
    pull_request: {
      number: 7,
      user: { login },
      head: { ref: headRef, sha, repo: { full_name: `${login}/${identity.repository}`, fork: true } },
      base: { ref: baseRef, repo: { full_name: fullName(identity), fork: false } },
    },
    repository: repositoryOf(identity),
    sender: { login },
  }
}

/** The `github` context as far as it is text; `GITHUB_*` are the same names in upper case. */
export function githubContext(identity: Identity, apiUrl = 'https://api.github.com'): Record<string, string> {
  return {
    action: '__access-token',
    action_repository: 'OWNER/access-token',
    action_ref: 'v1',
    actions: 'true',
    actor: identity.actor,
    actor_id: identity.actorId,
    api_url: apiUrl,
    base_ref: identity.baseRef,
    event_name: identity.eventName,
    graphql_url: apiUrl.replace(/(\/v3)?$/, '/graphql'),
    head_ref: identity.headRef,
    job: 'release',
    ref: identity.ref,
    ref_name: identity.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    ref_type: identity.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository: fullName(identity),
    repository_id: identity.repositoryId,
    repository_owner: identity.owner,
    repository_owner_id: identity.ownerId,
    run_attempt: identity.runAttempt,
    run_id: identity.runId,
    run_number: identity.runNumber,
    server_url: 'https://github.com',
    sha: identity.sha,
    triggering_actor: identity.actor,
    workflow: identity.workflow,
    workflow_ref: workflowRef(identity),
    workflow_sha: identity.sha,
  }
}

/** What a step reads of its run, from variables and event that it was given. */
export function runOf(
  environment: Readonly<Record<string, string | undefined>>,
  payload: unknown,
): Record<'eventName' | 'repository' | 'serverUrl' | 'actor', string> & { readonly payload: unknown } {
  const text = (name: string): string => environment[`GITHUB_${name}`] ?? ''
  return {
    payload,
    eventName: text('EVENT_NAME'),
    repository: text('REPOSITORY'),
    serverUrl: text('SERVER_URL'),
    actor: text('ACTOR'),
  }
}
