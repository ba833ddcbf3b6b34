import type { Claims, Explanation } from '../../explanation.ts'
import { header, MAX_MESSAGE, member, textOf, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import { aboutForm, claimText, withoutClaims } from '../../identity/claims.ts'
import { quoted } from '../../text.ts'
import { hasSecret } from './client.ts'
import type { Settings } from './settings.ts'

/**
 * What a token endpoint means by an answer that is not 2xx: RFC 6749 section 5.2, RFC 8693 section 2.2.2.
 *
 * @param sent the claims of the ID token that it got
 */
export function refusal(answer: Answer, settings: Settings, sent: Claims | undefined): Refusal {
  const error = member(answer.json, 'error')
  return {
    ...oauthRefusal(answer, sent),
    // A code of RFC 6749 section 4.1.2.1, which Entra also uses here.
    ...(error === 'temporarily_unavailable' && { retry: 'until the deadline' }),
    explain: (claims) => explain(error, settings, claims),
  }
}

/** The words of any OAuth endpoint, and the id of the request. Without the claims that it repeats: the report shows them. */
export function oauthRefusal(answer: Answer, sent: Claims | undefined): Refusal {
  const { json } = answer
  const error = member(json, 'error')
  const words =
    typeof error === 'string'
      ? [error, member(json, 'error_description')]
      : [member(error, 'message') ?? member(json, 'message')]
  const reason = words
    .map((text) => textOf(text).slice(0, MAX_MESSAGE))
    .filter((text) => text !== '')
    .join(': ')
  return { reason: withoutClaims(reason, sent), requestId: member(json, 'trace_id') ?? header(answer, 'x-request-id') }
}

/** What a hint speaks of. */
interface Refused {
  readonly settings: Settings
  /** What the ID token said, as one or two sentences. */
  readonly idToken: string
  /** The client, as a sentence names it. */
  readonly client: string
}

/** What to check, by the error code. */
const HINTS: Readonly<Record<string, (refused: Refused) => string>> = {
  invalid_client: explainClient,
  invalid_grant: ({ idToken }) => `The server does not accept the ID token. ${idToken}`,
  access_denied: ({ idToken }) =>
    `No policy of the server lets this job in, or the server could not verify the ID token. ${idToken}`,
  invalid_request: ({ settings, idToken }) =>
    `Compare \`parameters\` and the other inputs with what the server wants.${settings.grant === 'token-exchange' ? ` It can also mean that the server does not accept the ID token (RFC 8693). ${idToken}` : ''}`,
  request_not_supported: () =>
    'Set `subject-token-type` and `requested-token-type` to types that the server supports: Dex takes `id_token`.',
  unsupported_grant_type: ({ settings }) =>
    `The server does not offer this grant at ${settings.url.origin}${settings.url.pathname}: check \`token-url\`, \`grant-type\` and \`body\`, and whether the grant is switched on in the server.`,
  unauthorized_client: ({ settings, client }) =>
    `In the server, allow ${client} to use the grant ${settings.grant}.${hasSecret(settings.client) ? ' Also check `client-secret`: Keycloak says the same if that is wrong.' : ''}`,
  invalid_scope: ({ settings }) =>
    settings.scope === ''
      ? 'The server wants a scope: set `scope`.'
      : `Check \`scope\`: the server does not know ${quoted(settings.scope)}, or does not allow it here.`,
  invalid_target: () =>
    'Check `resource`, and `audience` in `parameters`: the server does not know this target, or does not allow it here.',
}

function explain(error: unknown, settings: Settings, claims: Claims | undefined): Explanation {
  const hint = typeof error === 'string' && Object.hasOwn(HINTS, error) ? HINTS[error] : undefined
  if (hint === undefined) return {}
  const { id } = settings.client
  return {
    hint: hint({
      settings,
      idToken: aboutIdToken(settings.audience, claims),
      client: id === '' ? 'the client' : `the client ${quoted(id)}`,
    }),
  }
}

function explainClient({ settings, idToken, client }: Refused): string {
  const { authentication, id } = settings.client
  switch (authentication) {
    case 'id-token':
      return `The server does not accept the ID token as proof of ${client}. ${idToken}`
    case 'none':
      return id === ''
        ? 'The server wants to know the client: set `client-id`, and what it authenticates with.'
        : `The server does not know ${client}, or wants it to authenticate: check \`client-id\`, and set \`client-secret\`, or \`client-authentication: id-token\`.`
    case 'client_secret_basic':
    case 'client_secret_post': {
      const other = authentication === 'client_secret_basic' ? 'client_secret_post' : 'client_secret_basic'
      return `Check \`client-id\` and \`client-secret\`. If they are right, the server may want \`client-authentication: ${other}\`.`
    }
  }
}

function aboutIdToken(audience: string, claims: Claims | undefined): string {
  const subject = claimText(claims, 'sub')
  const said =
    claims === undefined
      ? `Its audience was ${quoted(audience)}; its subject and issuer are not shown here.`
      : `Its audience was ${quoted(audience)}, its subject (sub) ${quoted(subject) ?? 'another'}, its issuer (iss) ${quoted(claimText(claims, 'iss')) ?? 'another'}.`
  return `${said} The server must trust exactly these.${aboutForm(subject, { it: 'The subject' })}`
}
