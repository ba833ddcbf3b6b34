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
  ...foreign(
    'role-to-assume',
    'app-server',
    'is auth.roleArn of app-server here',
    'app-server: {url: …, auth: {type: aws, roleArn: "arn:aws:iam::123456789012:role/github-actions"}}',
  ),
  ...foreign(
    'aws-region',
    'app-server',
    'is auth.region of app-server here',
    'app-server: {url: …, auth: {type: aws, region: eu-central-1}}',
  ),
  ...foreign(
    'aws-access-key-id aws-secret-access-key aws-session-token aws-profile web-identity-token-file force-skip-oidc use-existing-credentials role-chaining',
    'role-arn',
    "is not read here: the job's ID token assumes role-arn, and without role-arn the AWS credentials in the environment sign",
    ROLE,
  ),
  ...foreign(
    'inline-session-policy managed-session-policies role-external-id role-session-name role-skip-session-tagging transitive-tag-keys custom-tags allowed-account-ids',
    'role-arn',
    "has no counterpart here: the role's own policies decide",
    ROLE,
  ),
  ...foreign(
    'role-duration-seconds overwrite-aws-profile mask-aws-account-id output-credentials output-env-credentials unset-current-credentials translate-env-variables special-characters-workaround',
    'role-arn',
    NO_CREDENTIALS,
    ROLE,
  ),
  ...foreign(
    'disable-retry retry-max-attempts action-timeout-s',
    'role-arn',
    'is not needed here: timeout-seconds limits all attempts together',
    'timeout-seconds: 60',
  ),
  ...foreign(
    'http-proxy no-proxy sts-endpoint',
    'role-arn',
    'is a variable here: HTTPS_PROXY, NO_PROXY or AWS_ENDPOINT_URL_STS in the environment',
    ROLE,
  ),
  // hashicorp/vault-action
  ...renamed('jwtGithubAudience', 'audience: https://vault.example.com'),
  ...renamed('ignoreNotFound', 'allow-missing: true'),
  ...renamed('extraHeaders', 'headers: "CF-Access-Client-Id: 0123456789abcdef.access"'),
  ...foreign(
    'method',
    'auth-path',
    "is not needed here: the job's ID token is the only method, and auth-path says where it is mounted",
    'auth-path: jwt',
  ),
  ...renamed('path', 'auth-path: jwt', 'engine'),
  ...foreign(
    'token roleId secretId githubToken username password authPayload kubernetesTokenPath jwtPrivateKey jwtKeyPassword jwtTtl',
    'auth-path',
    NO_LOGIN,
    'auth-path: jwt',
  ),
  ...foreign('exportEnv exportToken outputToken', 'auth-path', NO_VARIABLE, 'auth-path: jwt'),
  ...foreign(
    'caCertificate tlsSkipVerify',
    'auth-path',
    'is not needed here: an authority of your own is set by NODE_EXTRA_CA_CERTS in the environment',
    'auth-path: jwt',
  ),
  ...foreign(
    'clientCertificate clientKey',
    'auth-path',
    'has no counterpart here: the step presents no client certificate',
    'auth-path: jwt',
  ),
  ...foreign(
    'secretEncodingType',
    'engine',
    'has no counterpart here: decode the value where you use it',
    'engine: secret',
  ),
  ...foreign(
    'secrets pki',
    'auth-path',
    'is not read here: the step sets the output token, with which a later step reads what it needs',
    'auth-path: jwt',
    'engine',
  ),
  ...foreign(
    'pki',
    'engine',
    'is not read here: use the action vault, and its token in a later step',
    'engine: secret',
  ),
  // aws-actions/aws-secretsmanager-get-secrets, google-github-actions/get-secretmanager-secrets
  ...foreign('secret-ids', 'secret', 'is called secret here, or secrets for several', 'secret: app/database'),
  ...foreign(
    'parse-json-secrets name-transformation auto-select-family-attempt-timeout',
    'secret',
    'is not needed here: key picks one member, and secrets names each value',
    'key: password',
  ),
  ...foreign('export_to_environment', 'secret', NO_VARIABLE, 'secret: …'),
  ...foreign('encoding', 'secret', 'has no counterpart here: decode the value where you use it', 'secret: …'),
  ...foreign(
    'min_mask_length',
    'allow-short',
    'is not needed here: a value of fewer than four characters is refused, unless allow-short is true',
    'allow-short: true',
  ),
  // google-github-actions/auth
  ...foreign('credentials_json', 'workload-identity-provider', NO_LOGIN, PROVIDER),
  ...foreign(
    'project_id create_credentials_file export_environment_variables cleanup_credentials token_format access_token_lifetime access_token_scopes access_token_subject id_token_audience id_token_include_email delegates universe request_reason',
    'workload-identity-provider',
    NO_CREDENTIALS,
    PROVIDER,
  ),
  // azure/login
  ...foreign(
    'creds auth-type subscription-id allow-no-subscriptions enable-AzPSSession',
    'tenant-id',
    NO_LOGIN,
    'tenant-id: 00000000-0000-0000-0000-000000000000',
  ),
  ...renamed('environment', 'cloud: public'),
  // actions/create-github-app-token and its forerunners, and octo-sts/action
  ...foreign('permission-*', 'permissions', 'is one line of permissions here', 'permissions: contents: read'),
  ...foreign(
    'app-id app_id application_id client-id private-key private_key application_private_key',
    'app-server',
    'is not needed here: the app server holds the key of the GitHub App',
    'app-server: https://app-server.example.com',
  ),
  ...foreign(
    'organization installation_retrieval_payload installation_retrieval_mode',
    'app-server',
    'is called owner here, with repositories',
    'owner: octo-org',
  ),
  ...foreign(
    'enterprise',
    'app-server',
    'has no counterpart here: a token is for repositories of one owner',
    'owner: octo-org',
  ),
  ...foreign('repos', 'app-server', 'is called repositories here', 'repositories: my-repository, another'),
  ...foreign('scope', 'app-server', 'is called repository here', 'repository: octo-org/target'),
  ...foreign(
    'identity domain',
    'app-server',
    'is not needed here: permissions says what the token may do, and app-server who gives it',
    'permissions: contents: read',
  ),
  ...renamed('github_api_base_url', 'github-api-url: https://api.github.com'),
  ...foreign(
    'revoke revoke_token',
    'skip-token-revoke',
    'is skip-token-revoke here, which means the opposite',
    'skip-token-revoke: true',
  ),
]

/** @param names separated by blanks */
function foreign(names: string, here: string, is: string, example: string, unless?: string): Foreign[] {
  return names.split(' ').map((name) => ({ name, here, is, example, ...(unless !== undefined && { unless }) }))
}

function renamed(name: string, example: string, unless?: string): Foreign[] {
  const [here = ''] = example.split(':')
  return foreign(name, here, `is called ${here} here`, example, unless)
}
