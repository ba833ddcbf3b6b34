/** A push to the main branch of `octo-org/workflows`. */
const push = {
  owner: 'octo-org',
  ownerId: '6811672',
  /** Name without the owner. */
  repository: 'workflows',
  repositoryId: '216219028',
  visibility: 'private' as 'public' | 'private' | 'internal',
  /** Form of `sub`: with ids, as for repositories made since 2026-07-15, or without. */
  subject: 'immutable' as 'immutable' | 'mutable',
  eventName: 'push',
  ref: 'refs/heads/main',
  headRef: '',
  baseRef: '',
  sha: 'a7f5ef4b4e0e3c9b8e0bd9b8d9d6a3f7a1c2d3e4',
  workflow: 'Release',
  /** Path of the workflow file in the repository. */
  workflowPath: '.github/workflows/release.yml',
  runId: '19461200841',
  runNumber: '42',
  runAttempt: '1',
  checkRunId: '55681093482',
  actor: 'mona',
  actorId: '583231',
}

/** Who a job is: one description for the claims of its ID tokens and for its `github` context. */
export interface Identity extends Readonly<typeof push> {
  readonly environment?: string
  /** Of a reusable workflow, where the job is defined in one. */
  readonly jobWorkflowRef?: string
}

export const defaultIdentity: Identity = push

/** `owner/name`. */
export function fullName(identity: Identity): string {
  return `${identity.owner}/${identity.repository}`
}

export function workflowRef(identity: Identity): string {
  return `${fullName(identity)}/${identity.workflowPath}@${identity.ref}`
}

/** The `sub` claim: environment before pull request before ref, as GitHub's default template has it. */
export function subjectOf(identity: Identity): string {
  const { owner, ownerId, repository, repositoryId } = identity
  const prefix =
    identity.subject === 'immutable'
      ? `repo:${owner}@${ownerId}/${repository}@${repositoryId}`
      : `repo:${owner}/${repository}`
  if (identity.environment !== undefined) return `${prefix}:environment:${identity.environment.replaceAll(':', '%3A')}`
  if (identity.eventName === 'pull_request') return `${prefix}:pull_request`
  return `${prefix}:ref:${identity.ref}`
}

/** The claims about the job, all text as GitHub sends them; without those about the token itself. */
export function claimsOf(identity: Identity): Record<string, string> {
  const ref = workflowRef(identity)
  return {
    sub: subjectOf(identity),
    ref: identity.ref,
    sha: identity.sha,
    repository: fullName(identity),
    repository_owner: identity.owner,
    repository_owner_id: identity.ownerId,
    repository_id: identity.repositoryId,
    repository_visibility: identity.visibility,
    run_id: identity.runId,
    run_number: identity.runNumber,
    run_attempt: identity.runAttempt,
    check_run_id: identity.checkRunId,
    actor: identity.actor,
    actor_id: identity.actorId,
    workflow: identity.workflow,
    head_ref: identity.headRef,
    base_ref: identity.baseRef,
    event_name: identity.eventName,
    ref_protected: 'true',
    ref_type: identity.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    workflow_ref: ref,
    workflow_sha: identity.sha,
    job_workflow_ref: identity.jobWorkflowRef ?? ref,
    job_workflow_sha: identity.sha,
    runner_environment: 'github-hosted',
    ...(identity.environment === undefined ? {} : { environment: identity.environment }),
  }
}
