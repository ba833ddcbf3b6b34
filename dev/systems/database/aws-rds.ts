import { trust, trustAsIn } from '../../documents/trust.ts'
import { createAwsAccount, ROLE_ARN, USER_ARN, type AwsAccount } from '../../fakes/aws-account.ts'
import { createRdsDatabase, type AwsDatabase, type RdsDatabaseOptions } from '../../fakes/aws-database.ts'
import type { Foundations, Setup, System } from '../system.ts'

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

export interface AwsRdsSetup extends Setup, Pick<RdsDatabaseOptions, 'endpoint' | 'connect'> {
  readonly account: AwsAccount
  readonly database: AwsDatabase
  /** Of the database; the first is whom the credential is for; may be changed. */
  readonly users: string[]
}

/** What is the same for every database of AWS. Only STS is asked: the token is computed. */
export function databaseOf(
  foundations: Foundations,
  audience: string,
): Omit<Setup, 'inputs' | 'accepts'> & { readonly account: AwsAccount } {
  const account = createAwsAccount({ ...foundations, audience })
  return {
    handlers: { sts: account.sts.handler },
    exchangeRole: 'sts',
    credential: 'token',
    environment: () => ({ AWS_ENDPOINT_URL_STS: foundations.url('sts') }),
    deny() {
      account.roles[ROLE_ARN] = { subjects: [`repo:${foundations.identity.owner}/another:*`] }
    },
    mend([pasted]) {
      trust(account, pasted!.text)
    },
    account,
  }
}

/** A database that takes IAM tokens, and the STS of the account. */
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
    setUp(foundations) {
      const setup = databaseOf(foundations, audience)
      const changeable = {
        endpoint: { host, port },
        connect: { [ROLE_ARN]: [username], [USER_ARN]: [username] },
        users: [username],
      }
      const database = createRdsDatabase({ ...foundations, ...setup, ...changeable, region })
      return {
        ...setup,
        ...changeable,
        inputs: () => ({ host, port: String(port), username, 'role-arn': ROLE_ARN }),
        accepts: (token) => database.login(changeable.users[0]!, token) === undefined,
        database,
      }
    },
  }
}

export const system = awsRdsSystem()
