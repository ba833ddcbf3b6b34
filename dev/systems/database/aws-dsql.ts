import { trust, trustAsIn } from '../../documents/trust.ts'
import { createAwsAccount, ROLE_ARN, USER_ARN, type AwsAccount } from '../../fakes/aws-account.ts'
import { createDsqlCluster, type DsqlCluster } from '../../fakes/aws-dsql.ts'
import type { Setup, System } from '../system.ts'

export const HOST = 'abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws'
export const USERNAME = 'app_migrations'

export interface AwsDsqlSettings {
  readonly host?: string
  readonly region?: string
  readonly username?: string
}

export interface AwsDsqlSetup extends Setup {
  readonly account: AwsAccount
  readonly cluster: DsqlCluster
  /** Of the cluster; may be changed. */
  readonly endpoint: { host: string }
  /** IAM actions by who may do them; may be changed. */
  readonly actions: Record<string, readonly string[]>
  /** Database roles by whom they are granted to; may be changed. */
  readonly grants: Record<string, readonly string[]>
}

/** A cluster of Aurora DSQL, and the STS of the account. Only STS is asked: the token is computed. */
export function awsDsqlSystem(settings: AwsDsqlSettings = {}): System<AwsDsqlSetup> {
  const { host = HOST, region = 'eu-west-1', username = USERNAME } = settings
  return {
    action: 'database/aws-dsql',
    variants: ['default'],
    hosts: { sts: 'sts.eu-west-1.amazonaws.com' },
    example: ({ host: asked = HOST }, identity) => ({
      prepare({ account, endpoint }) {
        endpoint.host = asked
        trustAsIn('database/aws-dsql/README.md', account, identity)
      },
    }),
    setUp({ issuer, identity, now, issue, url }) {
      const account = createAwsAccount({ verify: issuer.verify, now, issue, identity })
      const action = username === 'admin' ? 'DbConnectAdmin' : 'DbConnect'
      const actions: Record<string, readonly string[]> = { [ROLE_ARN]: [action], [USER_ARN]: [action] }
      const grants: Record<string, readonly string[]> = { [ROLE_ARN]: [username], [USER_ARN]: [username] }
      const endpoint = { host }
      const cluster = createDsqlCluster({
        now,
        region,
        endpoint,
        credentials: account.credentials,
        mayConnect: (keys, asked) => actions[account.principal(keys)]?.includes(asked) === true,
        isGranted: (keys, role) => grants[account.principal(keys)]?.includes(role) === true,
      })
      return {
        handlers: { sts: account.sts.handler },
        exchangeRole: 'sts',
        credential: 'token',
        inputs: () => ({ host, username, 'role-arn': ROLE_ARN }),
        environment: () => ({ AWS_ENDPOINT_URL_STS: url('sts') }),
        deny() {
          account.roles[ROLE_ARN] = { subjects: [`repo:${identity.owner}/another:*`] }
        },
        mend([pasted]) {
          trust(account, pasted!.text)
        },
        accepts: (token) => Promise.resolve(cluster.login(username, token) === undefined),
        account,
        cluster,
        endpoint,
        actions,
        grants,
      }
    },
  }
}

export const system = awsDsqlSystem()
