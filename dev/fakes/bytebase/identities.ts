import type { FakeRequest } from '../handler.ts'
import { object, only, readBody, Refusal, text, texts } from './messages.ts'

export interface WorkloadIdentity {
  config: {
    issuerUrl: string
    /** Empty: any. */
    allowedAudiences: readonly string[]
    /** Exact, or a prefix that ends in `*`; empty: any. */
    subjectPattern: string
  }
  deactivated?: boolean
  /** Permissions by project id. */
  permissions?: Readonly<Record<string, readonly string[]>>
}

const NAME = /^workloadIdentities\/([^/]+)$/

/** The identity that a request changes, by its e-mail; `undefined` where it is another call. @param path without `/v1/` */
export function updatedBy(request: FakeRequest, path: string): string | undefined {
  return request.method === 'PATCH' ? NAME.exec(path)?.[1] : undefined
}

/**
 * `PATCH /v1/workloadIdentities/{email}?update_mask=workload_identity_config` (UpdateWorkloadIdentity in
 * workload_identity_service.go): the settings are replaced as a whole. Without a mask the gateway makes one of the fields
 * inside the settings, which the server does not know: it changes nothing.
 */
export function updateIdentity(request: FakeRequest, identity: WorkloadIdentity): void {
  const body = readBody(request)
  only(body, ['name', 'state', 'email', 'title', 'createTime', 'workloadIdentityConfig'])
  const config = body['workloadIdentityConfig'] === undefined ? {} : object(body, 'workloadIdentityConfig')
  only(config, ['providerType', 'issuerUrl', 'allowedAudiences', 'subjectPattern'])
  const provider = text(config, 'providerType')
  if (!['', 'GITHUB', 'GITLAB'].includes(provider)) {
    throw new Refusal('invalid', `proto: invalid value for enum field providerType: "${provider}"`)
  }
  const mask = request.url.searchParams.get('update_mask') ?? ''
  if (!mask.split(',').includes('workload_identity_config')) return
  identity.config = {
    issuerUrl: text(config, 'issuerUrl'),
    allowedAudiences: texts(config, 'allowedAudiences'),
    subjectPattern: text(config, 'subjectPattern'),
  }
}
