import { trustAsIn } from '../../documents/trust.ts'
import { ROLE_ARN, USER_ARN, type AwsAccount } from '../../fakes/aws-account.ts'
import { createDsqlCluster, type AwsDatabase, type DsqlClusterOptions } from '../../fakes/aws-database.ts'
import type { Setup, System } from '../system.ts'
import { databaseOf } from './aws-rds.ts'

export const HOST = 'abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws'
export const USERNAME = 'app_migrations'

export interface AwsDsqlSettings {
  readonly host?: string
  readonly region?: string
  readonly username?: string
}

export interface AwsDsqlSetup extends Setup, Pick<DsqlClusterOptions, 'endpoint' | 'actions' | 'grants'> {
  readonly account: AwsAccount
  readonly cluster: AwsDatabase
}

/** A cluster of Aurora DSQL, and the STS of the account. */
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
    setUp(foundations) {
      const setup = databaseOf(foundations, 'sts.amazonaws.com')
      const action = username === 'admin' ? 'DbConnectAdmin' : 'DbConnect'
      const changeable = {
        endpoint: { host },
        actions: { [ROLE_ARN]: [action], [USER_ARN]: [action] },
        grants: { [ROLE_ARN]: [username], [USER_ARN]: [username] },
      }
      const cluster = createDsqlCluster({ ...foundations, ...setup, ...changeable, region })
      return {
        ...setup,
        ...changeable,
        inputs: () => ({ host, username, 'role-arn': ROLE_ARN }),
        accepts: (token) => cluster.login(username, token) === undefined,
        cluster,
      }
    },
  }
}

export const system = awsDsqlSystem()
