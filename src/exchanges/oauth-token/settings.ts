import type { Headers } from '../../inputs/headers.ts'
import { not, type Inputs } from '../../inputs/inputs.ts'
import { readClient, type Field, type OAuthClient } from './client.ts'
import { readParameters } from './parameters.ts'

const URL_EXAMPLE = 'https://auth.example.com/oauth/token'
const PREFIX = 'urn:ietf:params:oauth:'
/** RFC 3986: an absolute URI; a fragment is none of it. */
const ABSOLUTE_URI = /^[a-z][a-z\d+.-]*:[^\s#]+$/i
/** RFC 6749, appendix A.4. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
/** RFC 8693 section 3. */
const TOKEN_TYPES = ['access_token', 'refresh_token', 'id_token', 'saml1', 'saml2', 'jwt']

/** The grants in which the ID token has a place, by their names in the input. */
const GRANTS = {
  /** RFC 8693 */
  'token-exchange': { type: `${PREFIX}grant-type:token-exchange`, idTokenField: 'subject_token' },
  /** RFC 7523 section 2.1 */
  'jwt-bearer': { type: `${PREFIX}grant-type:jwt-bearer`, idTokenField: 'assertion' },
  /** RFC 6749 section 4.4, with the ID token as the client's assertion: RFC 7523 section 2.2 */
  'client-credentials': { type: 'client_credentials', idTokenField: undefined },
} as const
type Grant = keyof typeof GRANTS

export interface Settings {
  readonly url: URL
  readonly grant: Grant
  /** The parameter that holds the ID token, where it is not the client's assertion. */
  readonly idTokenField: string | undefined
  /** Of the ID token. */
  readonly audience: string
  readonly client: OAuthClient
  /** What is asked for; empty if it is left to the server. */
  readonly scope: string
  /** The parameters that need no ID token, in the order in which they are sent. */
  readonly fields: readonly Field[]
  readonly body: 'form' | 'json'
  readonly headers: Headers
  /** Where the token is revoked: RFC 7009. */
  readonly revocationUrl: URL | undefined
  readonly outlivesJob: boolean
}

/** Reads the inputs. */
export function readSettings(inputs: Inputs): Settings {
  const url = inputs.url('token-url', inputs.required('token-url', URL_EXAMPLE), URL_EXAMPLE, { query: true })
  const grant = readGrant(inputs)
  const client = readClient(inputs, grant === 'client-credentials' ? 'id-token' : 'none')
  if (grant === 'client-credentials' && client.authentication !== 'id-token') {
    inputs.problem(
      'client-authentication',
      'must be id-token with grant-type client-credentials, which has no other place for the ID token',
      'id-token',
    )
  }
  const scopes = inputs.text('scope').replace(/\s+/g, ' ')
  const scope = inputs.matching('scope', scopes, SCOPE, 'must be scopes separated by spaces', 'read write')
  const resource = inputs.text('resource')
  const uri = 'must be an absolute URI without a fragment (#…)'
  const revocationUrl = inputs.text('revocation-url')
  return {
    url,
    grant,
    idTokenField: GRANTS[grant].idTokenField,
    audience: inputs.line('audience') || url.origin,
    client,
    scope,
    fields: [
      ['grant_type', GRANTS[grant].type],
      ...readTokenTypes(inputs, grant),
      ...given('scope', scope),
      ...given('resource', inputs.matching('resource', resource, ABSOLUTE_URI, uri, 'https://api.example.com/')),
      ...readParameters(inputs),
    ],
    headers: inputs.headers(),
    body: inputs.oneOf('body', ['form', 'json'], 'form'),
    revocationUrl:
      revocationUrl === ''
        ? undefined
        : inputs.url('revocation-url', revocationUrl, 'https://auth.example.com/oauth/revoke', { query: true }),
    outlivesJob: inputs.boolean('skip-token-revoke'),
  }
}

/** In short, or as the request has it. */
function readGrant(inputs: Inputs): Grant {
  const value = inputs.text('grant-type') || 'token-exchange'
  const names = Object.keys(GRANTS) as Grant[]
  const found = names.find((name) => name === value || GRANTS[name].type === value)
  if (found === undefined) {
    inputs.problem('grant-type', `must be one of ${names.join(', ')}${not(value)}`, 'token-exchange')
  }
  return found ?? 'token-exchange'
}

/** Only an exchange has them. */
function readTokenTypes(inputs: Inputs, grant: Grant): Field[] {
  const subject = readTokenType(inputs, 'subject-token-type')
  const requested = readTokenType(inputs, 'requested-token-type')
  if (grant === 'token-exchange') {
    return [['subject_token_type', subject || `${PREFIX}token-type:jwt`], ...given('requested_token_type', requested)]
  }
  for (const [name, value] of [
    ['subject-token-type', subject],
    ['requested-token-type', requested],
  ] as const) {
    if (value === '') continue
    inputs.problem(name, `is not used with grant-type ${grant}: leave it out`, 'grant-type: token-exchange')
  }
  return []
}

/** @returns as the request has it; empty if it is not given */
function readTokenType(inputs: Inputs, name: string): string {
  const value = inputs.text(name)
  if (TOKEN_TYPES.includes(value)) return `${PREFIX}token-type:${value}`
  return inputs.matching(name, value, ABSOLUTE_URI, `must be one of ${TOKEN_TYPES.join(', ')}, or a URI`, 'id_token')
}

function given(name: string, value: string): Field[] {
  return value === '' ? [] : [[name, value]]
}
