import type { Grant, Revocable, Tools } from '../../exchange.ts'
import { endOf, jsonObject, type Answer } from '../../http/answer.ts'
import { credential } from '../../identity/credential.ts'
import { stateOf } from '../../inputs/headers.ts'
import { few, quoted } from '../../text.ts'
import type { Settings } from './settings.ts'

export const SERVICE = 'the token endpoint'
/** When a token without an expiry ends, in words. */
export const ENDS = 'when its server says so'

/** Token types that have a spelling of their own; any other is a name or a URI (RFC 6749, appendix A.13). */
const TOKEN_TYPES = ['Bearer', 'N_A']
/** Members of an answer, besides the token, with which somebody could get a token or impersonate the job. */
const MORE_SECRETS = ['refresh_token', 'id_token']

/**
 * The grant in a successful answer: RFC 6749 section 5.1, RFC 8693 section 2.2.1.
 *
 * @param sentAt when it was asked for, in ms since the epoch
 * @throws ActionError `UNUSABLE_ANSWER`
 */
export function grantFrom(answer: Answer, settings: Settings, sentAt: number, tools: Tools): Grant {
  const { url, scope: asked, outlivesJob } = settings
  const json = jsonObject(answer, SERVICE, url)
  const more = MORE_SECRETS.map((name) => json[name]).filter(isSecret)
  for (const secret of more) tools.mask(secret)
  const refreshToken = isSecret(json['refresh_token']) ? json['refresh_token'] : undefined
  const expiresAt = endOf(json['expires_in'], sentAt)
  const revocable = revocableBy(settings, refreshToken, expiresAt)
  const token = credential(
    json['access_token'],
    'access token',
    SERVICE,
    tools.mask,
    revocable &&
      ((core) => {
        tools.revokeAtEnd(revocable(core))
      }),
  )
  const type = nameOf(json['token_type'])
  const tokenType = TOKEN_TYPES.find((each) => each.toLowerCase() === type?.toLowerCase()) ?? type
  // RFC 6749 section 5.1: the server may omit it if it equals the request.
  const scope = json['scope'] === undefined ? asked : scopeOf(json['scope'])
  const issuedType = nameOf(json['issued_token_type'])
  const mine = revocable?.(token)
  return {
    secrets: [token, ...more],
    outputs: {
      token,
      ...(scope && { scope }),
      ...(tokenType !== undefined && { 'token-type': tokenType }),
      ...(issuedType !== undefined && { 'issued-token-type': issuedType }),
    },
    summary: `Token from ${url.host}${scope ? ` for the scope ${quoted(scope)}` : ''}${expiresAt ? `; ends ${expiresAt.toISOString()}` : ''}`,
    ...(expiresAt && { expiresAt }),
    warnings: [
      ...lessThan(asked, scope),
      ...unknownType(tokenType),
      ...(refreshToken !== undefined && (mine === undefined || outlivesJob) ? [LEFT_ALIVE] : []),
    ],
    ...(mine && { revocable: mine, outlivesJob }),
  }
}

const LEFT_ALIVE =
  'The server also issued a refresh token. Nobody gets it, but it stays valid: configure the server to issue none to this client.'

/** Makes a token one that the server can revoke, where it is known how. */
function revocableBy(
  { url, client, audience, headers, revocationUrl }: Settings,
  refreshToken: string | undefined,
  ends: Date | undefined,
): ((token: string) => Revocable) | undefined {
  if (revocationUrl === undefined) return undefined
  const extra = {
    authentication: client.authentication,
    clientId: client.id,
    audience,
    // They are for the origin of the token endpoint alone.
    ...(revocationUrl.origin === url.origin && stateOf(headers)),
    ...(refreshToken !== undefined && { refreshToken }),
  }
  return (token) => ({ issuer: 'oauth', token, apiUrl: revocationUrl.href, ...(ends && { ends }), extra })
}

/** A name or a URI; anything else does not get into log and outputs. */
function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.+:/?#&=%~@-]{1,300}$/.test(value) ? value : undefined
}

function scopeOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x20-\x7e]{0,2000}$/.test(value) ? value.trim() : undefined
}

/** Whether a text is long enough to be masked, and short enough to be a token. */
function isSecret(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{8,32768}$/.test(value)
}

function lessThan(asked: string, granted: string | undefined): string[] {
  if (asked === '' || granted === undefined) return []
  const all = granted.split(/ +/)
  const missing = asked.split(' ').filter((scope) => !all.includes(scope))
  return missing.length === 0
    ? []
    : [`The server granted less than requested: not the scope ${few(missing.map(quoted))}.`]
}

/** RFC 6749 section 7.1: who does not know the type must not use the token. */
function unknownType(type: string | undefined): string[] {
  if (type === undefined || TOKEN_TYPES.includes(type)) return []
  return [`The token is of the type ${quoted(type)}, not Bearer: what uses it must know that type.`]
}
