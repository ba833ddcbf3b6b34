import { describe, expect, test } from 'vitest'
import { readActions } from '../../dev/documents/actions.ts'
import { readDocument } from '../../dev/documents/fences.ts'

/*
 * What other systems do and no program here can show: menus, forms, addresses, who gets what when.
 */

const CHINA = 'aws-actions/configure-aws-credentials: README.md'

/** By page and by the source that it was read from. */
const FACTS: Readonly<Record<string, Readonly<Record<string, readonly RegExp[]>>>> = {
  'bytebase/README.md': {
    'bytebase/bytebase: DashboardSidebar.tsx, ProjectSidebar.tsx': [
      /\*\*IAM & Admin > Workload Identities\*\*/,
      /\*\*Manage > Workload Identities\*\*/,
      /Bytebase Cloud has only the second kind/,
      /\*\*Manage > Members\*\*/,
    ],
    'bytebase/bytebase#21350, in 3.22.1 by #21408: wif.go, subject.go, jwks.go': [
      /all three are required/,
      /names an owner with a slash: `repo:octo-org@6811672\/\*`\. `repo:octo-org\*` and `repo:\*` match nothing/,
      /form presets `bytebase`/,
      /`jwksUrl` is their address; it must be HTTPS/,
    ],
    'bytebase/bytebase at 37339d7: action/command/{root,check,rollout,api}.go, action/github/github.go, and its program':
      [
        /default is `--check-release=SKIP`[^\n]*`FAIL_ON_ERROR` and `FAIL_ON_WARNING`/,
        /fails without `GITHUB_TOKEN`[^\n]*`pull-requests: write`\. Without that permission, only the comment/,
        /defaults are Bytebase's samples: the project `projects\/hr`/,
        /must not be newer than the server,\*\* nor more than two minor versions older/,
        /does not renew it\.\*\* It repeats the refused request without a pause and without an end/,
        /A stage that is not in the rollout ends the step with exit code 0/,
      ],
    'bytebase/bytebase at 37339d7: release_service.proto, enterprise/plan.yaml': [
      /`bb\.releases\.check`\. Custom roles need Bytebase's Enterprise plan/,
    ],
    'bytebase/bytebase: predefined_roles.go, auth_service.go, auth_service.proto': [
      /a user with the role \*\*Workspace Admin\*\*/,
      /\/v1\/auth\/login \| jq --raw-output \.token/,
    ],
    'bytebase/bytebase at 37339d7: wif.go, CreateWorkloadIdentitySheet.tsx, workloadIdentity.ts': [
      /before 3\.22\.1 differ\.\*\*[^\n]*empty list of audiences, which accepts a token for any audience/,
      /before 3\.22\.1 differ\.\*\*[^\n]*rewrites a pasted pattern[^\n]*each time you open it/,
    ],
  },
  'database/google-cloud-sql/README.md': {
    'GoogleCloudPlatform/cloud-sql-go-connector: tls_verify.go, refresh.go, dialer.go': [
      /`GOOGLE_MANAGED_INTERNAL_CA`[^\n]*belongs to this instance[^\n]*`sslmode=verify-ca`/,
      /`GOOGLE_MANAGED_CAS_CA`[^\n]*shared by many instances[^\n]*`sslmode=verify-full host=` the `dnsName`/,
      /calls the Cloud SQL Admin API, for which it needs Google credentials/,
    ],
    'Google, "Configure Workload Identity Federation with deployment pipelines"': [
      /`GHA_ENDPOINT_OVERRIDE_sts: https:\/\/sts\.europe-west3\.rep\.googleapis\.com\/v1`/,
    ],
  },
  'vault/README.md': {
    'actions/runner-images: Ubuntu2404-Readme.md of 2026-08-16': [
      /GitHub's own runners have `curl` and `jq`, but neither `vault` nor `bao`/,
    ],
  },
  'octo-sts/README.md': {
    'octo-sts/app#1283': [/owner's repository `\.github`, unless the server sets another one \(`ORG_POLICY_REPO`/],
    'octo-sts/app#1400': [/for GitHub Enterprise Server \(`GITHUB_BASE_URL`, since July 2026\)/],
    'octo-sts/app: octosts.go': [
      /wait for 5 minutes[^\n]*or its absence, for that long, and for up to an hour while GitHub rate-limits it/,
    ],
  },
  'docs/app-server.md': {
    'AWS Lambda Developer Guide, "Control access to Lambda function URLs"': [
      /`lambda:InvokeFunctionUrl` \*\*and\*\* `lambda:InvokeFunction`[^\n]*all of them since 1 November 2026/,
    ],
    'qoomon/actions--access-token at 43b6d2a: server/src/app.ts, and its own build': [
      /a wildcard outside a claim's value, as in `repo:octo-org\/app:\*`, never matches/,
    ],
    'qoomon/actions--access-token: server/public-host.json': [
      /public instance, `https:\/\/github-actions-access-token\.qoomon\.workers\.dev`/,
    ],
    'AWS, VPC Lattice user guide, "SIGv4 authenticated requests"': [
      /VPC Lattice does not support a signed body: it gets `UNSIGNED-PAYLOAD/,
    ],
    [CHINA]: [/\| `audience` [^\n]*`sts\.amazonaws\.com\.cn` in `cn-`/],
  },
  'database/aws-rds/README.md': {
    'AWS, "What\'s New" of January 2026': [
      /"token\.actions\.githubusercontent\.com:repository_id": "216219028"/,
      /Since January 2026, STS compares it/,
    ],
    [CHINA]: [/\| `audience` [^\n]*`sts\.amazonaws\.com\.cn` in `cn-`/],
  },
  'secret/aws-secrets-manager/README.md': {
    'AWS, "What\'s New" of January 2026': [
      /"token\.actions\.githubusercontent\.com:repository_id": "216219028"/,
      /Since January 2026, STS compares it/,
    ],
    [CHINA]: [/\| `audience` [^\n]*`sts\.amazonaws\.com\.cn` in `cn-`/],
  },
  'secret/vault/README.md': {
    'hashicorp/vault-plugin-auth-jwt: path_role.go': [
      /A write keeps what it omits\*\*, except `role_type` and `bound_claims_type`/,
    ],
    'HashiCorp support, "Parent and Child Namespace Relationship"': [
      /`engine: my-env\/secret`[^\n]*`path "my-env\/secret\/data\/team\/database"`/,
    ],
  },
  'docs/migrating.md': {
    'HashiCorp support, "Parent and Child Namespace Relationship"': [/\| `namespace`[^\n]*`engine: my-env\/secret`/],
  },
  'docs/operating.md': {
    'its own build of server/src/server.ts, run against a fake GitHub': [
      /does not start with a wrong key/,
      /six requests to GitHub: one `GET` and two `POST` as the app, three `GET` as the installation/,
      /the server answers 403 `Access policy not found`/,
      /\(401\) are written only with `LOG_LEVEL=debug`/,
    ],
    "GitHub's pages on rate limits, on the audit log and its tokens; google/go-github#3807": [
      /5,000 requests, and more for more than 20 repositories or users/,
      /`hashed_token`\. Searching for it needs GitHub Enterprise Cloud/,
      /--field sha_pinning_required=true/,
    ],
  },
  'docs/subjects.md': {
    'github/docs: content/actions/reference/security/oidc.md': [
      /\| immutable [^\n]*created, renamed or transferred since 15 July 2026/,
      /\| by name [^\n]*all repositories of GitHub Enterprise Server/,
      /The ids stay in the part that begins with `repo:`, wherever that part is/,
      /\| GHE\.com +\| `https:\/\/token\.actions\.SUBDOMAIN\.ghe\.com` +\|/,
    ],
    "GitHub's REST API: actions/oidc/customization/sub": [
      /actions\/oidc\/customization\/sub` answers with `use_immutable_subject` and `sub_claim_prefix`/,
      /Renaming an organization counts like renaming its repositories/,
    ],
    "GitHub's changelog of 2025-11-13 and 2026-03-12": [
      /\| `check_run_id` +\| [^\n]*since November 2025/,
      /\| `repo_property_NAME` +\| [^\n]*since April 2026/,
    ],
  },
  'docs/troubleshooting.md': {
    'actions/runner: StepsRunner.cs (one signal for both, and no post step of a runner that ends), StepHost.cs (docker exec)':
      [
        /cancelled, or the step ran longer than its `timeout-minutes`: the runner sends the same signal for both/,
        /container job\][^\n]*stops `docker exec`, which passes nothing on[^\n]*`timeout-seconds` limits/,
        /A runner that is itself stopped[^\n]*runs no post step at all/,
        /In a container job, the runner's `\.env` does not reach the step/,
      ],
    'actions/runner: NodeUtil.cs, HandlerFactory.cs': [
      /32-bit ARM the runner has no Node 24 and starts the step with Node 20/,
    ],
    'GitHub CLI manual: gh help environment': [/For GitHub Enterprise Server, set `GH_HOST` and `GH_ENTERPRISE_TOKEN`/],
    'GitHub\'s REST API: "Troubleshooting the REST API"': [
      /The token lacks the permission, or the step used `GITHUB_TOKEN` instead of the output/,
    ],
  },
  'docs/cookbook.md': {
    'actions/runner: StepHost.cs': [/A cancelled container job \[may leave its token alive\]/],
    'Node.js: NODE_EXTRA_CA_CERTS, NODE_USE_SYSTEM_CA': [
      /With `NODE_USE_SYSTEM_CA=1` instead, Node trusts what the operating system trusts/,
    ],
  },
  'docs/try-it.md': {
    'qoomon/actions--access-token: README.md, server/public-host.json': [
      /\]\(https:\/\/github\.com\/marketplace\/access-manager-for-github-actions\)/,
      /app-server: https:\/\/github-actions-access-token\.qoomon\.workers\.dev\n/,
    ],
  },
  'README.md': {
    'actions/runner: NodeUtil.cs': [/On Linux on 32-bit ARM the runner uses Node 20 instead, which \[works too\]/],
    'the price lists of AWS Secrets Manager and AWS Lambda; the limits of Cloudflare Workers': [
      /\$0\.40 a month[^\n]*a million requests/,
      /100,000 requests a day, with 10 ms of CPU time each/,
    ],
  },
  'database/aws-dsql/README.md': {
    'Aurora DSQL User Guide, "DDL and distributed transactions", "Troubleshooting"': [
      /one DDL statement per transaction\][^\n]*and no change of data with it/,
      /\(SNI\), which libpq sends from version 14 on/,
    ],
  },
  'docs/how-it-works.md': {
    'actions/runner: StepHost.cs, StepsRunner.cs': [
      /In a container job[^\n]*a runner that is itself stopped runs no post step/,
    ],
    'actions/runner: ProcessInvoker.cs: SIGINT, SIGTERM after 7.5 s, killed 2.5 s later': [
      /\(`SIGINT`\)[^\n]*within 5 seconds; the runner would kill it after 10/,
    ],
  },
  'docs/threat-model.md': {
    'actions/runner: ValueEncoders.cs; encoding/json of Go; shlex of Python': [
      /does not mask these: hexadecimal digits, base64url[^\n]*`\+` for a blank in forms, `\\u0026` as Go writes it/,
    ],
    'Node.js: NODE_DEBUG': [/`NODE_DEBUG` for `http`, `net`, `stream` or `tls`[^\n]*warns before it sends anything/],
    'actions/runner: StepsRunner.cs, StepHost.cs': [
      /machine that a cloud takes away and a pod that is deleted run no post step/,
    ],
  },
  'docs/retrying.md': {
    'GitHub says no status for this text': [
      /`Can't issue ID_TOKEN for job in 'Pending' state` under any 4xx, any state but `Completed`/,
    ],
  },
}

