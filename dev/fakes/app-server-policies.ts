import { parse } from 'yaml'
import { patternOf } from './handler.ts'

/** Permissions by kebab-case scope name. */
export type Permissions = Readonly<Record<string, string>>

/** Files of repositories on GitHub: path by `owner/name`, text by path. */
export type Repositories = Record<string, Record<string, string>>

const READ_WRITE = ['read', 'write']
const ADMIN = ['read', 'write', 'admin']

/** The levels of each scope that a repository permission can have. */
export const REPOSITORY_SCOPES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    (
      'actions actions-variables administration checks codespaces codespaces-lifecycle-admin codespaces-metadata ' +
      'contents custom-properties dependabot-secrets deployments discussions environments issues merge-queues ' +
      'metadata packages pages pull-requests repository-advisories repository-hooks secret-scanning-alerts secrets ' +
      'security-events single-file statuses team-discussions vulnerability-alerts'
    )
      .split(' ')
      .map((scope) => [scope, READ_WRITE]),
  ),
  'codespaces-secrets': ['write'],
  projects: ADMIN,
  'repository-projects': ADMIN,
  workflows: ['write'],
}

/** The levels of each scope that an owner can grant: those of repositories, and those of organizations. */
export const OWNER_SCOPES: Readonly<Record<string, readonly string[]>> = {
  ...REPOSITORY_SCOPES,
  members: READ_WRITE,
  ...Object.fromEntries(
    (
      'actions-variables administration announcement-banners codespaces codespaces-secrets codespaces-settings ' +
      'copilot-seat-management custom-org-roles custom-roles dependabot-secrets hooks personal-access-token-requests ' +
      'personal-access-tokens secrets self-hosted-runners user-blocking'
    )
      .split(' ')
      .map((scope) => [`organization-${scope}`, READ_WRITE]),
  ),
  'organization-custom-properties': ADMIN,
  'organization-events': ['read'],
  'organization-plan': ['read'],
  'organization-projects': ADMIN,
}

/** The files in which a policy is looked for, first come, first taken. */
const POLICY_PATHS = {
  owner: ['access-token.yaml', 'access-token.yml'],
  repository: ['.github/access-token.yaml', '.github/access-token.yml'],
}

const MAX_POLICY_BYTES = 102_400
const MEMBERS = ['origin', 'statements']
const OWNER_MEMBERS = ['allowed-subjects', 'allowed-repository-permissions']

interface PolicyFile {
  readonly origin: string
  readonly statements?: readonly unknown[]
  readonly 'allowed-subjects'?: readonly unknown[]
  readonly 'allowed-repository-permissions'?: unknown
}

interface Statement {
  readonly subjects: readonly string[]
  readonly permissions: Permissions
}

/** A policy file, its invalid entries dropped as the server drops them. */
export interface Policy {
  readonly allowedSubjects: readonly string[] | undefined
  readonly statements: readonly Statement[]
  readonly allowedRepositoryPermissions: Permissions
}

/** A policy file that is missing or unusable. */
export class PolicyError extends Error {
  readonly details: readonly string[]

  constructor(message: string, details: readonly string[] = []) {
    super(message)
    this.details = details
  }
}

/**
 * Reads the policy of an owner or of a repository.
 *
 * @param repository `owner/name` that holds the file
 * @throws PolicyError
 */
