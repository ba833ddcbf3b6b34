import type { Snippet } from '../../explanation.ts'
import { yamlText } from '../../text.ts'
import type { Level, Permissions } from './permissions.ts'
import type { Asked } from './settings.ts'

/** What one policy file lacks. */
export interface Lack {
  readonly statements: Record<string, Level>
  readonly allowed: Record<string, Level>
  subjects: boolean
  exists?: boolean
}

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

/** The longest text on one line of a suggestion, in characters. With its indentation it fits the job summary's box. */
const WIDTH = 80

/** What a policy file lacks, in the form of a whole file. */
export function snippetFor(target: string, lack: Lack, subject: string): Snippet {
  const ofOwner = !target.includes('/')
  const repository = ofOwner ? `${target}/.github-access-token` : target
  const path = ofOwner ? 'access-token.yaml' : '.github/access-token.yaml'
  const { exists } = lack
  return {
    language: 'yaml',
    content: contentOf(repository, target, lack, subject),
    file: { repository, path, ...(exists !== undefined && { exists }) },
  }
}

function contentOf(origin: string, owner: string, lack: Lack, subject: string): string {
  const entries = (permissions: Permissions, indent: string): string[] =>
    Object.entries(permissions).map(([scope, level]) => `${indent}${scope}: ${level}`)
  const { allowed, statements, subjects } = lack
  return [
    `origin: ${origin}`,
    ...(subjects
      ? [
          `# Without this list, every repository of ${owner} may ask.`,
          `# If there is no list yet, add patterns for them too:`,
          `# 'repo:${owner}/*:**', and 'repo:${owner}@ID/*:**' with the id of ${owner}.`,
          'allowed-subjects:',
          `  - ${folded(subject, '    ')}`,
        ]
      : []),
    ...(Object.keys(allowed).length > 0 ? ['allowed-repository-permissions:', ...entries(allowed, '  ')] : []),
    ...(Object.keys(statements).length > 0
      ? [
          'statements:',
          '  - subjects:',
          `      - ${folded(subject, '        ')}`,
          '    permissions:',
          ...entries(statements, '      '),
        ]
      : []),
  ].join('\n')
}

/**
 * Text as a YAML scalar. Long text is in double quotes on several lines, each ended by a backslash, so that the breaks
 * between them do not count (YAML 1.2, section 7.3.1).
 */
function folded(text: string, indent: string): string {
  if (text.length <= WIDTH) return yamlText(text)
  const lines = text.match(new RegExp(`.{1,${WIDTH}}$|.{1,${WIDTH - 1}}[:/@]|.{1,${WIDTH}}`, 'gsu')) ?? []
  // A blank at the beginning of a line would be part of its indentation.
  const escaped = lines.map((line) => JSON.stringify(line).slice(1, -1).replace(/^ /, '\\ '))
  return `"${escaped.join(`\\\n${indent}`)}"`
}
