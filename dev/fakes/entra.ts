import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import { formOf, Refusal, refusing, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import { because, type Basis } from './issuer.ts'
import { createTokens, randomText, type Tokens } from './secrets.ts'

/** How long access tokens live, in s; of Entra it is random, 60 to 90 minutes. */
const LIFETIME = 4_200

/** A federated credential of an application or a managed identity. */
export interface FederatedCredential {
  readonly issuer: string
  readonly subject: string
  readonly audiences: readonly string[]
}

export interface EntraOptions extends Basis {
  readonly tenant: string
  /** Federated credentials by client ID. May be changed while the fake runs. */
  readonly clients: Record<string, readonly FederatedCredential[]>
  /** The APIs that the tenant knows. */
  readonly resources: readonly string[]
}

/** Whose an access token is, and for what. */
export interface AccessToken {
  readonly clientId: string
  readonly resource: string
}

/** Microsoft Entra, as far as workload identity federation goes. */
export interface Entra {
  /** `POST /{tenant}/oauth2/v2.0/token` */
  readonly handler: Handler
  /** The access token issued under this text, unless it has ended. */
  readonly token: Tokens<AccessToken>['find']
}

/** What a request must have beside the client and the assertion. */
const FIXED = {
  grant_type: 'client_credentials',
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
}

/**
 * Shapes and statuses are those of recorded answers (calvinchengx/entra-emulator, `e2e/differential/testdata`); the texts are from
 * Azure/login#515, winprint#125, azure-workload-identity and Microsoft's list of error codes.
 */
export function createEntra(options: EntraOptions): Entra {
  const { tenant, clients, resources } = options
  const tokens = createTokens<AccessToken>(options)
  const handler = refusing(async (request) => ({ status: 200, body: await exchange(request) }))

  async function exchange(request: FakeRequest): Promise<object> {
    const [, asked = ''] = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(request.url.pathname) ?? []
    if (asked !== tenant) throw refusal(90002, `Tenant '${asked}' not found.`, 400, 'invalid_request')
    const form = formOf(request)
    if (form === undefined || request.method !== 'POST')
      throw refusal(900561, 'The endpoint only accepts POST requests.', 400, 'invalid_request')
    const field = (name: string): string => form.getAll(name).join() || missing(name)
    for (const [name, value] of Object.entries(FIXED)) {
      if (field(name) !== value)
        throw refusal(70003, `The app requested '${field(name)}'.`, 400, 'unsupported_grant_type')
    }
    const clientId = field('client_id')
    const credentials = clients[clientId.toLowerCase()]
    if (credentials === undefined) {
      throw refusal(
        700016,
        `Application with identifier '${clientId}' was not found in the directory '${tenant}'.`,
        400,
        'unauthorized_client',
      )
    }
    const resource = /^(\S+)\/\.default$/.exec(field('scope'))?.[1]
    if (resource === undefined) {
      throw refusal(70011, `The provided value for scope ${field('scope')} is not valid.`, 400, 'invalid_scope')
    }
    await mustMatch(field('client_assertion'), credentials)
    if (!resources.includes(resource)) {
      throw refusal(
        500011,
        `The resource principal named ${resource} was not found in the tenant named ${tenant}.`,
        400,
        'invalid_resource',
      )
    }
    const text = `eyJ0eXAiOiJKV1Qi.${randomText(900)}.${randomText(342)}`
    tokens.issue('Entra access token', text, LIFETIME, { clientId, resource })
    return { token_type: 'Bearer', expires_in: LIFETIME, ext_expires_in: LIFETIME, access_token: text }
  }

  async function mustMatch(assertion: string, credentials: readonly FederatedCredential[]): Promise<void> {
    if (credentials.length === 0)
      throw refusal(70025, 'Client application has no configured federated identity credentials.')
    const { iss = '', sub = '', aud = [] } = decodeJwt(assertion)
    const none = 'No matching federated identity record found for presented assertion'
    const ofIssuer = credentials.filter(({ issuer }) => issuer === iss)
    if (ofIssuer.length === 0) throw refusal(700211, `${none} issuer '${iss}'.`)
    const ofSubject = ofIssuer.filter(({ subject }) => subject === sub)
    if (ofSubject.length === 0) {
      const alike = ofIssuer.some(({ subject }) => subject.toLowerCase() === sub.toLowerCase())
      throw alike
        ? refusal(
            7002138,
            `No matching federated identity record found for presented assertion subject '${sub}'. It matches with case-insensitive comparison, but not with case-sensitive comparison.`,
          )
        : refusal(700213, `${none} subject '${sub}'.`)
    }
    const audience = [aud].flat().find((each) => ofSubject.some(({ audiences }) => audiences.includes(each)))
    if (audience === undefined) throw refusal(700212, `${none} audience '${[aud].flat().join()}'.`)
    await options
      .verify(assertion, { audience })
      .catch(
        because((_, claim) =>
          claim === 'exp'
            ? refusal(700024, 'Client assertion is not within its valid time range.')
            : refusal(700027, 'Client assertion failed signature validation.'),
        ),
      )
  }

  return { handler, token: tokens.find }
}

function refusal(code: number, message: string, status = 401, error = 'invalid_client'): Refusal {
  return new Refusal(entraError(status, error, code, message))
}

function missing(name: string): never {
  throw refusal(900144, `The request body must contain the following parameter: '${name}'.`, 400, 'invalid_request')
}

/** An error answer of Microsoft Entra. */
export function entraError(status: number, error: string, code: number, message: string): FakeReply {
  const [trace, correlation, time] = [randomUUID(), randomUUID(), '2026-11-21 08:00:00Z']
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${time}`,
      error_codes: [code],
      timestamp: time,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
  }
}
