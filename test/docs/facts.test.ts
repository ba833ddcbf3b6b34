import { expect, test } from 'vitest'
import { readDocument } from '../../dev/documents/fences.ts'

/*
 * What other systems do and no program here can show: menus, forms, addresses, who gets what when. Each fact was read from
 * the source that is named with it.
 */

const CHINA = 'aws-actions/configure-aws-credentials: README.md'
const ISSUER = 'github/docs: content/actions/reference/security/oidc.md'
const FORM = 'bytebase/bytebase: CreateWorkloadIdentitySheet.tsx, workloadIdentity.ts'
const MENUS = 'bytebase/bytebase: DashboardSidebar.tsx, ProjectSidebar.tsx'
const OPEN_SERVER = 'qoomon/actions--access-token: README.md, server/public-host.json'

const FACTS: readonly (readonly [page: string, source: string, ...says: RegExp[]])[] = [
  [
    'bytebase/README.md',
    MENUS,
    /\*\*IAM & Admin > Workload Identities\*\*/,
    /\*\*Manage > Workload Identities\*\*/,
    /Bytebase Cloud has only the second kind/,
    /\*\*Manage > Members\*\*/,
  ],
  [
    'bytebase/README.md',
    FORM,
    /empty list accepts a token for any audience[^\n]*The form leaves the list empty/,
    /set and check the pattern through the API/,
    /when you paste the pattern, and again each time you open the form/,
  ],
  [
    'docs/subjects.md',
    ISSUER,
    /\| immutable [^\n]*created, renamed or transferred since 15 July 2026/,
    /\| by name [^\n]*all repositories of GitHub Enterprise Server/,
    /The ids stay in the part that begins with `repo:`, wherever that part is/,
    /\| GHE\.com +\| `https:\/\/token\.actions\.SUBDOMAIN\.ghe\.com` +\|/,
  ],
  [
    'README.md',
    OPEN_SERVER,
    /\]\(https:\/\/github\.com\/marketplace\/access-manager-for-github-actions\)/,
    /app-server: https:\/\/github-actions-access-token\.qoomon\.workers\.dev\n/,
  ],
  [
    'docs/app-server.md',
    OPEN_SERVER,
    /public instance, `https:\/\/github-actions-access-token\.qoomon\.workers\.dev`/,
  ],
  [
    'octo-sts/README.md',
    'octo-sts/app: octosts.go',
    /wait for 5 minutes[^\n]*or its absence, for that long, and for up to an hour while GitHub rate-limits it/,
  ],
  [
    'docs/app-server.md',
    'AWS, VPC Lattice user guide, "SIGv4 authenticated requests"',
    /VPC Lattice does not support a signed body: it gets `UNSIGNED-PAYLOAD/,
  ],
  ...['database/aws-rds/README.md', 'secret/aws-secrets-manager/README.md', 'docs/app-server.md'].map(
    (page) => [page, CHINA, /\| `audience` [^\n]*`sts\.amazonaws\.com\.cn` in `cn-`/] as const,
  ),
  [
    'docs/how-it-works.md',
    'actions/runner: ProcessInvoker.cs: SIGINT, SIGTERM after 7.5 s, killed 2.5 s later',
    /\(`SIGINT`\)[^\n]*within 5 seconds; the runner would kill it after 10/,
  ],
  [
    'docs/retrying.md',
    'GitHub says no status for this text',
    /`Can't issue ID_TOKEN for job in 'Pending' state` under any 4xx, any state but `Completed`/,
  ],
]

test.each(FACTS.map(([page, source, ...says]) => ({ page, source, says })))(
  '$page says what is in $source',
  ({ page, says }) => {
    const { text } = readDocument(page)
    for (const words of says) expect(text).toMatch(words)
  },
)