/** By page: what was thought before. */
const NEVER: Readonly<Record<string, readonly RegExp[]>> = {
  'bytebase/README.md': [/Settings > Members/, /Settings > Workload/],
  'database/google-cloud-sql/README.md': [/sslmode=require(?! checks no certificate|`)/],
  'vault/README.md': [/^ +(?:run: )?(?:vault|bao) /m],
  'docs/cookbook.md': [/Node does not read the operating system's certificates/],
  'docs/try-it.md': [/github\.com\/apps\/access-manager/],
}

describe.each(Object.entries(FACTS))('%s', (page, bySource) => {
  const { text } = readDocument(page)
  const facts = Object.entries(bySource).flatMap(([source, says]) => says.map((words) => [words, source] as const))

  test.each(facts)('says %s (%s)', (words) => {
    expect(text).toMatch(words)
  })

  test.each(NEVER[page] ?? [])('does not say %s', (words) => {
    expect(text).not.toMatch(words)
  })
})

const stores = readActions().flatMap(({ folder }) => (folder.startsWith('secret/') ? [folder] : []))

test.each(stores)('the page of %s says what is masked of a secret, and how much a step may hold', (store) => {
  const { text } = readDocument(`${store}/README.md`)
  expect(text).toContain('every number of at least six digits')
  expect(text).toContain('a line of fewer than four characters is not masked, and a notice says how many there are')
  expect(text).toContain('All values of one step may be 10 MiB together')
})
