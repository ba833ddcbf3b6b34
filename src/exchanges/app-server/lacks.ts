import type { Permissions } from './permissions.ts'
import type { Lack } from './policy.ts'

/** What was asked for. */
export interface Asked {
  /** `owner/name` of the workflow's own repository, as the run has it. */
  readonly workflowRepository: string
  readonly owner: string
  /** Bare names, or all of the owner's. */
  readonly repositories: readonly string[] | 'ALL'
  readonly permissions: Permissions
}

/** What to do about all issues, as far as is known. */
export interface Plan {
  readonly asked: Asked
  /** Whether the owner is the workflow's: to others the app server says no more than "Not authorized". */
  readonly isOwn: boolean
  /** By `owner` or `owner/name`. */
  readonly lacks: Map<string, Lack>
  readonly advice: Set<string>
  /** Whether the app server stopped at the owner's policy: what those of the repositories would have said is not known. */
  stopped: boolean
}

/** Organization permissions are granted by the owner's policy alone. */
export function isOwnerScope(scope: string): boolean {
  return scope === 'members' || scope.startsWith('organization-')
}

/** What a repository's own policy can grant of the request: nothing if it was for all repositories. */
export function ofRepositories({ repositories, permissions }: Asked): Permissions {
  const own = Object.entries(permissions).filter(([scope]) => repositories !== 'ALL' && !isOwnerScope(scope))
  return Object.fromEntries(own)
}

/** What the policy of a target lacks; more can be added. */
export function lackOf({ lacks }: Plan, target: string, exists?: boolean): Lack {
  const lack = lacks.get(target) ?? { statements: {}, allowed: {}, subjects: false }
  if (exists !== undefined) lack.exists = exists
  lacks.set(target, lack)
  return lack
}

/** The owner's policy grants by a statement what no repository can, and allows repositories to grant the rest. */
export function ownerLacks(plan: Plan, permissions: Permissions, exists?: boolean): void {
  const { owner } = plan.asked
  const ofTheirs = ofRepositories(plan.asked)
  for (const [scope, level] of Object.entries(permissions)) {
    const lack = lackOf(plan, owner, exists)
    Object.assign(Object.hasOwn(ofTheirs, scope) ? lack.allowed : lack.statements, { [scope]: level })
  }
}

/** What else the policies of the repositories may lack, which the app server did not look at. */
export function repositoriesLack(plan: Plan): void {
  const { owner, repositories } = plan.asked
  const permissions = ofRepositories(plan.asked)
  if (repositories === 'ALL' || Object.keys(permissions).length === 0) return
  for (const name of repositories) Object.assign(lackOf(plan, `${owner}/${name}`).statements, permissions)
  plan.stopped = true
}
