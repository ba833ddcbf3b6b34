import { strict as assert } from 'node:assert'
import { createAppServer, type AppServerOptions } from '../fakes/app-server.ts'
import { createAwsAccount, ROLE_ARN, type AwsAccount } from '../fakes/aws-account.ts'
import type { Repositories } from '../fakes/app-server-policies.ts'
import { createGitHub, type GitHub } from '../fakes/github.ts'
import type { Identity } from '../fakes/identity.ts'
import { pasteFiles } from '../suggestions.ts'
import type { Setup, System } from './system.ts'

const REGION = 'eu-central-1'

export interface AppServerSettings {
  /** Path of the app server, as of an API gateway's stage: `/stage`. */
  readonly prefix?: string
  /** Path of the GitHub API: `/api/v3` on GitHub Enterprise Server. */
  readonly apiPath?: string
  /** The AWS service in front of the app server in the variant `aws`. */
  readonly service?: 'lambda' | 'execute-api' | 'vpc-lattice-svcs'
  /** What the AWS account lists as audience of ID tokens, and `app-server` gives. */
  readonly audience?: string
  /** Policy files; without them the caller may read contents of its own repository and of `target`. */
  readonly repositories?: Repositories
}

export interface AppServerSetup extends Setup, Pick<AppServerOptions, 'repositories'> {
  readonly installations: string[]
  readonly github: GitHub
  readonly account: AwsAccount
}

/** Hosts of app servers in the pages; the last is the public instance of the open server. */
const HOSTS = [
  'app-server.example.com',
  'abc123.lambda-url.eu-central-1.on.aws',
  'github-actions-access-token.qoomon.workers.dev',
]
/** An organization of the pages that lets jobs of the workflow's owner in. */
const OTHER_OWNER = 'octo-labs'
const SEED_ROLE = 'arn:aws:iam::123456789012:role/github-actions-access-token-api-access'
/** The role that the open server's stack makes for its callers. */
const OPEN_SERVER_ROLE = 'arn:aws:iam::123456789012:role/GitHubActionsAccessTokens-HttpApiAccess'

/** Policies under which any job of the caller's owner may ask `permissions` of repositories of an owner, its own unless given. */
export function policiesFor(
  identity: Identity,
  names: readonly string[],
  permissions: string,
  owner = identity.owner,
): Repositories {
  const origin = (repository: string): string => `origin: ${owner}/${repository}\n`
  const subjects = `subjects: ['repo:${identity.owner}/*:**', 'repo:${identity.owner}@*/*:**']`
  const statement = `statements:\n  - ${subjects}\n    permissions: {${permissions}}\n`
  return {
    [`${owner}/.github-access-token`]: {
      'access-token.yaml': `${origin('.github-access-token')}allowed-${subjects}\nallowed-repository-permissions: {${permissions}}\n`,
    },
    ...Object.fromEntries(
      names.map((name) => [`${owner}/${name}`, { '.github/access-token.yaml': `${origin(name)}${statement}` }]),
    ),
  }
}

/** The system of the root action: an app server, alone (`bearer`) or behind AWS IAM (`aws`), and GitHub's API. */
export function appServerSystem(settings: AppServerSettings = {}): System<AppServerSetup> {
  const { prefix = '', apiPath = '', service = 'lambda', audience } = settings
  return {
    action: '.',
    variants: ['bearer', 'aws'],
    hosts: { sts: `sts.${REGION}.amazonaws.com` },
    example({ 'app-server': given = '' }, identity) {
      const { host } = new URL(/https:\/\/\S+/.exec(given)?.[0] ?? '')
      assert(HOSTS.includes(host), `${host} is no app server of the pages`)
      const scopes = ['actions', 'administration', 'contents', 'pull-requests', 'secrets']
      const permissions = scopes.map((scope) => `${scope}: write`).join(', ')
      return {
        variant: /^auth:/m.test(given) ? 'aws' : 'bearer',
        hosts: { 'app-server': host },
        prepare({ installations, repositories, account }) {
          installations.push(OTHER_OWNER)
          Object.assign(
            repositories,
            policiesFor(identity, [identity.repository, 'target', 'website', 'library'], permissions),
            policiesFor(identity, ['target'], permissions, OTHER_OWNER),
          )
          for (const arn of [SEED_ROLE, OPEN_SERVER_ROLE]) account.roles[arn] = account.roles[ROLE_ARN]!
        },
      }
    },
    setUp(foundations, variant) {
      const { identity, url } = foundations
      const aws = variant === 'aws'
      const repositories = structuredClone(
        settings.repositories ??
          policiesFor(
            identity,
            [identity.repository, 'target'],
            'contents: write, pull-requests: write, secrets: write',
          ),
      )
      const installations = [identity.owner]
      const github = createGitHub({ ...foundations, basePath: apiPath })
      const account = createAwsAccount({ ...foundations, ...(audience !== undefined && { audience }) })
      const { handler } = createAppServer({
        ...foundations,
        github,
        audiences: () => [new URL(url('app-server')).hostname],
        installations,
        repositories,
        prefix,
        ...(aws && { aws: { service, region: REGION, credentials: account.credentials } }),
      })
      return {
        handlers: { 'app-server': handler, github: github.handler, ...(aws && { sts: account.sts.handler }) },
        exchangeRole: 'app-server',
        credential: 'token',
        inputs() {
          const address = `${url('app-server')}${prefix}`
          const auth = `auth:\n  type: aws\n  roleArn: ${ROLE_ARN}\n  region: ${REGION}\n  service: ${service}\n${audience === undefined ? '' : `  audience: ${audience}\n`}`
          return {
            'app-server': aws ? `url: ${address}\n${auth}` : address,
            permissions: 'contents: read',
            ...(apiPath === '' ? {} : { 'github-api-url': `${url('github')}${apiPath}` }),
          }
        },
        environment: () => (aws ? { AWS_ENDPOINT_URL_STS: url('sts') } : {}),
        deny() {
          for (const files of Object.values(repositories)) {
            for (const path of Object.keys(files)) {
              files[path] = files[path]!.replace(/statements:[\s\S]*/, 'statements: []\n')
            }
          }
        },
        mend(suggestions) {
          pasteFiles(repositories, suggestions)
        },
        accepts: github.alive,
        alive: github.living,
        saysEnded: { github: [204, 401] },
        github,
        account,
        installations,
        repositories,
      }
    },
  }
}

export const system = appServerSystem()
