import { createHash } from 'node:crypto'
import type { Grant, Revocable, Tools } from '../../exchange.ts'
import { jsonObject, timeOf, type Answer } from '../../http/answer.ts'
import { credential } from '../../identity/credential.ts'
import { few, quoted } from '../../text.ts'
import { isLevel, type Level, type Permissions } from './permissions.ts'
import { SERVICE, type Asked, type Settings } from './settings.ts'

/**
 * The grant in the app server's answer.
 *
 * @throws ActionError `UNUSABLE_ANSWER`
 */
export function grantFrom(answer: Answer, settings: Settings, tools: Tools): Grant {
  const json = jsonObject(answer, SERVICE, settings.url)
  const ends = timeOf(json['expires_at'])
  const revocable = (core: string): Revocable => ({
    issuer: 'github',
    token: core,
    apiUrl: settings.apiUrl,
    ...(ends && { ends }),
  })
  const token = credential(json['token'], 'token', SERVICE, tools.mask, (core) => {
    tools.revokeAtEnd(revocable(core))
  })
  const { asked } = settings
  const owner = nameOf(json['owner']) ?? asked.owner
  const repositories = Array.isArray(json['repositories'])
    ? json['repositories'].map(nameOf).filter((name) => name !== undefined)
    : 'ALL'
  const permissions = permissionsOf(json['permissions']) ?? asked.permissions
  const hash = createHash('sha256').update(token).digest('base64')
  return {
    secrets: [token],
    outputs: {
      token,
      'token-hash': hash,
      owner,
      repositories: repositories === 'ALL' ? 'ALL' : JSON.stringify(repositories),
      permissions: JSON.stringify(permissions),
    },
    summary: `Token for ${targets(owner, repositories)}: ${few(Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`))}; ends ${ends?.toISOString() ?? 'within the hour'}; hash ${hash}`,
    ...(ends && { expiresAt: ends }),
    warnings: differences(asked, owner, repositories, permissions),
    revocable: revocable(token),
    outlivesJob: settings.outlivesJob,
  }
}

const RANK: readonly (string | undefined)[] = [undefined, 'read', 'write', 'admin']

/** Where the grant differs from the request. `metadata: read` comes with every grant and is no difference. */
function differences(
  asked: Asked,
  owner: string,
  repositories: readonly string[] | 'ALL',
  permissions: Permissions,
): string[] {
  const less: string[] = []
  const more: string[] = []
  for (const scope of new Set([...Object.keys(asked.permissions), ...Object.keys(permissions)])) {
    const [wanted, granted] = [asked.permissions[scope], permissions[scope]]
    const difference = RANK.indexOf(granted) - RANK.indexOf(wanted)
    if (difference < 0) less.push(`${scope}: ${granted ?? 'nothing'} instead of ${wanted ?? ''}`)
    else if (difference > 0 && `${scope}: ${granted ?? ''}` !== 'metadata: read')
      more.push(`${scope}: ${granted ?? ''}`)
  }
  if (asked.repositories === 'ALL') {
    if (repositories !== 'ALL') less.push('some repositories instead of all')
  } else if (repositories === 'ALL') {
    more.push('all repositories')
  } else {
    less.push(...without(asked.repositories, repositories).map((name) => `not for repository "${name}"`))
    more.push(...without(repositories, asked.repositories).map((name) => `repository "${name}"`))
  }
  return [
    ...without([owner], [asked.owner]).map(
      (other) => `The app server granted a token for "${other}", not for "${asked.owner}".`,
    ),
    ...(less.length > 0 ? [`The app server granted less than requested: ${few(less)}.`] : []),
    ...(more.length > 0 ? [`The app server granted more than requested: ${few(more)}.`] : []),
  ]
}

/** The names that are not among others. GitHub's are the same in any case. */
function without(names: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others.map((name) => name.toLowerCase()))
  return names.filter((name) => !known.has(name.toLowerCase()))
}

function targets(owner: string, repositories: readonly string[] | 'ALL'): string {
  if (repositories === 'ALL') return `all repositories of "${owner}"`
  return few(repositories.map((name) => `"${owner}/${name}"`)) || quoted(owner)
}

/** A GitHub name from the answer: nothing else gets into the log and the outputs. */
function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) ? value : undefined
}

/** Without prototype: a scope may be called `constructor`. */
function permissionsOf(value: unknown): Permissions | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const permissions = Object.create(null) as Record<string, Level>
  for (const [scope, level] of Object.entries(value)) {
    if (/^[a-z][a-z_-]{0,60}$/.test(scope) && isLevel(level)) permissions[scope.replaceAll('_', '-')] = level
  }
  return permissions
}
