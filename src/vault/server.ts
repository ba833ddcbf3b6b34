import type { Headers } from '../inputs/headers.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** How a sentence names the server: OpenBao speaks the same protocol. */
export const SERVICE = 'Vault'
const URL_EXAMPLE = 'https://vault.example.com:8200'
/** Parts between slashes, none of them empty, `.` or `..`. */
const PATH = /^(?:(?!\.{1,2}(?:\/|$))[^/\p{Cc}]+(?:\/|$))+(?<!\/)$/u
const LINE = /^\P{Cc}+$/u
const NAMESPACE = /^[\x21-\x7e]+$/

/** A Vault or OpenBao server, and as what the job logs in to it. */
export interface VaultServer {
  /** The URL of the API, with its version and without a slash at the end. */
  readonly api: string
  /** Empty: that of the root. */
  readonly namespace: string
  readonly audience: string
  /** Where the JWT auth method is mounted, below `auth/`. */
  readonly authPath: string
  readonly role: string
  readonly headers: Headers
}

/** Reads the inputs `url`, `namespace`, `audience`, `auth-path`, `role` and `headers`. */
export function readServer(inputs: Inputs): VaultServer {
  const url = inputs.url('url', inputs.required('url', URL_EXAMPLE), URL_EXAMPLE)
  const base = url.href.replace(/\/+$/, '')
  if (base.endsWith('/v1')) {
    inputs.problem('url', 'must not contain /v1, which the step adds', base.slice(0, -'/v1'.length))
  }
  const authPath = readPath(inputs, 'auth-path', inputs.text('auth-path') || 'jwt', 'jwt')
  if (authPath.startsWith('auth/')) {
    inputs.problem('auth-path', 'must not contain auth/, which the step adds', authPath.slice('auth/'.length))
  }
  return {
    api: `${base}/v1`,
    namespace: inputs.matching(
      'namespace',
      inputs.text('namespace'),
      NAMESPACE,
      'must be the full path of a namespace',
      'team/project',
    ),
    audience: inputs.line('audience') || url.origin,
    authPath,
    role: inputs.matching('role', inputs.required('role', 'deploy'), LINE, 'must be one line', 'deploy'),
    headers: inputs.headers(),
  }
}

/**
 * A path of Vault.
 *
 * @param name of the input
 * @returns the path, or empty text after a problem
 */
export function readPath(inputs: Inputs, name: string, value: string, example: string): string {
  return inputs.matching(
    name,
    value,
    PATH,
    'must be a path without a leading or trailing slash and without empty, . or .. parts',
    example,
  )
}

/** A URL of the API. Each part of a path is encoded: what it holds is Vault's business. */
export function urlOf({ api }: Pick<VaultServer, 'api'>, ...paths: readonly string[]): URL {
  const parts = paths.flatMap((each) => each.split('/')).map(encodeURIComponent)
  return new URL(`${api}/${parts.join('/')}`)
}

/** What every request has (Vault API, "X-Vault-Request" and "Namespaces"); with a token, that of who asks. */
export function headersOf(
  { namespace }: Pick<VaultServer, 'namespace'>,
  token?: string,
): Readonly<Record<string, string>> {
  return {
    accept: 'application/json',
    'x-vault-request': 'true',
    ...(namespace !== '' && { 'x-vault-namespace': namespace }),
    ...(token !== undefined && { 'x-vault-token': token }),
  }
}
