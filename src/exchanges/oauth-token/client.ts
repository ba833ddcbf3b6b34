import type { Inputs } from '../../inputs/inputs.ts'

/** One parameter of a request. */
export type Field = [name: string, value: string]

/** How a client proves who it is: RFC 6749 section 2.3.1, and RFC 7523 section 2.2 with the job's ID token as assertion. */
export const AUTHENTICATIONS = ['none', 'client_secret_basic', 'client_secret_post', 'id-token'] as const
export type Authentication = (typeof AUTHENTICATIONS)[number]

/** The name by which the server knows the job. */
export interface OAuthClient {
  readonly authentication: Authentication
  /** Empty if there is none: RFC 6749 requires none of an unknown client, and RFC 7521 section 4.2 makes it optional. */
  readonly id: string
  /** Empty unless it authenticates with one. */
  readonly secret: string
}

/** Whether a client authenticates with a secret. */
export function hasSecret({ authentication }: Pick<OAuthClient, 'authentication'>): boolean {
  return authentication === 'client_secret_basic' || authentication === 'client_secret_post'
}

/**
 * Reads the inputs `client-id`, `client-secret` and `client-authentication`.
 *
 * @param usual how the client authenticates where neither a secret nor a way is given
 */
export function readClient(inputs: Inputs, usual: 'none' | 'id-token'): OAuthClient {
  const id = inputs.line('client-id')
  const secret = inputs.line('client-secret')
  const authentication = inputs.oneOf(
    'client-authentication',
    AUTHENTICATIONS,
    usual === 'none' && secret !== '' ? 'client_secret_basic' : usual,
  )
  if (secret !== '' && id === '') {
    inputs.lacking('client-id', 'is required with client-secret', 'my-client')
  }
  if (hasSecret({ authentication })) {
    const needs = `is required with client-authentication ${authentication}`
    if (id === '' && secret === '') inputs.lacking('client-id', needs, 'my-client')
    if (secret === '') inputs.lacking('client-secret', needs, '${{ secrets.CLIENT_SECRET }}')
  } else if (secret !== '') {
    inputs.problem(
      'client-secret',
      `is not used with client-authentication ${authentication}: leave it out`,
      'client-authentication: client_secret_basic',
    )
  }
  return { authentication, id, secret }
}

/**
 * What a client adds to a request to prove who it is.
 *
 * @param idToken gives an ID token that was not sent before
 */
export async function proofOf(
  client: OAuthClient,
  idToken: () => Promise<string>,
): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly fields: readonly Field[] }> {
  const { authentication, id, secret } = client
  const name: readonly Field[] = id === '' ? [] : [['client_id', id]]
  switch (authentication) {
    case 'none':
      return { headers: {}, fields: name }
    case 'client_secret_basic':
      return { headers: { authorization: `Basic ${basicOf(client)}` }, fields: [] }
    case 'client_secret_post':
      return { headers: {}, fields: [...name, ['client_secret', secret]] }
    case 'id-token':
      return {
        headers: {},
        fields: [
          ...name,
          ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
          ['client_assertion', await idToken()],
        ],
      }
  }
}

/** Every form of the client's secret that a request holds; none if there is no secret. */
export function secretsOf(client: OAuthClient): string[] {
  return hasSecret(client) ? [client.secret, formEncoded(client.secret), basicOf(client)] : []
}

/** RFC 6749 section 2.3.1: id and secret are encoded like a form before they become a user name and a password. */
function basicOf({ id, secret }: OAuthClient): string {
  return Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')
}

/** RFC 6749, appendix B. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
