import { randomUUID } from 'node:crypto'
import {
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose'
import type { FakeReply, FakeRequest, Handler, Now } from './handler.ts'
import { bearerOf } from './handler.ts'
import { claimsOf, type Identity } from './identity.ts'
import { randomText, type Issue } from './secrets.ts'

/** `iss` of every token; the same for all of github.com. */
export const ISSUER = 'https://token.actions.githubusercontent.com'
/** What the issuer says of itself (OpenID Connect Discovery 1.0), without the list of its claims. */
const DISCOVERY = {
  issuer: ISSUER,
  jwks_uri: `${ISSUER}/.well-known/jwks`,
  subject_types_supported: ['public', 'pairwise'],
  response_types_supported: ['id_token'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid'],
}
/** How long an ID token is good for, in s. */
const LIFETIME = 300
/** How long before its issue an ID token is already good, in s. */
const BACKDATED = 600

/** A signing key of the issuer. Made once and shared, since making one takes a good part of a second. */
export interface IssuerKeys {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly kid: string
}

export async function generateIssuerKeys(): Promise<IssuerKeys> {
  return { ...(await generateKeyPair('RS256', { extractable: true })), kid: randomUUID() }
}

export interface IssuerOptions extends Omit<Basis, 'verify'> {
  readonly keys: IssuerKeys
  readonly identity: Identity
  /** Claims that are added or replaced, for tokens that GitHub would not issue; `iss` and `exp` among them. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** What every system is built on that takes ID tokens. */
export interface Basis {
  readonly verify: Issuer['verify']
  readonly now: Now
  /** Takes note of a secret, so that tests find it where it must not be. */
  readonly issue: Issue
}

/** GitHub's OIDC provider and the ID-token endpoint of the runner. */
export interface Issuer {
  /** `GET /idtoken?api-version=…&audience=…`, `GET /.well-known/openid-configuration` and `GET /.well-known/jwks`. */
  readonly handler: Handler
  /** Path and query of `ACTIONS_ID_TOKEN_REQUEST_URL`. */
  readonly requestPath: string
  /** `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. */
  readonly requestToken: string
  /** Every token issued, oldest first. */
  readonly issued: readonly { readonly audience: string; readonly token: string; readonly at: number }[]
  readonly mint: (audience: string) => Promise<string>
  /** The job that ID tokens are for from now on. */
  readonly become: (identity: Identity, claims?: IssuerOptions['claims']) => void
  /**
   * Verifies a token as a relying party does: signature, `iss`, `aud`, `exp` and `nbf` with no tolerance. Without an
   * audience, the relying party looks at `aud` itself.
   *
   * @throws JOSEError
   */
  readonly verify: (token: string, expected?: { audience: string | string[] }) => Promise<JWTPayload>
}

/**
 * For `catch` of {@link Issuer.verify}: refuses a token in the words of a system.
 *
 * @param refuse gets jose's error, and the claim that is wrong, if it is one
 */
export function because(
  refuse: (error: errors.JOSEError, claim: unknown, claims: JWTPayload) => Error,
): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof errors.JOSEError)) throw error
    const { claim, payload = {} } = error as Partial<errors.JWTClaimValidationFailed>
    throw refuse(error, claim, payload)
  }
}

export async function createIssuer(options: IssuerOptions): Promise<Issuer> {
  const { keys, now, issue } = options
  let { identity, claims } = options
  const jwk: JWK = { ...(await exportJWK(keys.publicKey)), kid: keys.kid, alg: 'RS256', use: 'sig' }
  const keySet = createLocalJWKSet({ keys: [jwk] })
  const requestToken = randomText(400)
  issue('ID-token request token', requestToken)
  const issued: { audience: string; token: string; at: number }[] = []

  async function mint(audience: string): Promise<string> {
    const at = now()
    const seconds = Math.floor(at / 1_000)
    const token = await new SignJWT({
      jti: randomUUID(),
      ...claimsOf(identity),
      aud: audience,
      iss: ISSUER,
      iat: seconds,
      nbf: seconds - BACKDATED,
      exp: seconds + LIFETIME,
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keys.kid })
      .sign(keys.privateKey)
    issued.push({ audience, token, at })
    issue(`ID token ${issued.length} (${audience})`, token)
    return token
  }

  async function handler(request: FakeRequest): Promise<FakeReply> {
    const { pathname, searchParams } = request.url
    if (request.method !== 'GET') return { status: 405, body: { message: 'Method not allowed' } }
    if (pathname === '/.well-known/openid-configuration') return { status: 200, body: DISCOVERY }
    if (pathname === '/.well-known/jwks') return { status: 200, body: { keys: [jwk] } }
    if (pathname !== '/idtoken') return { status: 404, body: { message: 'Not found' } }
    if (bearerOf(request) !== requestToken) return { status: 401, body: { message: 'Unauthorized' } }
    if (searchParams.get('api-version') === null) {
      return { status: 400, body: { message: 'No api-version was given' } }
    }
    const audiences = searchParams.getAll('audience')
    if (audiences.length > 1) return { status: 400, body: { message: 'More than one audience' } }
    const value = await mint(audiences[0] ?? `https://github.com/${identity.owner}`)
    return { status: 200, body: { count: value.length, value } }
  }

  return {
    handler,
    requestPath: '/idtoken?api-version=2.0',
    requestToken,
    issued,
    mint,
    become: (next, more) => {
      identity = next
      claims = more
    },
    verify: async (token, expected) =>
      (
        await jwtVerify(token, keySet, {
          issuer: ISSUER,
          ...expected,
          currentDate: new Date(now()),
          clockTolerance: 0,
          requiredClaims: ['exp', 'nbf', 'sub'],
        })
      ).payload,
  }
}
