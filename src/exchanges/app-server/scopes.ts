/**
 * Permissions of GitHub App installation tokens, in kebab-case: those that the app server knows, and newer ones of
 * GitHub's REST API description (schema `app-permissions`). For hints only, since GitHub's list grows.
 */
const SCOPES = new Set(
  `actions actions-variables administration agent-secrets agent-tasks agent-variables artifact-metadata attestations
  checks code-quality codespaces codespaces-lifecycle-admin codespaces-metadata codespaces-secrets contents
  copilot-agent-settings custom-properties custom-properties-for-organizations dependabot-secrets deployments
  discussions email-addresses enterprise-custom-properties-for-organizations environments followers git-ssh-keys
  gpg-keys interaction-limits issues members merge-queues metadata models organization-actions-variables
  organization-administration organization-agent-secrets organization-agent-variables
  organization-announcement-banners organization-codespaces organization-codespaces-secrets
  organization-codespaces-settings organization-copilot-agent-settings organization-copilot-seat-management
  organization-custom-org-roles organization-custom-properties organization-custom-roles
  organization-dependabot-secrets organization-events organization-hooks organization-packages
  organization-personal-access-token-requests organization-personal-access-tokens organization-plan
  organization-projects organization-secrets organization-self-hosted-runners organization-user-blocking packages
  pages profile projects pull-requests repository-advisories repository-custom-properties repository-hooks
  repository-projects secret-scanning-alerts secrets security-events single-file starring statuses team-discussions
  vulnerability-alerts workflows`.split(/\s+/),
)

/** Names that GitHub's pages use for a permission whose API name is another. */
const NAMES_ON_PAGES: ReadonlyMap<string, string> = new Map([
  ['blocking-users', 'organization-user-blocking'],
  ['code', 'contents'],
  ['code-scanning-alerts', 'security-events'],
  ['commit-statuses', 'statuses'],
  ['custom-organization-roles', 'organization-custom-org-roles'],
  ['custom-repository-roles', 'organization-custom-roles'],
  ['dependabot-alerts', 'vulnerability-alerts'],
  ['github-copilot-business', 'organization-copilot-seat-management'],
  ['organization-variables', 'organization-actions-variables'],
  ['personal-access-tokens', 'organization-personal-access-tokens'],
  ['repository-security-advisories', 'repository-advisories'],
  ['self-hosted-runners', 'organization-self-hosted-runners'],
  ['variables', 'actions-variables'],
  ['webhooks', 'repository-hooks'],
])

/** Whether a scope, in kebab-case, is a permission known to this version. */
export function isKnownScope(scope: string): boolean {
  return SCOPES.has(scope)
}

/** The known scope that an unknown one, in kebab-case, probably means. */
export function suggestScope(scope: string): string | undefined {
  return NAMES_ON_PAGES.get(scope) ?? [...SCOPES].find((known) => isLike(scope, known))
}

/** Whether two scopes have the same words, each with at most a quarter of its letters wrong, or one; or differ in dashes alone. */
function isLike(given: string, known: string): boolean {
  const [words, others] = [given.split('-'), known.split('-')]
  if (words.length !== others.length) return words.join('') === others.join('')
  return words.every((word, index) => nearest(word, [others[index] ?? '']) !== undefined)
}

/** The word that is most like the given one: at most a quarter of its letters differ, or one. Case is ignored. */
export function nearest<T extends string>(given: string, words: readonly T[]): T | undefined {
  const most = Math.max(1, Math.floor(given.length / 4))
  for (let edits = 0; edits <= most; edits++) {
    const found = words.find((word) => isWithin(edits, given.toLowerCase(), word.toLowerCase()))
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether so many letters inserted, deleted, replaced or swapped with a neighbor make one word of the other. */
function isWithin(edits: number, a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > edits) return false
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  const [x, y] = [a.slice(same), b.slice(same)]
  if (edits === 0 || x === y) return x === y
  return (
    isWithin(edits - 1, x.slice(1), y) ||
    isWithin(edits - 1, x, y.slice(1)) ||
    isWithin(edits - 1, x.slice(1), y.slice(1)) ||
    (x[0] === y[1] && x[1] === y[0] && isWithin(edits - 1, x.slice(2), y.slice(2)))
  )
}
