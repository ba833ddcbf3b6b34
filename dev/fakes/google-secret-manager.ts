import { ApiError, type Google } from './google.ts'
import type { Handler } from './handler.ts'

/** A version of a secret. */
interface SecretVersion {
  readonly data: Uint8Array
  readonly state?: 'ENABLED' | 'DISABLED' | 'DESTROYED'
}

interface Secret {
  /** Members that may read: `serviceAccount:…`, `principalSet://…`. */
  readonly accessors: readonly string[]
  /** The first is version 1. */
  readonly versions: readonly SecretVersion[]
  /** Version numbers by name. */
  readonly aliases?: Readonly<Record<string, number>>
}

export interface GoogleSecretManagerOptions {
  /** Takes the access tokens that it issued. */
  readonly google: Pick<Google, 'api'>
  /** Project numbers by project id. */
  readonly projects: Readonly<Record<string, string>>
  /** By full name, with the project's number. May be changed while the fake runs. */
  readonly secrets: Record<string, Secret>
}

/** Google Secret Manager: `GET /v1/projects/…:access`. */
export function createGoogleSecretManager({ google, projects, secrets }: GoogleSecretManagerOptions): Handler {
  return google.api((request, bearer) => {
    const [, project = '', rest = '', version = ''] =
      /^\/v1\/projects\/([^/]+)(\/(?:locations\/[^/]+\/)?secrets\/[^/]+)\/versions\/([^/]+):access$/.exec(
        decodeURIComponent(request.url.pathname),
      ) ?? []
    if (request.method !== 'GET' || version === '') throw new ApiError('NOT_FOUND', 'Method not found.')
    const name = `projects/${projects[project] ?? project}${rest}`
    const secret = secrets[name]
    if (secret?.accessors.some((accessor) => bearer.members.includes(accessor)) !== true) {
      throw new ApiError(
        'PERMISSION_DENIED',
        `Permission 'secretmanager.versions.access' denied for resource '${name}/versions/${version}' (or it may not exist).`,
        'IAM_PERMISSION_DENIED',
      )
    }
    const number = version === 'latest' ? secret.versions.length : (secret.aliases?.[version] ?? Number(version))
    const found = secret.versions[number - 1]
    if (found === undefined) {
      throw new ApiError('NOT_FOUND', `Secret Version [${name}/versions/${version}] not found.`)
    }
    const { data, state = 'ENABLED' } = found
    if (state !== 'ENABLED') {
      throw new ApiError('FAILED_PRECONDITION', `Secret Version [${name}/versions/${number}] is in ${state} state.`)
    }
    return {
      name: `${name}/versions/${number}`,
      payload: { data: Buffer.from(data).toString('base64'), dataCrc32c: String(crc32c(data)) },
    }
  })
}

/** CRC-32C by a table: not the way that the action goes, so that one checks the other. */
function crc32c(bytes: Uint8Array): number {
  const table = Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0x82f63b78 ^ (value >>> 1) : value >>> 1
    return value >>> 0
  })
  let crc = 0xffffffff
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)) >>> 0
  return (crc ^ 0xffffffff) >>> 0
}
