import type { Inputs } from './inputs.ts'

/** An input of another action that this one does not have. */
interface Foreign {
  /** As the other action calls it; a `*` at its end matches any rest. */
  readonly name: string
  /** The input here that takes its place: nothing is said by an action without it. */
  readonly here: string
  /** An input that only actions have where the name means something else. */
  readonly unless?: string
  /** What it is here, to follow its name in a sentence, and a form that works. */
  readonly is: string
  readonly example: string
}

const ROLE = 'arn:aws:iam::123456789012:role/github-actions'
const APP_SERVER = 'app-server: https://app-server.example.com'
const NO_KEY = 'is not needed here: the app server holds the key of the GitHub App'
const NO_LOGIN = "is not needed here: the step logs in with the job's ID token"
const NO_VARIABLE = 'is not needed here: the step sets outputs, and no environment variables'

/** From the `action.yml` of the actions that people come from; the versions are in docs/migrating.md. */
export const OF_OTHER_ACTIONS: readonly Foreign[] = [
  // aws-actions/configure-aws-credentials
  renamed('role-to-assume', 'role-arn', ROLE),
  renamed('aws-region', 'region', 'eu-central-1'),
  foreign(
    'role-to-assume',
    'app-server',
    'is auth.roleArn of app-server here',
    `app-server: {url: …, auth: {type: aws, roleArn: "${ROLE}"}}`,
  ),
  foreign(
    'aws-region',
    'app-server',
    'is auth.region of app-server here',
    'app-server: {url: …, auth: {type: aws, region: eu-central-1}}',
  ),
  foreign(
    'role-duration-seconds',
    'role-arn',
    'is not needed here: the role is assumed for 15 minutes',
    `role-arn: ${ROLE}`,
  ),
  // hashicorp/vault-action
  renamed('jwtGithubAudience', 'audience', 'https://vault.example.com'),
  renamed('extraHeaders', 'headers', 'CF-Access-Client-Id: 0123456789abcdef.access'),
  renamed('ignoreNotFound', 'allow-missing', 'true'),
  foreign(
    'method',
    'auth-path',
    "is not needed here: the job's ID token is the only method, and auth-path says where it is mounted",
    'auth-path: jwt',
  ),
  { ...renamed('path', 'auth-path', 'jwt'), unless: 'engine' },
  ...['token', 'roleId', 'secretId', 'githubToken'].map((name) =>
    foreign(name, 'auth-path', NO_LOGIN, 'auth-path: jwt'),
  ),
  ...['exportEnv', 'exportToken', 'outputToken'].map((name) =>
    foreign(name, 'auth-path', NO_VARIABLE, 'auth-path: jwt'),
  ),
  ...['caCertificate', 'tlsSkipVerify'].map((name) =>
    foreign(
      name,
      'auth-path',
      'is not needed here: an authority of your own is set by NODE_EXTRA_CA_CERTS in the environment',
      'auth-path: jwt',
    ),
  ),
  // aws-actions/aws-secretsmanager-get-secrets
  foreign('secret-ids', 'secret', 'is called secret here, or secrets for several', 'secret: app/database'),
  foreign('parse-json-secrets', 'secret', 'is not needed here: key picks one member', 'key: password'),
  // actions/create-github-app-token and its forerunners, and octo-sts/action
  foreign('permission-*', 'permissions', 'is one line of permissions here', 'permissions: contents: read'),
  ...[
    'app-id',
    'app_id',
    'application_id',
    'client-id',
    'private-key',
    'private_key',
    'application_private_key',
  ].map((name) => foreign(name, 'app-server', NO_KEY, APP_SERVER)),
  ...['organization', 'installation_retrieval_payload', 'installation_retrieval_mode'].map((name) =>
    foreign(name, 'app-server', 'is called owner here, with repositories', 'owner: octo-org'),
  ),
  foreign(
    'enterprise',
    'app-server',
    'has no counterpart here: a token is for repositories of one owner',
    'owner: octo-org',
  ),
  foreign('repos', 'app-server', 'is called repositories here', 'repositories: my-repository, another'),
  foreign('scope', 'app-server', 'is called repository here', 'repository: octo-org/target'),
  foreign(
    'identity',
    'app-server',
    'is not needed here: permissions says what the token may do',
    'permissions: contents: read',
  ),
  renamed('github_api_base_url', 'github-api-url', 'https://api.github.com'),
  ...['revoke', 'revoke_token'].map((name) =>
    foreign(
      name,
      'skip-token-revoke',
      'is skip-token-revoke here, which means the opposite',
      'skip-token-revoke: true',
    ),
  ),
]

function foreign(name: string, here: string, is: string, example: string): Foreign {
  return { name, here, is, example }
}

function renamed(name: string, here: string, example: string): Foreign {
  return { name, here, is: `is called ${here} here`, example: `${here}: ${example}` }
}

/**
 * Records inputs that are given under the names of other actions, or with `_` in place of `-`: the runner passes them on with
 * no more than a warning, and they would have no effect.
 *
 * @param environment the runner sets `INPUT_…` for every input that the action declares, and every other that is given
 */
export function reportOtherActions(
  inputs: Inputs,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const variables = new Set(Object.keys(environment))
  const isGiven = (name: string): boolean =>
    variables.has(variable(name)) && (environment[variable(name)] ?? '').trim() !== ''
  for (const { name, here, unless, is, example } of OF_OTHER_ACTIONS) {
    if (!variables.has(variable(here))) continue
    if (unless !== undefined && variables.has(variable(unless))) continue
    const names = name.endsWith('*') ? namesThatBegin(variables, name.slice(0, -1)) : [name]
    for (const each of names.filter(isGiven)) inputs.problem(each, is, example)
  }
  for (const name of namesThatBegin(variables, '').filter(isGiven)) {
    const dashed = name.replaceAll('_', '-')
    if (dashed === name || !variables.has(variable(dashed))) continue
    inputs.problem(name, `is called ${dashed} here`, `${dashed}: …`)
  }
}

function variable(name: string): string {
  return `INPUT_${name.toUpperCase()}`
}

function namesThatBegin(variables: ReadonlySet<string>, start: string): string[] {
  return [...variables]
    .filter((name) => /^INPUT_[A-Z_-]{1,100}$/.test(name) && name.startsWith(variable(start)))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
}
