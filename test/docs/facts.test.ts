import { describe, expect, test } from 'vitest'
import { readDocuments } from '../../dev/documents/fences.ts'

/*
 * What other systems do and no program here can show: menus, forms, addresses, who gets what when. Each fact was read from the
 * source that is named with it.
 */

interface Fact {
  readonly page: string
  readonly source: string
  readonly says: readonly RegExp[]
  /** What was thought before. */
  readonly never?: readonly RegExp[]
}

const CHINA = 'aws-actions/configure-aws-credentials: README.md'

const FACTS: Readonly<Record<string, Fact>> = {
  'the menus of Bytebase': {
    page: 'bytebase/README.md',
    source: 'bytebase/bytebase: DashboardSidebar.tsx, ProjectSidebar.tsx',
    says: [
      /\*\*IAM & Admin > Workload Identities\*\*/,
      /\*\*Manage > Workload Identities\*\*/,
      /Bytebase Cloud has only the second kind/,
      /\*\*Manage > Members\*\*/,
    ],
    never: [/Settings > Members/, /Settings > Workload/],
  },
  'what a workload identity of Bytebase must have': {
    page: 'bytebase/README.md',
    source: 'bytebase/bytebase#21350, in 3.22.1 by #21408: wif.go, subject.go, jwks.go',
    says: [
      /all three are required/,
      /names an owner with a slash: `repo:octo-org@6811672\/\*`\. `repo:octo-org\*` and `repo:\*` match nothing/,
      /form presets `bytebase`/,
      /`jwksUrl` is their address; it must be HTTPS/,
    ],
  },
  'what bites users of bytebase-action': {
    page: 'bytebase/README.md',
    source:
      'bytebase/bytebase at 37339d7: action/command/{root,check,rollout,api}.go, action/github/github.go, and its program',
    says: [
      /default is `--check-release=SKIP`[^\n]*`FAIL_ON_ERROR` and `FAIL_ON_WARNING`/,
      /fails without `GITHUB_TOKEN`[^\n]*`pull-requests: write`\. Without that permission, only the comment/,
      /defaults are Bytebase's samples: the project `projects\/hr`/,
      /must not be newer than the server,\*\* nor more than two minor versions older/,
      /does not renew it\.\*\* It repeats the refused request without a pause and without an end/,
      /A stage that is not in the rollout ends the step with exit code 0/,
    ],
  },
  'which role may only check a release': {
    page: 'bytebase/README.md',
    source: 'bytebase/bytebase at 37339d7: release_service.proto, enterprise/plan.yaml',
    says: [/`bb\.releases\.check`\. Custom roles need Bytebase's Enterprise plan/],
  },
  'who may change a workload identity of Bytebase, and how they log in': {
    page: 'bytebase/README.md',
    source: 'bytebase/bytebase: predefined_roles.go, auth_service.go, auth_service.proto',
    says: [/a user with the role \*\*Workspace Admin\*\*/, /\/v1\/auth\/login \| jq --raw-output \.token/],
  },
  'which certificates the instances of Cloud SQL have': {
    page: 'database/google-cloud-sql/README.md',
    source: 'GoogleCloudPlatform/cloud-sql-go-connector: tls_verify.go, refresh.go, dialer.go',
    says: [
      /`GOOGLE_MANAGED_INTERNAL_CA`[^\n]*belongs to this instance[^\n]*`sslmode=verify-ca`/,
      /`GOOGLE_MANAGED_CAS_CA`[^\n]*shared by many instances[^\n]*`sslmode=verify-full host=` the `dnsName`/,
      /calls the Cloud SQL Admin API, for which it needs Google credentials/,
    ],
    never: [/sslmode=require(?! checks no certificate|`)/],
  },
  'what the Ubuntu runners of GitHub lack': {
    page: 'vault/README.md',
    source: 'actions/runner-images: Ubuntu2404-Readme.md of 2026-08-16',
    says: [/GitHub's own runners have `curl` and `jq`, but neither `vault` nor `bao`/],
    never: [/^ +(?:run: )?(?:vault|bao) /m],
  },
  'what Bytebase did before 3.22.1': {
    page: 'bytebase/README.md',
    source: 'bytebase/bytebase at 37339d7: wif.go, CreateWorkloadIdentitySheet.tsx, workloadIdentity.ts',
    says: [
      /before 3\.22\.1 differ\.\*\*[^\n]*empty list of audiences, which accepts a token for any audience/,
      /before 3\.22\.1 differ\.\*\*[^\n]*rewrites a pasted pattern[^\n]*each time you open it/,
    ],
  },
  'where Octo STS keeps the policies of an owner': {
    page: 'octo-sts/README.md',
    source: 'octo-sts/app#1283',
    says: [/owner's repository `\.github`, unless the server sets another one \(`ORG_POLICY_REPO`/],
  },
  'that Octo STS serves GitHub Enterprise Server': {
    page: 'octo-sts/README.md',
    source: 'octo-sts/app#1400',
    says: [/for GitHub Enterprise Server \(`GITHUB_BASE_URL`, since July 2026\)/],
  },
  'what a function URL asks for': {
    page: 'docs/app-server.md',
    source: 'AWS Lambda Developer Guide, "Control access to Lambda function URLs"',
    says: [
      /`lambda:InvokeFunctionUrl` \*\*and\*\* `lambda:InvokeFunction`[^\n]*all of them since 1 November 2026/,
    ],
  },
  'which claims STS compares, for a database': {
    page: 'database/aws-rds/README.md',
    source: 'AWS, "What\'s New" of January 2026',
    says: [
      /"token\.actions\.githubusercontent\.com:repository_id": "216219028"/,
      /Since January 2026, STS compares it/,
    ],
  },
  'which claims STS compares, for secrets': {
    page: 'secret/aws-secrets-manager/README.md',
    source: 'AWS, "What\'s New" of January 2026',
    says: [
      /"token\.actions\.githubusercontent\.com:repository_id": "216219028"/,
      /Since January 2026, STS compares it/,
    ],
  },
  'the regional endpoints of Google STS': {
    page: 'database/google-cloud-sql/README.md',
    source: 'Google, "Configure Workload Identity Federation with deployment pipelines"',
    says: [/`GHA_ENDPOINT_OVERRIDE_sts: https:\/\/sts\.europe-west3\.rep\.googleapis\.com\/v1`/],
  },
  'what a write of a Vault role leaves': {
    page: 'secret/vault/README.md',
    source: 'hashicorp/vault-plugin-auth-jwt: path_role.go',
    says: [/A write keeps what it omits\*\*, except `role_type` and `bound_claims_type`/],
  },
  'how Vault reaches another namespace': {
    page: 'secret/vault/README.md',
    source: 'HashiCorp support, "Parent and Child Namespace Relationship"',
    says: [/`engine: my-env\/secret`[^\n]*`path "my-env\/secret\/data\/team\/database"`/],
  },
  'how Vault reaches another namespace, for those who migrate': {
    page: 'docs/migrating.md',
    source: 'HashiCorp support, "Parent and Child Namespace Relationship"',
    says: [/\| `namespace`[^\n]*`engine: my-env\/secret`/],
  },
  'what the open app server does at 43b6d2a': {
    page: 'docs/operating.md',
    source: 'its own build of server/src/server.ts, run against a fake GitHub',
    says: [
      /does not start with a wrong key/,
      /six requests to GitHub: one `GET` and two `POST` as the app, three `GET` as the installation/,
      /the server answers 403 `Access policy not found`/,
      /\(401\) are written only with `LOG_LEVEL=debug`/,
    ],
  },
  'what GitHub limits, keeps and can require': {
    page: 'docs/operating.md',
    source: "GitHub's pages on rate limits, on the audit log and its tokens; google/go-github#3807",
    says: [
      /5,000 requests, and more for more than 20 repositories or users/,
      /`hashed_token`\. Searching for it needs GitHub Enterprise Cloud/,
      /--field sha_pinning_required=true/,
    ],
  },
  'the immutable subject': {
    page: 'docs/subjects.md',
    source: 'github/docs: content/actions/reference/security/oidc.md',
    says: [
      /\| immutable [^\n]*created, renamed or transferred since 15 July 2026/,
      /\| by name [^\n]*all repositories of GitHub Enterprise Server/,
      /The ids stay in the part that begins with `repo:`, wherever that part is/,
    ],
  },
  'how to learn the form of a subject': {
    page: 'docs/subjects.md',
    source: "GitHub's REST API: actions/oidc/customization/sub",
    says: [
      /actions\/oidc\/customization\/sub` answers with `use_immutable_subject` and `sub_claim_prefix`/,
      /Renaming an organization counts like renaming its repositories/,
    ],
  },
  'which patterns the open app server never matches': {
    page: 'docs/app-server.md',
    source: 'qoomon/actions--access-token at 43b6d2a: server/src/app.ts, and its own build',
    says: [/a wildcard outside a claim's value, as in `repo:octo-org\/app:\*`, never matches/],
  },
  'what reads a token on GitHub Enterprise Server': {
    page: 'docs/troubleshooting.md',
    source: 'GitHub CLI manual: gh help environment',
    says: [/For GitHub Enterprise Server, set `GH_HOST` and `GH_ENTERPRISE_TOKEN`/],
  },
  'whose token "Resource not accessible by integration" is about': {
    page: 'docs/troubleshooting.md',
    source: 'GitHub\'s REST API: "Troubleshooting the REST API"',
    says: [/The token lacks the permission, or the step used `GITHUB_TOKEN` instead of the output/],
  },
  'which authorities Node trusts': {
    page: 'docs/cookbook.md',
    source: 'Node.js: NODE_EXTRA_CA_CERTS, NODE_USE_SYSTEM_CA',
    says: [/With `NODE_USE_SYSTEM_CA=1` instead, Node trusts what the operating system trusts/],
    never: [/Node does not read the operating system's certificates/],
  },
  'the claims that are new': {
    page: 'docs/subjects.md',
    source: "GitHub's changelog of 2025-11-13 and 2026-03-12",
    says: [
      /\| `check_run_id` +\| [^\n]*since November 2025/,
      /\| `repo_property_NAME` +\| [^\n]*since April 2026/,
    ],
  },
  'the issuers of GitHub': {
    page: 'docs/subjects.md',
    source: 'github/docs: content/actions/reference/security/oidc.md',
    says: [/\| GHE\.com +\| `https:\/\/token\.actions\.SUBDOMAIN\.ghe\.com` +\|/],
  },
  'the public instance of the open app server, in the first steps': {
    page: 'docs/try-it.md',
    source: 'qoomon/actions--access-token: README.md, server/public-host.json',
    says: [
      /\]\(https:\/\/github\.com\/marketplace\/access-manager-for-github-actions\)/,
      /app-server: https:\/\/github-actions-access-token\.qoomon\.workers\.dev\n/,
    ],
    never: [/github\.com\/apps\/access-manager/],
  },
  'what a server costs': {
    page: 'README.md',
    source: 'the price lists of AWS Secrets Manager and AWS Lambda; the limits of Cloudflare Workers',
    says: [/\$0\.40 a month[^\n]*a million requests/, /100,000 requests a day, with 10 ms of CPU time each/],
  },
  'the public instance of the open app server, on its page': {
    page: 'docs/app-server.md',
    source: 'qoomon/actions--access-token: server/public-host.json',
    says: [/public instance, `https:\/\/github-actions-access-token\.qoomon\.workers\.dev`/],
  },
  'how long Octo STS remembers': {
    page: 'octo-sts/README.md',
    source: 'octo-sts/app: octosts.go',
    says: [
      /wait for 5 minutes[^\n]*or its absence, for that long, and for up to an hour while GitHub rate-limits it/,
    ],
  },
  'what VPC Lattice takes': {
    page: 'docs/app-server.md',
    source: 'AWS, VPC Lattice user guide, "SIGv4 authenticated requests"',
    says: [/VPC Lattice does not support a signed body: it gets `UNSIGNED-PAYLOAD/],
  },
  'the audience in China, of a database': {
    page: 'database/aws-rds/README.md',
    source: CHINA,
    says: [/\| `audience` [^\n]*`sts\.amazonaws\.com\.cn` in `cn-`/],
  },
  'what a transaction of Aurora DSQL may hold, and the host name in TLS': {
    page: 'database/aws-dsql/README.md',
    source: 'Aurora DSQL User Guide, "DDL and distributed transactions", "Troubleshooting"',
    says: [
      /one DDL statement per transaction\][^\n]*and no change of data with it/,
      /\(SNI\), which libpq sends from version 14 on/,
    ],
  },
  'the audience in China, of secrets': {
    page: 'secret/aws-secrets-manager/README.md',
    source: CHINA,
    says: [/\| `audience` [^\n]*`sts\.amazonaws\.com\.cn` in `cn-`/],
  },
  'the audience in China, of an app server': {
    page: 'docs/app-server.md',
    source: CHINA,
    says: [/\| `audience` [^\n]*`sts\.amazonaws\.com\.cn` in `cn-`/],
  },
  'when the runner kills a step that was cancelled': {
    page: 'docs/how-it-works.md',
    source: 'actions/runner: ProcessInvoker.cs: SIGINT, SIGTERM after 7.5 s, killed 2.5 s later',
    says: [/\(`SIGINT`\)[^\n]*within 5 seconds; the runner would kill it after 10/],
  },
  'which jobs get no ID token yet': {
    page: 'docs/retrying.md',
    source: 'GitHub says no status for this text',
    says: [/`Can't issue ID_TOKEN for job in 'Pending' state` under any 4xx, any state but `Completed`/],
  },
}

describe.each(Object.entries(FACTS))('%s', (_, { page, source, says, never = [] }) => {
  const text = readDocuments().find(({ file }) => file === page)?.text ?? ''

  test.each(says)(`${page} says %s (${source})`, (words) => {
    expect(text).toMatch(words)
  })

  test.each(never)(`${page} does not say %s`, (words) => {
    expect(text).not.toMatch(words)
  })
})
