import type { FakeRequest } from '../handler.ts'
import { object, only, readBody, text, texts } from './messages.ts'

export interface WorkloadIdentity {
  config: {
    issuerUrl: string
    /** Where the keys are, if not where the issuer says; empty: there. */
    jwksUrl?: string
    /** Empty, as in rows from before 3.22.1: none. */
    allowedAudiences: readonly string[]
    /** Exact, or a prefix that ends in `*`; what {@link isUnbound} matches nothing. */
    subjectPattern: string
  }
  deactivated?: boolean
  /** Permissions by project id. */
  permissions?: Readonly<Record<string, readonly string[]>>
}

/**
 * `PATCH /v1/workloadIdentities/{email}?update_mask=workload_identity_config` (UpdateWorkloadIdentity in
 * workload_identity_service.go): the settings are replaced as a whole. Without a mask the gateway makes one of the fields
 * inside the settings, which the server does not know: it changes nothing.
 */
export function updateIdentity(request: FakeRequest, identity: WorkloadIdentity): void {
  const body = readBody(request)
  only(body, ['name', 'state', 'email', 'title', 'createTime', 'workloadIdentityConfig'])
  const config = object(body, 'workloadIdentityConfig')
  only(config, ['providerType', 'issuerUrl', 'jwksUrl', 'allowedAudiences', 'subjectPattern'])
  if (request.url.searchParams.get('update_mask') !== 'workload_identity_config') return
  identity.config = {
    issuerUrl: text(config, 'issuerUrl'),
    jwksUrl: text(config, 'jwksUrl'),
    allowedAudiences: texts(config, 'allowedAudiences'),
    subjectPattern: text(config, 'subjectPattern'),
  }
}

/** Whether a pattern could match subjects of everybody (ValidateSubjectPattern in backend/plugin/idp/wif/subject.go). */
export function isUnbound(pattern: string): boolean {
  if (!pattern.endsWith('*')) return pattern.trim() === ''
  const prefix = pattern.slice(0, -1)
  if (prefix.includes('/')) return false
  return ['repo:', 'project_path:'].some((marker) => pattern.startsWith(marker) || marker.startsWith(prefix))
}

/** Why keys are not asked for at a URL (validateRemoteURL in backend/plugin/idp/wif/jwks.go). */
export function whyUnasked(url: string, label: 'issuer URL' | 'JWKS URL'): string | undefined {
  if (!url.startsWith('https://')) return `${label} must use HTTPS: ${url}`
  const host = /^https:\/\/([^/:]*)/.exec(url)![1]!
  if (host === '') return `${label} must have a host: ${url}`
  const isPrivate = host === 'localhost' || /^(?:127|10|192\.168|172)\./.test(host)
  return isPrivate ? `${label} cannot be a private address: ${url}` : undefined
}
