import type { Now } from './handler.ts'
import { verifyPresigned, type SigningKeys } from './sigv4.ts'

export interface DsqlClusterOptions {
  readonly now: Now
  readonly region: string
  /** May be changed while the fake runs. */
  readonly endpoint: { readonly host: string }
  /** Finds the keys that AWS knows. */
  readonly credentials: (accessKeyId: string) => SigningKeys | undefined
  /** Whether the IAM policies of the principal that signed allow `dsql:{action}` on the cluster. */
  readonly mayConnect: (keys: SigningKeys, action: string) => boolean
  /** Whether the principal that signed was granted this database role (`AWS IAM GRANT`). */
  readonly isGranted: (keys: SigningKeys, role: string) => boolean
}

/** A cluster of Aurora DSQL: it takes a signed URL as password. */
export interface DsqlCluster {
  /**
   * Opens a connection.
   *
   * @returns why not; `undefined` where it is open. The client is told no more than `unable to accept connection, access denied`
   */
  login(username: string, password: string): string | undefined
}

/** The form of a token: no scheme, no port, no user, the parameters sorted (`@aws-sdk/dsql-signer`). */
const FORM =
  /^[a-z\d.-]+\/\?Action=DbConnect(?:Admin)?&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\w+%2F\d{8}%2F[a-z\d-]+%2Fdsql%2Faws4_request&X-Amz-Date=\d{8}T\d{6}Z&X-Amz-Expires=\d+(?:&X-Amz-Security-Token=[\w.~%-]+)?&X-Amz-Signature=[\da-f]{64}&X-Amz-SignedHeaders=host$/
/** The longest that a token may be good for, in s. */
const LONGEST = 604_800

export function createDsqlCluster(options: DsqlClusterOptions): DsqlCluster {
  const { now, region, endpoint, credentials } = options

  function login(username: string, password: string): string | undefined {
    if (!FORM.test(password)) return 'the password is no token'
    if (!password.startsWith(`${endpoint.host}/`)) return 'the token is for another cluster'
    const url = new URL(`https://${password}`)
    const action = username === 'admin' ? 'DbConnectAdmin' : 'DbConnect'
    if (url.searchParams.get('Action') !== action) return `the token is not for ${action}`
    if (Number(url.searchParams.get('X-Amz-Expires')) > LONGEST) return 'the token is good for too long'
    const checked = verifyPresigned('GET', url, { service: 'dsql', region, credentials, now })
    if ('code' in checked) return `${checked.code}: ${checked.message}`
    if (!options.mayConnect(checked, action)) return `dsql:${action} is not allowed`
    if (username !== 'admin' && !options.isGranted(checked, username)) return 'the role is not granted'
    return undefined
  }

  return { login }
}
