import { decodeJwt, type JWTPayload } from 'jose'
import { refusing, type FakeReply, type FakeRequest, type Handler } from '../handler.ts'
import { because, ISSUER, type Basis } from '../issuer.ts'
import { createTokens, randomText, type Tokens } from '../secrets.ts'
import { OAuthError, readOAuth, type OAuthRequest } from './request.ts'

/** In s, as a new realm has it. */
const LIFETIME = 300
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** A client of the realm. */
export interface KeycloakClient {
  /** The `sub` of the ID tokens with which it authenticates: `jwt.credential.sub`. */
  readonly subject?: string
  readonly secret?: string
  /** `oauth2.jwt.authorization.grant.enabled` */
  readonly jwtGrant?: boolean
}

interface KeycloakOptions extends Basis {
  /** The URL of the realm. A function, since it may depend on where the fake is served. */
  readonly realm: () => string
  /** By id. May be changed. */
  readonly clients: Readonly<Record<string, KeycloakClient>>
  /** Names of users by the `sub` that they are linked to. May be changed. */
  readonly users: ReadonlyMap<string, string>
}

export interface Keycloak extends Tokens {
  readonly handler: Handler
}

/** A realm of Keycloak 26.7.3 that knows GitHub's issuer, for client assertions and for the JWT authorization grant. */
export function createKeycloak(options: KeycloakOptions): Keycloak {
  const { realm, clients, users } = options
  const tokens = createTokens<{ readonly clientId: string }>(options, true)
  /** `jti` of the ID tokens that it took. */
  const used = new Set<string>()

  const handler = refusing((request) => {
    const endpoints = `${new URL(realm()).pathname}/protocol/openid-connect`
    switch (request.url.pathname) {
      case `${endpoints}/token`:
        return token(request)
      case `${endpoints}/revoke`:
        return revoke(request)
      default:
        return { status: 404, body: { error: 'Unable to find matching target resource method' } }
    }
  })

  async function token(request: FakeRequest): Promise<FakeReply> {
    const oauth = readOAuth(request)
    const grant = oauth.parameters['grant_type']
    if (grant !== 'client_credentials' && grant !== JWT_BEARER) {
      throw new OAuthError(400, 'unsupported_grant_type', 'Unsupported grant_type')
    }
    const id = await authenticate(oauth)
    if (grant === JWT_BEARER) await findUser(oauth, id)
    const { scope } = oauth.parameters
    if (scope !== undefined) throw new OAuthError(400, 'invalid_scope', `Invalid scopes: ${scope}`)
    return {
      status: 200,
      body: {
        access_token: tokens.issue('Keycloak token', `token-${randomText(60)}`, LIFETIME, { clientId: id }),
        expires_in: LIFETIME,
        refresh_expires_in: 0,
        token_type: 'Bearer',
        'not-before-policy': 0,
        scope: 'email profile',
      },
    }
  }

  async function revoke(request: FakeRequest): Promise<FakeReply> {
    const oauth = readOAuth(request)
    const id = await authenticate(oauth)
    const { token = '' } = oauth.parameters
    if ((tokens.find(token)?.clientId ?? id) !== id) throw new OAuthError(400, 'invalid_request', 'Unmatching clients')
    tokens.revoke(token)
    return { status: 200, body: '' }
  }

  /** @returns the id of the client */
  async function authenticate({ client }: OAuthRequest): Promise<string> {
    const invalid = new OAuthError(401, 'invalid_client', 'Invalid client or Invalid client credentials')
    if (client.assertion === undefined) {
      const { id = '', secret } = client
      if (clients[id]?.secret === undefined) throw invalid
      if (clients[id].secret !== secret) {
        throw new OAuthError(401, 'unauthorized_client', 'Invalid client or Invalid client credentials')
      }
      return id
    }
    const { iss, sub } = decodeJwt(client.assertion)
    const [id] =
      Object.entries(clients).find(([, { subject }]) => iss === ISSUER && subject === sub && sub !== undefined) ?? []
    if (id === undefined || (client.id !== undefined && client.id !== id)) throw invalid
    await verified(client.assertion, [realm()], (description) => new OAuthError(400, 'invalid_client', description))
    return id
  }

  /** Finds the user whom the assertion of a grant is for. */
  async function findUser({ parameters }: OAuthRequest, id: string): Promise<void> {
    if (clients[id]?.jwtGrant !== true) {
      throw new OAuthError(
        400,
        'unauthorized_client',
        'JWT Authorization Grant is not supported for the requested client',
      )
    }
    const invalid = (description: string): OAuthError => new OAuthError(400, 'invalid_grant', description)
    const assertion = parameters['assertion']
    if (assertion === undefined) throw invalid('Missing parameter:assertion')
    if (decodeJwt(assertion).iss !== ISSUER) throw invalid('No Identity Provider for provided issuer')
    const audiences = [realm(), `${realm()}/protocol/openid-connect/token`]
    const { sub = '' } = await verified(assertion, audiences, invalid)
    if (!users.has(sub)) throw invalid('User not found')
  }

  async function verified(
    idToken: string,
    audience: string[],
    invalid: (description: string) => OAuthError,
  ): Promise<JWTPayload> {
    const claims = await options
      .verify(idToken, { audience })
      .catch(because((_, claim) => invalid(claim === 'aud' ? 'Invalid token audience' : 'Token is not active')))
    if (used.has(String(claims.jti))) throw invalid('Token reuse detected')
    used.add(String(claims.jti))
    return claims
  }

  return { ...tokens, handler }
}
