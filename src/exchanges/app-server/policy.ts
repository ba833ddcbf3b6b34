import { claimText, isImmutable, yamlText } from '../../identity/claims.ts'
import type { Claims, Explanation } from '../../exchange.ts'
import { showable } from '../../errors.ts'

/** Permissions by scope, in kebab-case. */
export type Permissions = Readonly<Record<string, string>>

/** What the app server objects to, about one owner or one repository. */
export interface Issue {
  /** `owner` or `owner/name` */
  readonly target: string
  readonly text: string
}

/** What was asked for. */
export interface Asked {
  readonly owner: string
  /** Bare names, or all of the owner's. */
  readonly repositories: readonly string[] | 'ALL'
  readonly permissions: Permissions
}

/** The issues in the message of a 403: a list of targets with a list of texts each. */
export function issuesOf(message: string): Issue[] {
  const list = message.startsWith('Issues:\n') ? message : ''
  const issues: Issue[] = []
  let target = ''
  for (const line of list.split('\n').slice(0, 500)) {
    const heading = /^- ([\w.-]{1,100}(?:\/[\w.-]{1,100})?):\s*$/.exec(line)
    if (heading) target = heading[1] ?? ''
    const text = showable(/^ {2}- (.+)$/.exec(line)?.[1], 300)
    if (text !== undefined) issues.push({ target, text })
  }
  return issues
}

/** Organisation permissions are granted by the owner's policy alone. */
function isOrganizationScope(scope: string): boolean {
  return scope === 'members' || scope.startsWith('organization-')
}

/** What a policy file lacks. */
interface Missing {
  readonly statements: Record<string, string>
  readonly allowed: Record<string, string>
  subjects: boolean
}

/**
 * The statements that would have granted what was asked, for the files that lack them, bound to the most specific
 * subject that this run has. No wildcard is ever suggested.
 */
export function explainIssues(
  issues: readonly Issue[],
  asked: Asked,
  claims: Claims | undefined,
): Explanation {
  const files = new Map<string, Missing>()
  const advice: string[] = []
  const policy = (target: string): Missing => {
    const missing = files.get(target) ?? { statements: {}, allowed: {}, subjects: false }
    files.set(target, missing)
    return missing
  }
  const owner = asked.owner
  const wanted = Object.entries(asked.permissions)
  const byOwner = wanted.filter(([scope]) => asked.repositories === 'ALL' || isOrganizationScope(scope))
  const byRepository = wanted.filter((each) => !byOwner.includes(each))
  const ownerNeedsAll = (): void => {
    Object.assign(policy(owner).statements, Object.fromEntries(byOwner))
    Object.assign(policy(owner).allowed, Object.fromEntries(byRepository))
  }
  // The app server stops at the owner's policy: what the repositories' own would have said is not known.
  let stoppedAtOwner = false as boolean
  const repositoriesNeed = (permissions: readonly (readonly [string, string])[]): void => {
    stoppedAtOwner = true
    if (asked.repositories === 'ALL' || permissions.length === 0) return
    for (const name of asked.repositories) {
      Object.assign(policy(`${owner}/${name}`).statements, Object.fromEntries(permissions))
    }
  }

  for (const { target, text } of issues) {
    const [, scope = '', , what = ''] = /^([a-z-]+): (read|write|admin) - (.*)$/.exec(text) ?? []
    const level = Object.hasOwn(asked.permissions, scope) ? (asked.permissions[scope] ?? '') : ''
    // Whatever a server says, nobody is told to grant what this run did not ask for.
    if (!isAsked(asked, target) || (scope !== '' && level === '')) continue
    const isRepository = target.includes('/')
    if (what === 'Not authorized') {
      policy(isRepository && !isOrganizationScope(scope) ? target : owner).statements[scope] = level
    } else if (what.startsWith('Not allowed by owner access policy')) {
      policy(owner).allowed[scope] = level
      repositoriesNeed(byRepository.filter(([each]) => each === scope))
    } else if (what.includes('installation not authorized')) {
      advice.push(
        `The GitHub App itself has no ${scope}: ${level} on ${target}: an administrator must grant it to the app.`,
      )
    } else if (text === 'Access policy not found' || text.startsWith('Invalid access policy')) {
      if (isRepository) Object.assign(policy(target).statements, Object.fromEntries(byRepository))
      else {
        ownerNeedsAll()
        repositoriesNeed(byRepository)
      }
      if (text.startsWith('Invalid')) {
        advice.push(
          `The policy file of ${target} cannot be read by the app server: check it against the form below.`,
        )
      } else {
        advice.push(
          `No policy file was found for ${target}. The app server says the same when GitHub could not be read just then.`,
        )
      }
    } else if (text.startsWith('OIDC token subject is not allowed by owner access policy')) {
      policy(owner).subjects = true
      repositoriesNeed(byRepository)
    } else if (/has not been installed/.test(text)) {
      advice.push(
        `The GitHub App is not installed for ${target}. Create ${owner}/.github-access-token with its policy first: it decides who may ask.`,
      )
    } else if (text === 'Not authorized') {
      advice.push(
        `${target} belongs to another owner, so the app server does not tell why: the GitHub App may not be installed there, the repository may not exist, or a policy may be missing or not grant this. The files below would grant it.`,
      )
      ownerNeedsAll()
      if (isRepository) Object.assign(policy(target).statements, Object.fromEntries(byRepository))
    }
  }

  if (stoppedAtOwner && files.size > 1) {
    advice.push(
      'The app server stopped at the policy of the owner. What the repositories need is below too, if it is not there yet.',
    )
  }
  const subject = subjectOf(claims)
  if (files.size === 0) return { ...(advice.length > 0 && { advice: advice.join('\n') }) }
  if (subject === undefined) {
    advice.push(
      'There is no policy to paste here: the subject of this run is not shown, or has a character that is a wildcard in policies.',
    )
    return { advice: advice.join('\n') }
  }
  advice.push(...subject.notes)
  const yaml = [...files].map(([target, missing]) => fileFor(target, missing, subject.text))
  const names = [...files.keys()].map((target) =>
    target.includes('/') ? target : `${target}/.github-access-token`,
  )
  return {
    hint: `Add what is missing to the access policy of ${names.join(' and ')}; what to paste stands below.`,
    advice: advice.join('\n'),
    yaml: yaml.join('\n\n'),
  }
}

