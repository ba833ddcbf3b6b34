import type { FakeRequest } from '../handler.ts'
import { object, only, readBody, Refusal, text, texts } from './messages.ts'

export interface WorkloadIdentity {
  config: {
    issuerUrl: string
    /** Where the keys are, if not where the issuer says; empty: there. */
    jwksUrl?: string
    /** Empty, as in rows from before 3.22.1: none. */
    allowedAudiences: readonly string[]
    /** Exact, or a prefix that ends in `*`; what {@link whyUnbound} refuses matches nothing. */
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
  only(config, ['providerType', 'issuerUrl', 'jwksUrl', 'allowedAudiences', 'subjectPattern'])
  const provider = text(config, 'providerType')
  if (!['', 'GITHUB', 'GITLAB', 'OIDC'].includes(provider)) {
    throw new Refusal('invalid', `proto: invalid value for enum field providerType: "${provider}"`)
  }
  const mask = request.url.searchParams.get('update_mask') ?? ''
  if (!mask.split(',').includes('workload_identity_config')) return
  const given = {
    issuerUrl: text(config, 'issuerUrl').trim(),
    jwksUrl: text(config, 'jwksUrl').trim(),
    allowedAudiences: texts(config, 'allowedAudiences').map((audience) => audience.trim()),
    subjectPattern: text(config, 'subjectPattern').trim(),
  }
  const problem = problemOf(given)
  if (problem !== undefined) throw new Refusal('invalid', problem)
  identity.config = given
}

/** What keeps settings from being saved (bytebase/bytebase#21350, in 3.22.1 by #21408). */
function problemOf({
  issuerUrl,
  jwksUrl,
  allowedAudiences,
  subjectPattern,
}: WorkloadIdentity['config']): string | undefined {
  if (issuerUrl === '') return 'issuer_url is required'
  if (allowedAudiences.length === 0) return 'allowed_audiences is required'
  if (allowedAudiences.includes('')) return 'allowed_audiences must not contain an empty value'
  return whyUnbound(subjectPattern) ?? (jwksUrl ? whyUnasked(jwksUrl, 'JWKS URL') : undefined)
}

/** Why a pattern could match subjects of everybody (ValidateSubjectPattern in backend/plugin/idp/wif/subject.go). */
export function whyUnbound(pattern: string): string | undefined {
  if (pattern.trim() === '') return 'subject_pattern is required'
  if (!pattern.endsWith('*')) return undefined
  const prefix = pattern.slice(0, -1)
  const of = (what: string): string => `subject pattern ${what} matches every subject from this issuer`
  if (prefix === '') return of('"*"')
  if (prefix.includes('/')) return undefined
  const isWide = ['repo:', 'project_path:'].some((marker) => pattern.startsWith(marker) || marker.startsWith(prefix))
  return isWide
    ? `${of(JSON.stringify(pattern))}; name an owner, as in "repo:my-org/*" or "project_path:my-group/*"`
    : undefined
}

/** Why keys are not asked for at a URL (validateRemoteURL in backend/plugin/idp/wif/jwks.go). */
export function whyUnasked(url: string, label: 'issuer URL' | 'JWKS URL'): string | undefined {
  if (!url.startsWith('https://')) return `${label} must use HTTPS: ${url}`
  const host = /^https:\/\/([^/:]*)/.exec(url)![1]!
  if (host === '') return `${label} must have a host: ${url}`
  const isPrivate = host === 'localhost' || /^(?:127|10|192\.168|172)\./.test(host)
  return isPrivate ? `${label} cannot be a private address: ${url}` : undefined
}
