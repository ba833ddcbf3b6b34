import type { Claims, Explanation, Snippet } from '../../explanation.ts'
import { aboutPassing, aboutRename } from '../../identity/claims.ts'
import { quoted, showable } from '../../text.ts'
import { isOwnerScope, lackOf, noteLack, ofRepositories, snippetFor, type Plan } from './policy.ts'
import type { Asked } from './settings.ts'
import { subjectOf } from './subject.ts'

/** What the app server objects to, about one owner or one repository. */
export interface Issue {
  /** `owner` or `owner/name` */
  readonly target: string
  readonly text: string
}

/** How many policies the annotation names. */
const MOST_NAMED = 3

/** How many targets a message can have: 32 repositories, the most of one request, and their owner. */
const MOST_TARGETS = 33

/** The issues in the message of a 403: a list of targets with a list of texts each. */
export function issuesOf(message: string): Issue[] {
  const list = message.startsWith('Issues:\n') ? message : ''
  const issues: Issue[] = []
  let target = ''
  let targets = 0
  for (const line of list.split('\n').slice(0, 500)) {
    const heading = /^- ([\w.-]{1,100}(?:\/[\w.-]{1,100})?):\s*$/.exec(line)
    if (heading) target = heading[1] ?? ''
    if (heading && ++targets > MOST_TARGETS) break
    const text = showable(/^ {2}- (.+)$/.exec(line)?.[1], 300)
    if (text !== undefined) issues.push({ target, text })
  }
  return issues
}

/**
 * What grants what was asked, once it is added to the policy files that are there, bound to the most specific subject
 * that this run has. No wildcard is ever suggested, and nothing that was not asked for.
 */
export function explainIssues(issues: readonly Issue[], asked: Asked, claims: Claims | undefined): Explanation {
  const [workflowOwner = ''] = asked.workflowRepository.split('/')
  const isOwn = asked.owner.toLowerCase() === workflowOwner.toLowerCase()
  const plan: Plan = { asked, isOwn, lacks: new Map(), advice: new Set() }
  for (const { target: named, text } of issues) {
    if (!isAsked(asked, named)) continue
    const target = named.includes('/') ? named : asked.owner
    if (!explainScope(plan, target, text)) explainTarget(plan, target, text)
  }
  const { advice } = plan
  const paste = plan.lacks.size === 0 ? [] : policies(plan, claims)
  return {
    ...(advice.size > 0 && { advice: [...advice].join('\n') }),
    ...(paste.length > 0 && { hint: hintFor(paste), paste }),
  }
}

/** The policies to paste; none where none can be bound to this run, which the advice then says. */
function policies({ asked, lacks, advice }: Plan, claims: Claims | undefined): Snippet[] {
  const subject = subjectOf(claims)
  const passing = subject && aboutPassing(subject.text)
  if (subject === undefined || passing !== undefined) {
    advice.add(
      passing ??
        'No policy is suggested, because the subject of this run is not shown, does not name the repository, is too long, or contains a wildcard character.',
    )
    return []
  }
  if (lacks.has(asked.owner) && lacks.size > 1) {
    advice.add(
      'The app server stopped at the policy of the owner. The policies below also include what else is needed, if it is not there yet.',
    )
  }
  const renamed = aboutRename(asked.workflowRepository, claims)
  for (const note of [...(renamed === undefined ? [] : [renamed]), ...subject.notes]) advice.add(note)
  return [...lacks].map(([target, lack]) => snippetFor(target, lack, subject.text))
}

/** Whether the request was about an owner or a repository. GitHub's names are the same in any case. */
function isAsked({ owner, repositories }: Asked, target: string): boolean {
  const [itsOwner, name] = target.toLowerCase().split('/')
  return (
    itsOwner === owner.toLowerCase() &&
    (name === undefined || repositories === 'ALL' || repositories.some((each) => each.toLowerCase() === name))
  )
}

/** Explains an issue about one scope. @returns whether it was one */
function explainScope(plan: Plan, target: string, text: string): boolean {
  const [, scope, asked, what = ''] = /^([a-z-]+): (read|write|admin) - (.*)$/.exec(text) ?? []
  if (scope === undefined) return false
  const { permissions } = plan.asked
  const level = Object.hasOwn(permissions, scope) ? permissions[scope] : undefined
  // Whatever a server says, suggest only what this run requested.
  if (level === undefined) return true
  if (what.includes('installation not authorized')) {
    plan.advice.add(
      `The GitHub App itself does not have ${scope}: ${asked ?? level} on "${target}": an administrator must grant it to the app.`,
    )
  } else if (/^Not (authorized$|allowed by owner access policy)/.test(what)) {
    if (isOwnerScope(scope)) {
      // The app server looks at these first: what else the owner's policy lacks is not known.
      const unseen = Object.entries(permissions).filter(([each]) => !isOwnerScope(each))
      noteLack(plan, plan.asked.owner, { [scope]: level, ...Object.fromEntries(unseen) }, true)
    } else {
      noteLack(plan, target, { [scope]: level }, true)
    }
  }
  return true
}

/** Explains an issue about an owner or a repository as a whole. */
function explainTarget(plan: Plan, target: string, text: string): void {
  const { advice, asked, isOwn } = plan
  const lacksAll = (exists?: boolean): void => {
    noteLack(plan, target, target.includes('/') ? ofRepositories(asked) : asked.permissions, exists)
  }
  if (text === 'Access policy not found') {
    advice.add(
      `No policy file was found for "${target}". The app server says the same if it could not read GitHub at that moment.`,
    )
    lacksAll(false)
  } else if (text.startsWith('Invalid access policy')) {
    advice.add(`The policy file of "${target}" is invalid for the app server: compare it with the one below.`)
    lacksAll(true)
  } else if (text.startsWith('OIDC token subject is not allowed by owner access policy')) {
    lackOf(plan, target, true).subjects = true
    lacksAll(true)
  } else if (/has not been installed/.test(text)) {
    advice.add(
      `The GitHub App is not installed for "${target}". Before you install it, create "${asked.owner}/.github-access-token" with its policy, which decides who may ask.`,
    )
  } else if (text.includes("access policy file(s) by 'single_file' permission")) {
    advice.add(
      `The GitHub App is not allowed to read the policy files of "${target}": an administrator must accept the permissions that it asks for.`,
    )
  } else if (text === 'Not authorized' && target.includes('/')) {
    advice.add(
      isOwn
        ? `No statement of the policy of "${target}" matches this run.`
        : `No statement of the policy of "${target}" matches this run, or it has no policy, or it does not exist: the app server does not say which, because it belongs to another owner.`,
    )
    lacksAll(isOwn ? true : undefined)
  } else if (text === 'Not authorized') {
    advice.add(
      `"${target}" is another owner, so the app server does not say why: the GitHub App may not be installed there, the repository may not exist, or a policy may be missing or may not grant this.`,
    )
    lackOf(plan, target).subjects = true
    lacksAll()
  }
}

function hintFor(paste: readonly Snippet[]): string {
  const repositories = paste.map(({ file }) => quoted(file?.repository ?? ''))
  const more = repositories.length - MOST_NAMED
  const names = [...repositories.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])]
  return `Add what is missing to the access policy of ${names.join(' and ')}: paste the policy below.`
}
