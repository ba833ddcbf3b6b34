import * as oauth from 'oauth4webapi'
import { expect, test } from 'vitest'
import { ISSUER } from '../../dev/fakes/issuer.ts'
import type { RecordedRequest } from '../../dev/fakes/serve.ts'
import { system, type OAuthTokenSetup } from '../../dev/systems/oauth-token.ts'
import type { World } from '../../dev/world.ts'
import { oauthToken } from '../../src/exchanges/oauth-token/exchange.ts'
import { opening, runStep } from '../exchanges/in-process.ts'

/*
 * oauth4webapi, a client by another author, against the fakes: it sends what our action sends, reads what it reads, and gets
 * errors of its own classes out of every refusal.
 */

type OAuthWorld = World<OAuthTokenSetup>

const PREFIX = 'urn:ietf:params:oauth:'
// oxlint-disable-next-line typescript/no-deprecated -- The fakes listen on loopback.
const LOCAL = { [oauth.allowInsecureRequests]: true }

const open = opening(system)

function serverOf({ inputs }: OAuthWorld): oauth.AuthorizationServer {
  const { 'token-url': token = '', 'revocation-url': revocation = '' } = inputs
  return { issuer: new URL(token).origin, token_endpoint: token, revocation_endpoint: revocation }
}

function clientOf({ inputs }: OAuthWorld): oauth.Client {
  return { client_id: inputs['client-id']! }
}

function mint({ issuer, inputs, url, setup }: OAuthWorld): Promise<string> {
  return issuer.mint(inputs['audience'] ?? url(setup.exchangeRole))
}

/** RFC 7523 section 2.2, with an ID token instead of a key of its own. */
async function byIdToken(world: OAuthWorld): Promise<oauth.ClientAuth> {
  const assertion = await mint(world)
  return (_server, client, body) => {
    body.set('client_id', client.client_id)
    body.set('client_assertion_type', `${PREFIX}client-assertion-type:jwt-bearer`)
    body.set('client_assertion', assertion)
  }
}

