import type { Claims } from '../explanation.ts'
import { showable } from '../text.ts'

/** The claims that help to find out why a system refused, and nothing else of the token. */
export const SHOWN_CLAIMS: readonly string[] = [
  'iss',
  'aud',
  'sub',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'ref',
  'ref_type',
  'environment',
  'job_workflow_ref',
  'event_name',
]

/** A claim's text, to be shown or pasted; `undefined` if it is not there, or could not be shown as it is. */
export function claimText(claims: Claims | undefined, name: string): string | undefined {
  const value = claims?.[name]
  if (typeof value !== 'string') return undefined
  // A name may have several blanks in a row, which do no harm.
  const line = value.replace(/ +/g, ' ')
  return showable(line) === line ? value : undefined
}

/** Claims that may name what is private; the longer ones hold the shorter ones. */
const PRIVATE_CLAIMS = ['job_workflow_ref', 'workflow_ref', 'sub', 'repository', 'ref']

/**
 * A server's text without the claims that it repeats, which have their names in their place: the report shows them, where
 * they may be shown.
 */
export function withoutClaims(text: string, claims: Claims | undefined): string {
  return PRIVATE_CLAIMS.reduce((rest, name) => {
    const value = claimText(claims, name)
    return value === undefined ? rest : rest.replaceAll(value, `(${name})`)
  }, text)
}

/**
 * Whether a subject has the immutable form, `repo:OWNER@ID/REPOSITORY@ID:…`: that of repositories made, renamed or
 * transferred since 2026-07-15 (GitHub, "OpenID Connect reference"). A customized subject may have that segment anywhere.
 */
export function isImmutable(subject: string): boolean {
  return /(?:^|:)repo:[^/:@]+@\d+\/[^/:@]+@\d+(?::|$)/.test(subject)
}

/**
 * The sentence of a hint for a subject that has the immutable form; empty for another.
 *
 * @param it what the sentence calls the subject
 * @param byName what does not match the subject
 */
export function aboutForm(subject: string | undefined, { it = 'It', byName = 'repo:owner/repository:…' } = {}): string {
  return isImmutable(subject ?? '')
    ? ` ${it} has the immutable form, with the ids of owner and repository; ${byName} does not match it.`
    : ''
}

/**
 * Whether a subject names the repository. A customized one may not: anyone can customize theirs
 * to be the same, so no policy should rely on it alone.
 */
export function namesRepository(subject: string): boolean {
  return /(?:^|:)(?:repo|repository|repository_id):[^:]/.test(subject)
}

/** What a subject or a ref that comes once looks like: a tag, a merge queue's branch, a pull request's merge. */
const ONCE: readonly (readonly [ref: RegExp, what: string, give?: string])[] = [
  [
    /(?:^|:)refs\/heads\/gh-readonly-queue\//,
    'a branch of the merge queue',
    'Use no token in the merge queue, or give',
  ],
  [/(?:^|:|@)refs\/pull\/\d+\//, 'one pull request'],
  [/(?:^|:)(?:workflow_ref:[^:]*@)?refs\/tags\//, 'one tag'],
  // A reusable workflow of another repository is called at the same tag again.
  [/^repo:([^:/@]+)(?:@\d+)?\/([^:/@]+)(?:@\d+)?:(?:.*:)?job_workflow_ref:\1\/\2\/[^:]*@refs\/tags\//, 'one tag'],
]

/**
 * What to say instead of suggesting a policy, where the subject never comes again: bound to it, the next run would be
 * refused. `undefined` if it comes again.
 */
export function aboutPassing(subject: string): string | undefined {
  const [, what, give = 'Give'] = ONCE.find(([ref]) => ref.test(subject)) ?? []
  if (what === undefined) return undefined
  return `The subject "${subject}" is that of ${what} and does not come again, so no policy is suggested for it. ${give} the job an environment (\`environment:\`): its subject stays the same.`
}

/**
 * What to say of a name that the run has and the ID token has no longer; `undefined` where both are the same.
 *
 * @param repository `owner/name` of the workflow's own repository, as the run has it
 */
export function aboutRename(repository: string, claims: Claims | undefined): string | undefined {
  const current = claimText(claims, 'repository')
  if (current === undefined || current.toLowerCase() === repository.toLowerCase()) return undefined
  return `The run names its repository "${repository}", but its name is now "${current}": use the new name in the workflow and in policies, since anyone can take the old one.`
}

/** The payload of a JWT, not verified (RFC 7519); `undefined` if it is not one. */
export function claimsOf(token: string): Claims | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof payload === 'object' && payload !== null ? (payload as Claims) : undefined
  } catch {
    // An opaque token has no claims to show.
    return undefined
  }
}
