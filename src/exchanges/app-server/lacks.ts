import type { Permissions } from './permissions.ts'
import type { Lack } from './policy.ts'
import type { Asked } from './settings.ts'

/** What to do about all issues, as far as is known. */
export interface Plan {
  readonly asked: Asked
  /** Whether the owner is the workflow's: to others the app server says no more than "Not authorized". */
  readonly isOwn: boolean
  /** By `owner` or `owner/name`. */
  readonly lacks: Map<string, Lack>
  readonly advice: Set<string>
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

/**
 * The policy of a target grants none of these. A repository's grants by a statement. The owner's grants by one what no
 * repository can, and allows repositories to grant the rest: theirs, which the app server did not look at, may lack it too.
 */
export function noteLack(plan: Plan, target: string, permissions: Permissions, exists?: boolean): void {
  const { statements, allowed } = lackOf(plan, target, exists)
  if (target.includes('/')) {
    Object.assign(statements, permissions)
    return
  }
  const { owner, repositories } = plan.asked
  const ofTheirs = ofRepositories(plan.asked)
  for (const [scope, level] of Object.entries(permissions)) {
    Object.assign(Object.hasOwn(ofTheirs, scope) ? allowed : statements, { [scope]: level })
  }
  if (repositories === 'ALL' || Object.keys(ofTheirs).length === 0) return
  for (const name of repositories) noteLack(plan, `${owner}/${name}`, ofTheirs)
}
