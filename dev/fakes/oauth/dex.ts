import { formOf, refusing, type Handler } from '../handler.ts'
import { because, type Basis } from '../issuer.ts'
import { createTokens, randomText, type Tokens } from '../secrets.ts'
import { OAuthError, readOAuth } from './request.ts'

/** In s, where Dex is configured as by default. */
const LIFETIME = 24 * 3_600
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const TYPE = 'urn:ietf:params:oauth:token-type:'

interface DexOptions extends Basis {
  /** Ids of the connectors to GitHub's issuer. May be changed. */
  readonly connectors: readonly string[]
  /** Secrets by client, empty for one that is public. May be changed. */
  readonly clients: Readonly<Record<string, string>>
}

export interface Dex extends Tokens {
  readonly handler: Handler
}

/** The token exchange of Dex (dexidp/dex ab64ed7, server/grants), which looks at no audience and revokes nothing. */
export function createDex({ connectors, clients, ...basis }: DexOptions): Dex {
  const tokens = createTokens(basis)

  const handler = refusing(async (request) => {
    if (request.url.pathname !== '/token') return { status: 404, body: '404 page not found\n' }
    // It reads no other form, and then misses the grant.
    if (formOf(request) === undefined) throw new OAuthError(400, 'unsupported_grant_type')
    const { parameters, client } = readOAuth(request)
    if (parameters['grant_type'] !== GRANT) throw new OAuthError(400, 'unsupported_grant_type')
    const { id = '', secret = '' } = client
    if (!Object.hasOwn(clients, id) || clients[id] !== secret) {
      throw new OAuthError(401, 'invalid_client', 'Invalid client credentials.')
    }
    if (!connectors.includes(parameters['connector_id'] ?? '')) {
      throw new OAuthError(400, 'invalid_request', 'Requested connector does not exist.')
    }
    if (parameters['subject_token_type'] !== `${TYPE}id_token`) {
      throw new OAuthError(400, 'request_not_supported', 'Invalid subject_token_type.')
    }
    const requested = parameters['requested_token_type'] ?? `${TYPE}access_token`
    if (!['id_token', 'access_token'].some((type) => requested === `${TYPE}${type}`)) {
      throw new OAuthError(400, 'request_not_supported', 'Invalid requested_token_type.')
    }
    await basis.verify(parameters['subject_token'] ?? '').catch(because(() => new OAuthError(401, 'access_denied')))
    return {
      status: 200,
      body: {
        access_token: tokens.issue('Dex token', `token-${randomText(60)}`, LIFETIME, undefined),
        issued_token_type: requested,
        token_type: 'bearer',
        expires_in: LIFETIME - 1,
      },
    }
  })

  return { ...tokens, handler }
}
