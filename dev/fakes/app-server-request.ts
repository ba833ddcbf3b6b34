import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { JWTPayload } from 'jose'
import { Refusal, type FakeReply } from './handler.ts'
import { isRecord, OWNER_SCOPES, type Permissions } from './app-server-policies.ts'

const OWNER = /^[a-z\d](-?[a-z\d])+$/i
const NAME = /^[a-z\d-._]+$/i

/** What is asked for, with nothing left to default. */
export interface Wanted {
  readonly owner: string
  readonly repositories: readonly string[] | 'ALL'
  readonly permissions: Permissions
}

/** A refusal in the shape of the app server. */
export function refusal(...error: Parameters<typeof appServerError>): Refusal {
  return new Refusal(appServerError(...error))
}

/** An error answer in the shape of the app server. */
export function appServerError(
  status: number,
  message: string | undefined,
  requestId: string = randomUUID(),
): FakeReply {
  const error = status === 413 ? 'Request Entity Too Large' : (STATUS_CODES[status] ?? '')
  return { status, headers: { 'x-request-id': requestId }, body: { requestId, status, error, message } }
}

function invalid(...lines: string[]): Error {
  return refusal(400, `Invalid request body:\n${lines.map((line) => `  - ${line}`).join('\n')}`)
}

interface Body {
  readonly owner: string | undefined
  readonly repositories: readonly string[] | 'ALL'
  readonly permissions: Permissions
}

/** All that the open server says of a member that its schema refuses: its build leaves zod's messages out. */
const INVALID = 'Invalid input'

/** What a body asks for. @throws Refusal 400 */
export function readRequest(text: string): Body {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
  if (!isRecord(body)) throw invalid(INVALID)
  const problems: string[] = []
  const { owner, repositories = [], permissions } = body
  if (owner !== undefined && !(typeof owner === 'string' && OWNER.test(owner))) {
    problems.push(`owner: ${INVALID}`)
  }
  problems.push(...permissionProblems(permissions), ...repositoryProblems(repositories))
  const isKnown = (key: string): boolean => ['owner', 'repositories', 'permissions'].includes(key)
  if (!Object.keys(body).every(isKnown)) problems.push(INVALID)
  if (problems.length > 0) throw invalid(...problems)
  return {
    owner: owner as string | undefined,
    repositories: repositories as string[] | 'ALL',
    permissions: permissions as Permissions,
  }
}

function permissionProblems(permissions: unknown): string[] {
  if (!isRecord(permissions)) {
    return [`permissions: ${INVALID}`]
  }
  const problems: string[] = []
  for (const [scope, level] of Object.entries(permissions)) {
    const levels = OWNER_SCOPES[scope]
    if (levels === undefined || levels.includes(String(level))) continue
    problems.push(`permissions.${scope}: ${INVALID}`)
  }
  const unknown = Object.keys(permissions).filter((scope) => !(scope in OWNER_SCOPES))
  if (unknown.length > 0) problems.push(`permissions: ${INVALID}`)
  if (Object.keys(permissions).length === 0) problems.push('permissions: Invalid object: must have at least one entry')
  return problems
}

function repositoryProblems(repositories: unknown): string[] {
  if (repositories === 'ALL') return []
  const union = (line: string): string[] => [`repositories: Union errors:\n    - ${line}\n    - ${INVALID}`]
  if (!Array.isArray(repositories)) return union(INVALID)
  if (repositories.length > 32) return [`repositories: ${INVALID}`]
  const bad = repositories.findIndex((entry: unknown) => {
    if (typeof entry !== 'string') return true
    const [owner = '', name, ...more] = entry.split('/')
    if (name === undefined) return !NAME.test(owner)
    return more.length > 0 || !OWNER.test(owner) || !NAME.test(name)
  })
  return bad === -1 ? [] : union(`${bad}: Union errors:\n      - ${INVALID}\n      - ${INVALID}`)
}

/** Applies the defaults and the rules on owners. @throws Refusal 400 */
export function normalize(body: Body, claims: JWTPayload): Wanted {
  const { permissions, repositories } = body
  const caller = String(claims['repository_owner'])
  if (body.owner !== undefined && repositories.length === 0) {
    throw invalid('repositories: Must have at least one entry if owner is specified')
  }
  if (repositories === 'ALL') return { owner: body.owner ?? caller, repositories, permissions }
  const owners = new Set<string>()
  repositories.forEach((entry, index) => {
    const [owner = '', name] = entry.split('/')
    if (name === undefined) return
    if (body.owner !== undefined && owner !== body.owner) {
      throw invalid(`repositories.${index}: Owner must match the specified owner '${body.owner}'`)
    }
    owners.add(owner)
  })
  if (owners.size > 1) throw invalid('repositories: Must have one common owner')
  const names = repositories.map((entry) => entry.split('/').at(-1)!)
  return {
    owner: body.owner ?? [...owners][0] ?? caller,
    repositories: names.length === 0 ? [String(claims['repository']).split('/')[1]!] : names,
    permissions,
  }
}
