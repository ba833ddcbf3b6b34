import { createAppServer, type AppServer, type AppServerOptions } from '../fakes/app-server.ts'
import { ROLE_ARN } from '../fakes/aws-account.ts'
import { OWNER_SCOPES, type Repositories } from '../fakes/app-server-policies.ts'
import { createGitHub, type GitHub } from '../fakes/github.ts'
import { fullName, type Identity } from '../fakes/identity.ts'
import { createSts, type Role, type Sts } from '../fakes/sts.ts'
import type { Setup, System } from './system.ts'

const REGION = 'eu-central-1'

export interface AppServerSettings {
  /** Path of the app server, as of an API gateway's stage: `/stage`. */
  readonly prefix?: string
  /** Path of the GitHub API: `/api/v3` on GitHub Enterprise Server. */
  readonly apiPath?: string
  /** Service behind which the app server stands in the variant `aws`. */
  readonly service?: 'lambda' | 'execute-api' | 'vpc-lattice-svcs'
  /** What the AWS account lists as audience of ID tokens, and `app-server` gives. */
  readonly audience?: string
  /** Where the app is installed, beside the caller's owner. */
  readonly otherOwners?: readonly string[]
  /** Policy files; without them the caller may read contents of its own repository and of `target`. */
  readonly repositories?: Repositories
  readonly regrant?: AppServerOptions['regrant']
}

export interface AppServerSetup extends Setup {
  readonly github: GitHub
  readonly appServer: AppServer
  readonly sts: Sts
  /** By ARN; may be changed. */
  readonly roles: Record<string, Role>
  /** Policy files by repository; may be changed. */
  readonly repositories: Repositories
}

const EVERY_PERMISSION = Object.fromEntries(
  Object.entries(OWNER_SCOPES).map(([scope, levels]) => [scope, levels.at(-1)!]),
)

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
      names.map((name) => [
        `${owner}/${name}`,
        { '.github/access-token.yaml': `${origin(name)}${statement}` },
      ]),
    ),
  }
}

/** The system of the root action: an app server, alone (`bearer`) or behind AWS IAM (`aws`), and GitHub's API. */
export function appServerSystem(settings: AppServerSettings = {}): System<AppServerSetup> {
  const { prefix = '', apiPath = '', service = 'lambda', audience, otherOwners = [] } = settings
  return {
    action: '.',
    variants: ['bearer', 'aws'],
    setUp({ issuer, identity, now, issue, url }, variant) {
      const aws = variant === 'aws'
      const repositories = structuredClone(
        settings.repositories ??
          policiesFor(
            identity,
            [identity.repository, 'target'],
            'contents: write, pull-requests: write, secrets: write',
          ),
      )
      const roles: Record<string, Role> = {
        [ROLE_ARN]: {
          subjects: [`repo:${fullName(identity)}:*`, `repo:${identity.owner}@*/${identity.repository}@*:*`],
          ...(audience !== undefined && { audience }),
        },
      }
      const github = createGitHub({ now, issue, basePath: apiPath })
      const sts = createSts({
        verify: issuer.verify,
        now,
        issue,
        roles,
        ...(audience !== undefined && { audiences: [audience] }),
      })
      const appServer = createAppServer({
        verify: issuer.verify,
        now,
        github,
        audiences: () => [new URL(url('app-server')).hostname],
        installations: Object.fromEntries(
          [identity.owner, ...otherOwners].map((owner) => [owner, { permissions: EVERY_PERMISSION }]),
        ),
        repositories,
        prefix,
        ...(aws ? { aws: { service, region: REGION, credentials: (id) => sts.credentials(id) } } : {}),
        ...(settings.regrant === undefined ? {} : { regrant: settings.regrant }),
      })
      return {
        handlers: {
          'app-server': appServer.handler,
          github: github.handler,
          ...(aws ? { sts: sts.handler } : {}),
        },
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
        accepts: (token) => github.alive(token),
        alive: github.living,
        github,
        appServer,
        sts,
        roles,
        repositories,
      }
    },
  }
}

export const system = appServerSystem()
