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

const ROLE = 'role-arn: arn:aws:iam::123456789012:role/github-actions'
const APP_SERVER_ROLE =
  'app-server: {url: …, auth: {type: aws, roleArn: "arn:aws:iam::123456789012:role/github-actions"}}'
const JWT = 'auth-path: jwt'
const PROVIDER =
  'workload-identity-provider: projects/123456789012/locations/global/workloadIdentityPools/github/providers/octo-org'
const NO_LOGIN = "is not needed here: the step logs in with the job's ID token"
const NO_VARIABLE = 'is not needed here: the step sets outputs, and no environment variables'
const NO_CREDENTIALS = 'has no counterpart here: the step leaves no credentials for other steps'

/** From the `action.yml` of the actions that people come from; the versions are in docs/migrating.md. */
export const OF_OTHER_ACTIONS: readonly Foreign[] = [
  // aws-actions/configure-aws-credentials
  ...renamed('role-to-assume', ROLE),
  ...renamed('aws-region', 'region: eu-central-1'),
  ...foreign('app-server', APP_SERVER_ROLE, { 'role-to-assume': 'is auth.roleArn of app-server here' }),
  ...foreign('app-server', 'app-server: {url: …, auth: {type: aws, region: eu-central-1}}', {
    'aws-region': 'is auth.region of app-server here',
  }),
  ...foreign('role-arn', ROLE, {
    'aws-access-key-id aws-secret-access-key aws-session-token aws-profile web-identity-token-file force-skip-oidc use-existing-credentials role-chaining':
      "is not read here: the job's ID token assumes role-arn, and without role-arn the AWS credentials in the environment sign",
    'inline-session-policy managed-session-policies role-external-id role-session-name role-skip-session-tagging transitive-tag-keys custom-tags allowed-account-ids':
      "has no counterpart here: the role's own policies decide",
    'role-duration-seconds overwrite-aws-profile mask-aws-account-id output-credentials output-env-credentials unset-current-credentials translate-env-variables special-characters-workaround':
      NO_CREDENTIALS,
  }),
  ...foreign('role-arn', 'timeout-seconds: 60', {
    'disable-retry retry-max-attempts action-timeout-s':
      'is not needed here: timeout-seconds limits all attempts together',
  }),
  ...foreign('role-arn', ROLE, {
    'http-proxy no-proxy sts-endpoint':
      'is a variable here: HTTPS_PROXY, NO_PROXY or AWS_ENDPOINT_URL_STS in the environment',
  }),
  // hashicorp/vault-action
  ...renamed('jwtGithubAudience', 'audience: https://vault.example.com'),
  ...renamed('ignoreNotFound', 'allow-missing: true'),
  ...renamed('extraHeaders', 'headers: "CF-Access-Client-Id: 0123456789abcdef.access"'),
  ...foreign('auth-path', JWT, {
    method: "is not needed here: the job's ID token is the only method, and auth-path says where it is mounted",
  }),
  ...renamed('path', JWT, 'engine'),
  ...foreign('auth-path', JWT, {
    'token roleId secretId githubToken username password authPayload kubernetesTokenPath jwtPrivateKey jwtKeyPassword jwtTtl':
      NO_LOGIN,
    'exportEnv exportToken outputToken': NO_VARIABLE,
    'caCertificate tlsSkipVerify':
      'is not needed here: an authority of your own is set by NODE_EXTRA_CA_CERTS in the environment',
    'clientCertificate clientKey': 'has no counterpart here: the step presents no client certificate',
  }),
  ...foreign('engine', 'engine: secret', {
    secretEncodingType: 'has no counterpart here: decode the value where you use it',
    pki: 'is not read here: use the action vault, and its token in a later step',
  }),
  ...foreign(
    'auth-path',
    JWT,
    { 'secrets pki': 'is not read here: the step sets the output token, with which a later step reads what it needs' },
    'engine',
  ),
  // aws-actions/aws-secretsmanager-get-secrets, google-github-actions/get-secretmanager-secrets
  ...foreign('secret', 'secret: app/database', { 'secret-ids': 'is called secret here, or secrets for several' }),
  ...foreign('secret', 'key: password', {
    'parse-json-secrets name-transformation auto-select-family-attempt-timeout':
      'is not needed here: key picks one member, and secrets names each value',
  }),
  ...foreign('secret', 'secret: …', {
    export_to_environment: NO_VARIABLE,
    encoding: 'has no counterpart here: decode the value where you use it',
  }),
  ...foreign('allow-short', 'allow-short: true', {
    min_mask_length: 'is not needed here: a value of fewer than four characters is refused, unless allow-short is true',
  }),
  // google-github-actions/auth
  ...foreign('workload-identity-provider', PROVIDER, {
    credentials_json: NO_LOGIN,
    'project_id create_credentials_file export_environment_variables cleanup_credentials token_format access_token_lifetime access_token_scopes access_token_subject id_token_audience id_token_include_email delegates universe request_reason':
      NO_CREDENTIALS,
  }),
  // azure/login
  ...foreign('tenant-id', 'tenant-id: 00000000-0000-0000-0000-000000000000', {
    'creds auth-type subscription-id allow-no-subscriptions enable-AzPSSession': NO_LOGIN,
  }),
  ...renamed('environment', 'cloud: public'),
  // actions/create-github-app-token and its forerunners, and octo-sts/action
  ...foreign('permissions', 'permissions: contents: read', { 'permission-*': 'is one line of permissions here' }),
  ...foreign('app-server', 'app-server: https://app-server.example.com', {
    'app-id app_id application_id client-id private-key private_key application_private_key':
      'is not needed here: the app server holds the key of the GitHub App',
  }),
  ...foreign('app-server', 'owner: octo-org', {
    'organization installation_retrieval_payload installation_retrieval_mode':
      'is called owner here, with repositories',
    enterprise: 'has no counterpart here: a token is for repositories of one owner',
  }),
  ...foreign('app-server', 'repositories: my-repository, another', { repos: 'is called repositories here' }),
  ...foreign('app-server', 'repository: octo-org/target', { scope: 'is called repository here' }),
  ...foreign('app-server', 'permissions: contents: read', {
    'identity domain': 'is not needed here: permissions says what the token may do, and app-server who gives it',
  }),
  ...renamed('github_api_base_url', 'github-api-url: https://api.github.com'),
  ...foreign('skip-token-revoke', 'skip-token-revoke: true', {
    'revoke revoke_token': 'is skip-token-revoke here, which means the opposite',
  }),
]

/**
 * @param here the input that takes their place
 * @param inputs what they are here, by their names with blanks between them
 */
function foreign(here: string, example: string, inputs: Readonly<Record<string, string>>, unless?: string): Foreign[] {
  return Object.entries(inputs).flatMap(([names, is]) =>
    names.split(' ').map((name) => ({ name, here, is, example, ...(unless !== undefined && { unless }) })),
  )
}

function renamed(name: string, example: string, unless?: string): Foreign[] {
  const [here = ''] = example.split(':')
  return foreign(here, example, { [name]: `is called ${here} here` }, unless)
}

/**
 * Records inputs that are given under the names of other actions, or with `_` in place of `-`: the runner passes them on with
 * no more than a warning, and they would have no effect.
 *
 * @param environment the runner sets `INPUT_…` for every input that the action declares, and every other that is given
 */
export function reportOtherActions(inputs: Inputs, environment: Readonly<Record<string, string | undefined>>): void {
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
