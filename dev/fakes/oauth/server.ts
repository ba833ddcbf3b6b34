import { refusing, type Handler } from '../handler.ts'
import { because, type Basis } from '../issuer.ts'
import { createTokens, randomText, type Tokens } from '../secrets.ts'
import { OAuthError, readOAuth } from './request.ts'

/** Where a grant has the ID token. */
const ID_TOKEN: Readonly<Record<string, string>> = {
  'urn:ietf:params:oauth:grant-type:token-exchange': 'subject_token',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'assertion',
  client_credentials: 'client_assertion',
}

export interface OAuthServerOptions extends Basis {
  /** The path of the token endpoint. */
  readonly path: string
  readonly body: 'form' | 'json'
  /** Of the ID token. */
  readonly audience: string
  /** Subjects that it trusts. May be changed. */
  readonly subjects: readonly string[]
  /** Every parameter of a request, except the ID token: its value, or one of several. */
  readonly parameters: Readonly<Record<string, string | readonly string[]>>
  /** What an answer says besides the token. */
  readonly says: Readonly<Record<string, unknown>>
}

interface OAuthServer extends Tokens {
  readonly handler: Handler
}

/**
 * A server of which only documentation is known: Databricks, Microsoft Entra, OpenAI. It wants exactly what its documentation
 * names, and refuses in the words of the RFCs.
 */
export function createOAuthServer(options: OAuthServerOptions): OAuthServer {
  const { path, body, audience, subjects, parameters: wanted, says } = options
  const tokens = createTokens(options, true)

  const handler = refusing(async (request) => {
    if (request.url.pathname !== path) return { status: 404, body: '' }
    const { parameters } = readOAuth(request, body)
    const idToken = ID_TOKEN[String(wanted['grant_type'])]!
    const { [idToken]: sent = '', ...others } = parameters
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(others)])]
    const wrong = names.filter((name) => ![wanted[name]].flat().includes(others[name]))
    if (wrong.includes('grant_type')) throw new OAuthError(400, 'unsupported_grant_type')
    if (wrong.length > 0) throw new OAuthError(400, 'invalid_request', `not as documented: ${wrong.join(', ')}`)
    const invalid = (description: string): OAuthError => new OAuthError(400, 'invalid_grant', description)
    const { sub = '' } = await options.verify(sent, { audience }).catch(because(({ message }) => invalid(message)))
    if (!subjects.includes(sub)) throw invalid('subject is not trusted')
    const lifetime = Number(says['expires_in'] ?? 3_600)
    return {
      status: 200,
      body: { access_token: tokens.issue('token', `token-${randomText(60)}`, lifetime, undefined), ...says },
    }
  })

  return { ...tokens, handler }
}
