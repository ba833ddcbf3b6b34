import type { Inputs } from './inputs.ts'

/** An input of another action that this one does not have. */
interface Foreign {
  /** As the other action calls it; a `*` at its end stands for more. */
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

/** From the `action.yml` of the actions that people come from. */
export const OF_OTHER_ACTIONS: readonly Foreign[] = [
  // aws-actions/configure-aws-credentials
  renamed('role-to-assume', 'role-arn', ROLE),
  renamed('aws-region', 'region', 'eu-central-1'),
  {
    name: 'role-to-assume',
    here: 'app-server',
    is: 'is auth.roleArn of app-server here',
    example: `app-server: {url: …, auth: {type: aws, roleArn: "${ROLE}"}}`,
  },
  {
    name: 'aws-region',
    here: 'app-server',
    is: 'is auth.region of app-server here',
    example: 'app-server: {url: …, auth: {type: aws, region: eu-central-1}}',
  },
  // google-github-actions/auth
  renamed(
    'workload_identity_provider',
    'workload-identity-provider',
    'projects/123456789/locations/global/workloadIdentityPools/github/providers/github',
  ),
  renamed('service_account', 'service-account', 'deploy@my-project.iam.gserviceaccount.com'),
  // hashicorp/vault-action
  renamed('jwtGithubAudience', 'audience', 'https://vault.example.com'),
  {
    name: 'method',
    here: 'auth-path',
    is: "is not needed here: the job's ID token is the only method, and auth-path says where it is mounted",
    example: 'auth-path: jwt',
  },
  { ...renamed('path', 'auth-path', 'jwt'), unless: 'engine' },
  // aws-actions/aws-secretsmanager-get-secrets
  {
    name: 'secret-ids',
    here: 'secret',
    is: 'is called secret here, or secrets for several',
    example: 'secret: app/database',
  },
  // actions/create-github-app-token and its forerunners
  {
    name: 'permission-*',
    here: 'permissions',
    is: 'is one line of permissions here',
    example: 'permissions: contents: read',
  },
  ...['app-id', 'app_id', 'client-id', 'private-key', 'private_key'].map((name) => ({
    name,
    here: 'app-server',
    is: 'is not needed here: the app server holds the key of the GitHub App',
    example: 'app-server: https://app-server.example.com',
  })),
]

function renamed(name: string, here: string, example: string): Foreign {
  return { name, here, is: `is called ${here} here`, example: `${here}: ${example}` }
}

/**
 * Records inputs that are given under the names of other actions: the runner passes them on with no more than a warning,
 * and they would have no effect.
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
}

function variable(name: string): string {
  return `INPUT_${name.toUpperCase()}`
}

function namesThatBegin(variables: ReadonlySet<string>, start: string): string[] {
  return [...variables]
    .filter((name) => /^INPUT_[A-Z_-]{1,100}$/.test(name) && name.startsWith(variable(start)))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
}
