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
  let best: T | undefined
  let least = Math.max(1, Math.floor(given.length / 4)) + 1
  for (const word of words) {
    if (Math.abs(word.length - given.length) >= least) continue
    const edits = distance(given.toLowerCase(), word.toLowerCase())
    if (edits < least) [best, least] = [word, edits]
  }
  return best
}

/** Letters to insert, delete, replace or swap with a neighbor (Damerau-Levenshtein, optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      )
    }
  }
  return at(a.length, b.length)
}