export function readPolicy(repositories: Repositories, repository: string, kind: 'owner' | 'repository'): Policy {
  const files = byName(repositories, repository) ?? {}
  // An empty file is none to the server, and neither is one that is too large for it.
  const path = POLICY_PATHS[kind].find((name) => {
    const size = Buffer.byteLength(files[name] ?? '')
    return size > 0 && size <= MAX_POLICY_BYTES
  })
  if (path === undefined) throw new PolicyError('Access policy not found')
  // With members of other types this throws: nothing here suggests such.
  const policy = parse(files[path]!, { maxAliasCount: 100 }) as PolicyFile
  const known = kind === 'owner' ? [...MEMBERS, ...OWNER_MEMBERS] : MEMBERS
  const unknown = Object.keys(policy).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new PolicyError('Invalid access policy', [`- Unrecognized key: "${unknown}"`])
  const { origin, statements = [], 'allowed-subjects': allowedSubjects } = policy
  if (origin.toLowerCase() !== repository.toLowerCase()) {
    throw new PolicyError('Invalid access policy', [
      `Policy origin '${origin}' does not match repository '${repository}'`,
    ])
  }
  const scopes = kind === 'owner' ? OWNER_SCOPES : REPOSITORY_SCOPES
  return {
    allowedSubjects: allowedSubjects && validSubjects(allowedSubjects),
    allowedRepositoryPermissions: validPermissions(policy['allowed-repository-permissions'], REPOSITORY_SCOPES),
    statements: statements
      .filter(isRecord)
      .filter(
        (entry) =>
          Array.isArray(entry['subjects']) &&
          isRecord(entry['permissions']) &&
          Object.keys(entry).every((key) => key === 'subjects' || key === 'permissions'),
      )
      .map((entry) => ({
        subjects: validSubjects(entry['subjects'] as unknown[]).map((subject) =>
          subject.replaceAll('${origin}', repository),
        ),
        permissions: validPermissions(entry['permissions'], scopes),
      })),
  }
}

/** The entry of a name, in any case, as GitHub finds owners and repositories. */
export function byName<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.entries(entries).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** The highest level per scope of all statements that match one of the subjects. */
export function granted(policy: Policy, subjects: readonly string[]): Permissions {
  const permissions: Record<string, string> = {}
  for (const statement of policy.statements) {
    if (!matches(statement.subjects, subjects)) continue
    for (const [scope, level] of Object.entries(statement.permissions)) {
      if (rank(level) > rank(permissions[scope])) permissions[scope] = level
    }
  }
  return permissions
}

/** Whether the permissions cover a level of a scope. */
export function covers(permissions: Permissions, scope: string, level: string): boolean {
  return rank(level) <= rank(permissions[scope])
}

/** Whether a pattern matches a subject: `**` any text, `*` any but `:`, `?` one character but `:`; in any case. */
export function matches(patterns: readonly string[], subjects: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const claims = pattern
      .replace(/:\*\*$/, '')
      .split(':')
      .filter((_, index) => index % 2 === 0)
    if (claims.some((claim) => /[*?]/.test(claim))) return false
    const regexp = patternOf(pattern, { '**': '.*', '*': '[^:]*', '?': '[^:]' }, 'i')
    return subjects.some((subject) => regexp.test(subject))
  })
}

/**
 * The subjects under which a job is known: its `sub`, and each claim that names a branch or a tag in two forms, with ids
 * and without. The server finds the branch of a workflow after the first `@` of the claim.
 */
export function effectiveSubjects(claims: Readonly<Record<string, unknown>>): string[] {
  const text = (name: string): string => String(claims[name])
  const [owner = '', name = ''] = text('repository').split('/')
  const immutable = `repo:${owner}@${text('repository_owner_id')}/${name}@${text('repository_id')}`
  const refs = {
    ref: text('ref'),
    workflow_ref: text('workflow_ref').split('@')[1],
    job_workflow_ref: text('job_workflow_ref').split('@')[1],
  }
  const named = Object.entries(refs).filter(([, ref]) => /^refs\/(heads|tags)\//.test(ref ?? ''))
  return [
    ...new Set([
      text('sub'),
      ...named.flatMap(([claim]) =>
        [immutable, `repo:${owner}/${name}`].map((repository) => `${repository}:${claim}:${text(claim)}`),
      ),
    ]),
  ]
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function validSubjects(subjects: readonly unknown[]): string[] {
  return subjects
    .filter((subject) => typeof subject === 'string')
    .map((subject) => subject.trim())
    .filter((subject) => subject.length <= 512)
}

function validPermissions(permissions: unknown, scopes: typeof OWNER_SCOPES): Permissions {
  if (!isRecord(permissions)) return {}
  return Object.fromEntries(
    Object.entries(permissions)
      .map(([scope, level]) => [scope.replaceAll('_', '-'), String(level)] as const)
      .filter(([scope, level]) => scopes[scope]?.includes(level) === true),
  )
}

function rank(level: string | undefined): number {
  return ['read', 'write', 'admin'].indexOf(level ?? '')
}