/** Whether something was asked of an owner or a repository. GitHub's names are the same in any case. */
function isAsked({ owner, repositories }: Asked, target: string): boolean {
  const [itsOwner, name] = target.toLowerCase().split('/')
  return (
    itsOwner === owner.toLowerCase() &&
    (name === undefined || repositories === 'ALL' || repositories.some((each) => each.toLowerCase() === name))
  )
}

/** One policy file, or the part of one, that grants what is missing. */
function fileFor(target: string, { statements, allowed, subjects }: Missing, subject: string): string {
  const ofOwner = !target.includes('/')
  const origin = ofOwner ? `${target}/.github-access-token` : target
  const file = ofOwner ? 'access-token.yaml' : '.github/access-token.yaml'
  const quoted = yamlText(subject)
  const entries = (permissions: Permissions, indent: string): string[] =>
    Object.entries(permissions).map(([scope, level]) => `${indent}${scope}: ${level}`)
  return [
    `# ${file} in ${origin}, on its default branch`,
    `origin: ${origin}`,
    ...(subjects ? ['allowed-subjects:', `  - ${quoted}`] : []),
    ...(Object.keys(allowed).length > 0
      ? ['allowed-repository-permissions:', ...entries(allowed, '  ')]
      : []),
    ...(Object.keys(statements).length > 0
      ? [
          'statements:',
          '  - subjects:',
          `      - ${quoted}`,
          '    permissions:',
          ...entries(statements, '      '),
        ]
      : []),
  ].join('\n')
}

/**
 * The most specific subject of this run: its environment, or else its workflow file on its branch or tag, or else `sub`
 * as it is. With the ids of owner and repository: that form does not pass to whoever takes the name over.
 */
function subjectOf(claims: Claims | undefined): { text: string; notes: string[] } | undefined {
  const text = (name: string): string => claimText(claims, name) ?? ''
  const sub = text('sub')
  const [owner = '', name = ''] = text('repository').split('/')
  const ids = [text('repository_owner_id'), text('repository_id')]
  const immutable = `repo:${owner}@${ids[0] ?? ''}/${name}@${ids[1] ?? ''}:`
  const onRef = /^refs\/(heads|tags)\//.test(text('ref')) && !text('event_name').startsWith('pull_request')
  const workflow = text('workflow_ref')
  const usable = (subject: string): boolean => subject !== '' && !/[*?]/.test(subject)
  if (
    text('environment') === '' &&
    onRef &&
    workflow !== '' &&
    owner !== '' &&
    ids.every((id) => id !== '')
  ) {
    const subject = `${immutable}workflow_ref:${workflow}`
    if (usable(subject)) {
      return {
        text: subject,
        notes: [
          `The subject below is this workflow file on ${text('ref')}. Every workflow on it would be ${immutable}ref:${text('ref')}.`,
          `The form with @ids is bound to this very repository. The form without them, repo:${owner}/${name}:…, matches by name and passes to whoever takes the name over.`,
        ],
      }
    }
  }
  if (!usable(sub)) return undefined
  const form = isImmutable(sub)
    ? 'It holds the ids of owner and repository, so it is bound to this very repository.'
    : 'It matches by name: it passes to whoever takes the name of the repository over.'
  return { text: sub, notes: [`The subject below is the sub claim of this run. ${form}`] }
}
