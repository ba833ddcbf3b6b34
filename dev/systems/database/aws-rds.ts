import { trust, trustAsIn } from '../../documents/trust.ts'
import { createAwsAccount, ROLE_ARN, USER_ARN, type AwsAccount } from '../../fakes/aws-account.ts'
import { createRdsDatabase, type RdsDatabase } from '../../fakes/aws-rds.ts'
import type { Setup, System } from '../system.ts'

export const HOST = 'app.cluster-abc123.eu-central-1.rds.amazonaws.com'
export const USERNAME = 'app_migrations'

/** Who may only read, in the cookbook. */
const READER = {
  host: 'app.cluster-ro-abc123.eu-central-1.rds.amazonaws.com',
  username: 'app_readonly',
  role: 'arn:aws:iam::123456789012:role/github-actions-read',
}

export interface AwsRdsSettings {
  readonly host?: string
  readonly port?: number
  readonly region?: string
  readonly username?: string
  /** What the account lists as audience of ID tokens; `sts.amazonaws.com` unless given. */
  readonly audience?: string
}

export interface AwsRdsSetup extends Setup {
  readonly account: AwsAccount
  readonly database: RdsDatabase
  /** Of the database; may be changed. */
  readonly endpoint: { host: string; port: number }
  /** Of the database; the first is whom the credential is for; may be changed. */
  readonly users: string[]
  /** Users by the ARN of a role or an IAM user that may connect as them; may be changed. */
  readonly connect: Record<string, readonly string[]>
}

/** A database that takes IAM tokens, and the STS of the account. Only STS is asked: the token is computed. */
export function awsRdsSystem(settings: AwsRdsSettings = {}): System<AwsRdsSetup> {
  const { host = HOST, port = 5432, region = 'eu-central-1', username = USERNAME } = settings
  const { audience = region.startsWith('cn-') ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com' } = settings
  return {
    action: 'database/aws-rds',
    variants: ['default'],
    hosts: { sts: 'sts.eu-central-1.amazonaws.com' },
    example: ({ port, username: asked }, identity) => ({
      prepare({ account, endpoint, connect, users }) {
        endpoint.port = Number(port)
        trustAsIn('database/aws-rds/README.md', account, identity)
        if (asked !== READER.username) return
        endpoint.host = READER.host
        const { subjects, ...role } = account.roles[ROLE_ARN]!
        const reports = subjects.map((subject) => subject.replace(/:environment:production$/, ':environment:reports'))
        account.roles[READER.role] = { ...role, subjects: reports }
        connect[READER.role] = [READER.username]
        users.unshift(READER.username)
      },
    }),
    setUp({ issuer, identity, now, issue, url }) {
      const account = createAwsAccount({ verify: issuer.verify, now, issue, identity, audience })
      const connect: Record<string, readonly string[]> = { [ROLE_ARN]: [username], [USER_ARN]: [username] }
      const endpoint = { host, port }
      const users = [username]
      const database = createRdsDatabase({
        now,
        region,
        endpoint,
        credentials: account.credentials,
        mayConnect: (keys, user) => connect[account.principal(keys)]?.includes(user) === true,
        users,
      })
      return {
        handlers: { sts: account.sts.handler },
        exchangeRole: 'sts',
        credential: 'token',
        inputs: () => ({ host, port: String(port), username, 'role-arn': ROLE_ARN }),
        environment: () => ({ AWS_ENDPOINT_URL_STS: url('sts') }),
        deny() {
          account.roles[ROLE_ARN] = { subjects: [`repo:${identity.owner}/another:*`] }
        },
        mend([pasted]) {
          trust(account, pasted!.text)
        },
        accepts: (token) => Promise.resolve(database.login(users[0]!, token) === undefined),
        account,
        database,
        endpoint,
        connect,
        users,
      }
    },
  }
}

export const system = awsRdsSystem()
