import { formOf, Refusal, type FakeReply, type FakeRequest } from '../handler.ts'

/** A request to an endpoint of an OAuth 2.0 server (RFC 6749 sections 2.3 and 3.2). */
export interface OAuthRequest {
  readonly parameters: Readonly<Partial<Record<string, string>>>
  /** How the client says who it is. */
  readonly client: {
    readonly id: string | undefined
    readonly secret: string | undefined
    readonly assertion: string | undefined
  }
}

/** A refusal by RFC 6749 section 5.2. */
export class OAuthError extends Refusal {
  constructor(...error: Parameters<typeof oauthError>) {
    super(oauthError(...error))
  }
}

export function oauthError(status: number, error: string, description?: string): FakeReply {
  return { status, body: { error, ...(description !== undefined && { error_description: description }) } }
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * @param body the form in which parameters are expected
 * @throws OAuthError `invalid_request`: another form, a parameter twice or empty, more than one way to authenticate
 */
export function readOAuth(request: FakeRequest, body: 'form' | 'json' = 'form'): OAuthRequest {
  const invalid = (description: string): OAuthError => new OAuthError(400, 'invalid_request', description)
  if (request.method !== 'POST') throw invalid('method not allowed')
  const entries = body === 'form' ? [...(formOf(request) ?? [])] : entriesOf(request)
  const parameters = Object.fromEntries(entries)
  if (entries.length === 0) throw invalid('no parameters')
  if (Object.keys(parameters).length < entries.length) throw invalid('duplicated parameter')
  if (entries.some(([, value]) => value === '')) throw invalid('empty parameter')
  const basic = basicOf(request)
  const assertion = parameters['client_assertion']
  if ((parameters['client_assertion_type'] === ASSERTION_TYPE) !== (assertion !== undefined)) {
    throw invalid('client_assertion without its type')
  }
  const ways = [basic, parameters['client_secret'], assertion].filter((way) => way !== undefined)
  if (ways.length > 1) throw invalid('more than one way to authenticate')
  return {
    parameters,
    client: {
      id: basic?.id ?? parameters['client_id'],
      secret: basic?.secret ?? parameters['client_secret'],
      assertion,
    },
  }
}

function entriesOf(request: FakeRequest): [string, string][] {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return []
  return Object.entries(JSON.parse(request.body) as Record<string, string>)
}

/** RFC 6749 section 2.3.1: id and secret are encoded like a form. */
function basicOf(request: FakeRequest): { id: string; secret: string } | undefined {
  const [, encoded] = /^Basic (\S+)$/.exec(request.headers['authorization'] ?? '') ?? []
  if (encoded === undefined) return undefined
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':')
  const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
  return { id: decoded(id), secret: decoded(secret) }
}