/** A way to get a token, as oauth4webapi does it. */
interface Way {
  readonly variant: string
  /** Of our action. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly authentication: (world: OAuthWorld) => oauth.ClientAuth | Promise<oauth.ClientAuth>
  readonly grant: string
  readonly parameters: (world: OAuthWorld) => Promise<Record<string, string>>
}

const assertion = async (world: OAuthWorld): Promise<Record<string, string>> => ({ assertion: await mint(world) })
const secretOf = ({ inputs }: OAuthWorld): string => inputs['client-secret']!

const WAYS: Readonly<Record<string, Way>> = {
  'client credentials, by an assertion': {
    variant: 'client-credentials',
    authentication: byIdToken,
    grant: 'client_credentials',
    parameters: () => Promise.resolve({}),
  },
  'a JWT as the grant, by HTTP Basic': {
    variant: 'jwt-bearer',
    authentication: (world) => oauth.ClientSecretBasic(secretOf(world)),
    grant: `${PREFIX}grant-type:jwt-bearer`,
    parameters: assertion,
  },
  'a JWT as the grant, by the secret in the body': {
    variant: 'jwt-bearer',
    inputs: { 'client-authentication': 'client_secret_post' },
    authentication: (world) => oauth.ClientSecretPost(secretOf(world)),
    grant: `${PREFIX}grant-type:jwt-bearer`,
    parameters: assertion,
  },
  'a token exchange of a public client': {
    variant: 'token-exchange',
    authentication: () => oauth.None(),
    grant: `${PREFIX}grant-type:token-exchange`,
    parameters: async (world) => ({
      subject_token: await mint(world),
      subject_token_type: `${PREFIX}token-type:id_token`,
      scope: 'openid federated:id',
      connector_id: 'github',
    }),
  },
}

async function askAs(world: OAuthWorld, way: Way): Promise<oauth.TokenEndpointResponse> {
  const [server, client] = [serverOf(world), clientOf(world)]
  const response = await oauth.genericTokenEndpointRequest(
    server,
    client,
    await way.authentication(world),
    way.grant,
    await way.parameters(world),
    LOCAL,
  )
  return oauth.processGenericTokenEndpointResponse(server, client, response)
}

/** What a request says, whatever the order: each ID token is another. */
function saidBy({ headers, body }: RecordedRequest): Record<string, string> {
  const [, basic = ''] = /^Basic (\S+)$/.exec(headers['authorization'] ?? '') ?? []
  const credentials = Buffer.from(basic, 'base64').toString()
  const fields = [...new URLSearchParams(body)].map(([name, value]) => [name, value.replace(/^eyJ.*/, 'an ID token')])
  return {
    ...(Object.fromEntries(fields) as Record<string, string>),
    credentials: decodeURIComponent(credentials.replaceAll('+', ' ')),
  }
}

test.each(Object.entries(WAYS))('%s', async (_, way) => {
  const world = await open({ variant: way.variant })
  const { tokens, exchangeRole } = world.setup
  const theirs = await askAs(world, way)
  const { outputs } = await runStep(oauthToken, world, 'oauth-token', { inputs: way.inputs ?? {} })
  const [first, second] = world.server(exchangeRole).requests
  expect(saidBy(second!)).toEqual(saidBy(first!))
  expect(tokens.alive(theirs.access_token)).toBe(true)
  expect(outputs['token-type']?.toLowerCase()).toBe(theirs.token_type)
  expect(outputs['issued-token-type']).toBe(theirs['issued_token_type'])
  if (theirs.scope !== undefined) expect(outputs['scope']).toBe(theirs.scope)
  const seconds = (Date.parse(outputs['expires-at']!) - Date.now()) / 1_000
  expect(Math.abs(seconds - theirs.expires_in!)).toBeLessThan(60)

  // The second time the server does not know it, which is no error (RFC 7009 section 2.2). Dex revokes nothing.
  for (let time = 0; time < 2 && way.variant !== 'token-exchange'; time++) {
    await revoke(world, await way.authentication(world), outputs['token']!)
    expect(tokens.alive(outputs['token']!)).toBe(false)
  }

  world.setup.deny()
  const error = await askAs(world, way).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(oauth.ResponseBodyError)
  const { errors } = await runStep(oauthToken, world, 'oauth-token', { inputs: way.inputs ?? {} })
  const { error: code, error_description: description, status } = error as oauth.ResponseBodyError
  expect(errors[0]).toContain(`refused (${status} `)
  expect(errors[0]).toContain(`: ${code}: ${description!}`)
})

async function revoke(world: OAuthWorld, authentication: oauth.ClientAuth, token: string, id?: string): Promise<void> {
  const client = id === undefined ? clientOf(world) : { client_id: id }
  const response = await oauth.revocationRequest(serverOf(world), client, authentication, token, LOCAL)
  await oauth.processRevocationResponse(response)
}

test('a token is revoked by no other client', async () => {
  const world = await open({ variant: 'jwt-bearer' })
  const { outputs } = await runStep(oauthToken, world, 'oauth-token')
  const byAnother = revoke(world, await byIdToken(world), outputs['token']!, 'deploy')
  await expect(byAnother).rejects.toMatchObject({ error: 'invalid_request' })
  expect(world.setup.tokens.alive(outputs['token']!)).toBe(true)
})

// That its keys verify what it signs is for the endpoint of the page of `secret/http`.
test('the issuer of the ID tokens is found under its name, and under no other', async () => {
  const { url } = await open({ variant: 'jwt-bearer' })
  const discover = async (name: string): Promise<oauth.AuthorizationServer> => {
    const response = await oauth.discoveryRequest(new URL(name), {
      [oauth.customFetch]: (at: string, options: object) => fetch(at.replace(name, url('oidc')), options),
      ...LOCAL,
    })
    return oauth.processDiscoveryResponse(new URL(name), response)
  }
  expect(await discover(ISSUER)).toMatchObject({
    issuer: ISSUER,
    jwks_uri: `${ISSUER}/.well-known/jwks`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['id_token'],
  })
  await expect(discover('https://issuer.example.com')).rejects.toMatchObject({ code: oauth.JSON_ATTRIBUTE_COMPARISON })
})
