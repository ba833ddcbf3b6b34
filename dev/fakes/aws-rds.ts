import type { Now } from './handler.ts'
import { verifyPresigned, type SigningKeys } from './sigv4.ts'

interface RdsDatabaseOptions {
  readonly now: Now
  readonly region: string
  /** May be changed while the fake runs. */
  readonly endpoint: { readonly host: string; readonly port: number }
  /** Finds the keys that AWS knows. */
  readonly credentials: (accessKeyId: string) => SigningKeys | undefined
  /** Whether the IAM policies of the signer allow `rds-db:connect` for this user. */
  readonly mayConnect: (keys: SigningKeys, username: string) => boolean
  /** The database users that are set up for IAM authentication. */
  readonly users: readonly string[]
}

/** A database of Amazon RDS with IAM authentication: it takes a signed URL as password. */
export interface RdsDatabase {
  /**
   * Opens a connection.
   *
   * @returns why not; `undefined` where it is open. The client is told no more than that authentication failed
   */
  login(username: string, password: string): string | undefined
}

/** The form of a token: no scheme, the parameters sorted and encoded in one way (`@aws-sdk/rds-signer`). */
const FORM =
  /^[a-z\d.-]+:\d+\/\?Action=connect&DBUser=[\w.~%-]+&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\w+%2F\d{8}%2F[a-z\d-]+%2Frds-db%2Faws4_request&X-Amz-Date=\d{8}T\d{6}Z&X-Amz-Expires=\d+(?:&X-Amz-Security-Token=[\w.~%-]+)?&X-Amz-Signature=[\da-f]{64}&X-Amz-SignedHeaders=host$/
/** The longest that a token may be good for, in s. */
const LONGEST = 900

export function createRdsDatabase(options: RdsDatabaseOptions): RdsDatabase {
  const { now, region, endpoint, credentials } = options

  function login(username: string, password: string): string | undefined {
    const { host, port } = endpoint
    if (!FORM.test(password)) return 'the password is no token'
    if (!password.startsWith(`${host}:${port}/`)) return 'the token is for another database'
    // The scheme is not signed; one with another default port keeps the port in the host.
    const url = new URL(`${port === 80 ? 'https' : 'http'}://${password}`)
    if (url.searchParams.get('DBUser') !== username) return 'the token is for another user'
    if (Number(url.searchParams.get('X-Amz-Expires')) > LONGEST) return 'the token is good for too long'
    const checked = verifyPresigned('GET', url, { service: 'rds-db', region, credentials, now })
    if ('code' in checked) return `${checked.code}: ${checked.message}`
    if (!options.mayConnect(checked, username)) return 'rds-db:connect is not allowed'
    if (!options.users.includes(username)) return 'the user is not set up for IAM authentication'
    return undefined
  }

  return { login }
}
