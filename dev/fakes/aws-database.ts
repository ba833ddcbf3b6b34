import type { AwsAccount } from './aws-account.ts'
import { verifyPresigned, type SignaturePolicy, type SigningKeys } from './sigv4.ts'

/** A database that takes a signed URL as password. */
export interface AwsDatabase {
  /**
   * Opens a connection.
   *
   * @returns why not; `undefined` where it is open. The client is told no more than that authentication failed
   */
  login(username: string, password: string): string | undefined
}

interface DatabaseOptions extends Pick<SignaturePolicy, 'now' | 'region'> {
  readonly account: Pick<AwsAccount, 'credentials' | 'principal'>
}

export interface RdsDatabaseOptions extends DatabaseOptions {
  /** May be changed while the fake runs. */
  readonly endpoint: { host: string; port: number }
  /** Users by the ARN of a role or an IAM user that may connect as them (`rds-db:connect`). May be changed. */
  readonly connect: Record<string, readonly string[]>
  /** The database users that are set up for IAM authentication. May be changed. */
  readonly users: string[]
}

export interface DsqlClusterOptions extends DatabaseOptions {
  /** May be changed while the fake runs. */
  readonly endpoint: { host: string }
  /** IAM actions (`dsql:…`) by the ARN of who may do them. May be changed. */
  readonly actions: Record<string, readonly string[]>
  /** Database roles by the ARN of whom they are granted to (`AWS IAM GRANT`). May be changed. */
  readonly grants: Record<string, readonly string[]>
}

/** A database of Amazon RDS with IAM authentication. */
export function createRdsDatabase(options: RdsDatabaseOptions): AwsDatabase {
  const { account, endpoint, connect, users } = options
  const form = formOf('rds-db', ':\\d+', 'connect&DBUser=[\\w.~%-]+')
  return {
    login(username, password) {
      const { host, port } = endpoint
      if (!form.test(password)) return 'the password is no token'
      if (!password.startsWith(`${host}:${port}/`)) return 'the token is for another database'
      // The scheme is not signed; one with another default port keeps the port in the host.
      const url = new URL(`${port === 80 ? 'https' : 'http'}://${password}`)
      if (url.searchParams.get('DBUser') !== username) return 'the token is for another user'
      const keys = signerOf(url, 'rds-db', 900, options)
      if (typeof keys === 'string') return keys
      if (connect[account.principal(keys)]?.includes(username) !== true) return 'rds-db:connect is not allowed'
      return users.includes(username) ? undefined : 'the user is not set up for IAM authentication'
    },
  }
}

/** A cluster of Aurora DSQL. */
export function createDsqlCluster(options: DsqlClusterOptions): AwsDatabase {
  const { account, endpoint, actions, grants } = options
  const form = formOf('dsql', '', 'DbConnect(?:Admin)?')
  return {
    login(username, password) {
      if (!form.test(password)) return 'the password is no token'
      if (!password.startsWith(`${endpoint.host}/`)) return 'the token is for another cluster'
      const url = new URL(`https://${password}`)
      const action = username === 'admin' ? 'DbConnectAdmin' : 'DbConnect'
      if (url.searchParams.get('Action') !== action) return `the token is not for ${action}`
      const keys = signerOf(url, 'dsql', 604_800, options)
      if (typeof keys === 'string') return keys
      const principal = account.principal(keys)
      if (actions[principal]?.includes(action) !== true) return `dsql:${action} is not allowed`
      const isGranted = username === 'admin' || grants[principal]?.includes(username) === true
      return isGranted ? undefined : 'the role is not granted'
    },
  }
}

/** The form of a token: no scheme, no user, the parameters sorted (`@aws-sdk/rds-signer`, `@aws-sdk/dsql-signer`). */
function formOf(service: string, port: string, action: string): RegExp {
  const credential = `\\w+%2F\\d{8}%2F[a-z\\d-]+%2F${service}%2Faws4_request`
  return new RegExp(
    `^[a-z\\d.-]+${port}/\\?Action=${action}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}` +
      '&X-Amz-Date=\\d{8}T\\d{6}Z&X-Amz-Expires=\\d+(?:&X-Amz-Security-Token=[\\w.~%-]+)?' +
      '&X-Amz-Signature=[\\da-f]{64}&X-Amz-SignedHeaders=host$',
  )
}

/** @param longest that a token may be good for, in s @returns the keys that signed, or why the database takes them not */
function signerOf(
  url: URL,
  service: string,
  longest: number,
  { account, now, region }: DatabaseOptions,
): SigningKeys | string {
  if (Number(url.searchParams.get('X-Amz-Expires')) > longest) return 'the token is good for too long'
  const checked = verifyPresigned('GET', url, { service, region, credentials: account.credentials, now })
  return 'code' in checked ? `${checked.code}: ${checked.message}` : checked
}
