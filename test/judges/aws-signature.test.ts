import { sign } from 'aws4'
import { AwsV4Signer } from 'aws4fetch'
import { describe, expect, test } from 'vitest'
import type { FakeRequest } from '../../dev/fakes/handler.ts'
import type { FakeServer } from '../../dev/fakes/serve.ts'
import { verifySignature, type SignaturePolicy, type SigningKeys } from '../../dev/fakes/sigv4.ts'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { system as secretsManager } from '../../dev/systems/secret/aws-secrets-manager.ts'
import { createWorld } from '../../dev/world.ts'
import { appServer } from '../../src/exchanges/app-server/exchange.ts'
import { awsSecretsManager } from '../../src/exchanges/secret/aws-secrets-manager/exchange.ts'
import { keep, runStep } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')
const DATE = '20261121T080000Z'
const REGION = 'eu-central-1'
const LATTICE = 'vpc-lattice-svcs'

interface Signed {
  readonly request: FakeRequest
  readonly keys: SigningKeys
}

function received({ url, requests }: FakeServer): FakeRequest {
  const { method, path, headers, body } = requests[0]!
  return { method, url: new URL(path, url), headers, body }
}

/** What our root action sends to an app server behind AWS IAM. */
async function toAppServer(service: 'lambda' | 'execute-api' | typeof LATTICE, prefix = ''): Promise<Signed> {
  const world = await keep(createWorld(appServerSystem({ service, prefix }), { variant: 'aws', now: () => NOW }))
  const ran = await runStep(appServer, world, '.', { now: () => NOW })
  expect(ran.errors).toEqual([])
  return { request: received(world.server('app-server')), keys: world.setup.account.sts.sessions[0]!.keys }
}

/** What our action asks AWS Secrets Manager. */
async function toSecretsManager(): Promise<Signed> {
  const world = await keep(createWorld(secretsManager, { now: () => NOW }))
  const ran = await runStep(awsSecretsManager, world, 'secret/aws-secrets-manager', { now: () => NOW })
  expect(ran.errors).toEqual([])
  return { request: received(world.server('secretsmanager')), keys: world.setup.account.sts.sessions[0]!.keys }
}

type Signer = (request: FakeRequest, service: string, keys: SigningKeys) => Promise<Readonly<Record<string, string>>>

/** Signers that others wrote: each gives the headers that it would send. */
const signers: Record<string, Signer> = {
  aws4: ({ method, url, headers, body }, service, keys) => {
    const request = {
      method,
      host: url.host,
      path: url.pathname + url.search,
      headers: { ...headers, 'x-amz-date': DATE },
      body,
      service,
      region: REGION,
      // Its clients sign the length too, which ours do not.
      extraHeadersToIgnore: { 'content-length': true },
    }
    const signed = sign(request, keys).headers ?? {}
    return Promise.resolve(
      Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toLowerCase(), String(value)])),
    )
  },
  aws4fetch: async ({ method, url, headers, body }, service, keys) => {
    const { accessKeyId, secretAccessKey, sessionToken } = keys
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      headers,
      body,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service,
      region: REGION,
      datetime: DATE,
      allHeaders: true,
    })
    const signed = await signer.sign()
    return { host: signed.url.host, ...Object.fromEntries(signed.headers) }
  },
}

function policyOf(service: string, keys: SigningKeys): SignaturePolicy {
  return { service, region: REGION, now: () => NOW, credentials: (id) => (id === keys.accessKeyId ? keys : undefined) }
}

/** The headers that the signature is over, but for those that a signer adds itself. */
function signedOnly({ headers }: FakeRequest): Record<string, string> {
  const names = /SignedHeaders=([^,]+)/.exec(headers['authorization'] ?? '')?.[1]?.split(';') ?? []
  expect(names).toContain('host')
  const added = ['host', 'x-amz-date', 'x-amz-security-token']
  return Object.fromEntries(names.filter((name) => !added.includes(name)).map((name) => [name, headers[name]!]))
}

describe.each(Object.entries(signers))('%s', (_, signer) => {
  test.each<[string, string, () => Promise<Signed>]>([
    ['a function URL', 'lambda', () => toAppServer('lambda')],
    ['API Gateway', 'execute-api', () => toAppServer('execute-api', '/stage')],
    ['API Gateway, with an odd path', 'execute-api', () => toAppServer('execute-api', "/st%20age/(1)*'~%C3%A9%2F")],
    ['VPC Lattice', LATTICE, () => toAppServer(LATTICE)],
    ['AWS Secrets Manager', 'secretsmanager', toSecretsManager],
  ])('makes the signature that our action sends to %s', async (_name, service, send) => {
    const { request, keys } = await send()
    const theirs = await signer({ ...request, headers: signedOnly(request) }, service, keys)
    expect(theirs['authorization']).toBe(request.headers['authorization'])
  })

  describe.each(['lambda', 'execute-api', LATTICE, 'secretsmanager'])('of a request for %s', (service) => {
    const keys: SigningKeys = {
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: 'not-a-secret',
      sessionToken: 'not/a+token=',
    }
    const bare: FakeRequest = {
      method: 'POST',
      url: new URL('https://app.example.com/st%20age/access_tokens?b=2&a=%C3%BC%2F&a=1'),
      headers: {
        'content-type': 'application/json',
        'x-authorization': 'Bearer  not-a-token',
        ...(service === LATTICE && { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }),
      },
      body: '{"permissions":{"contents":"read"}}',
    }
    const signed = async (): Promise<FakeRequest> => ({ ...bare, headers: await signer(bare, service, keys) })
    const verify = (request: FakeRequest): unknown => {
      const checked = verifySignature(request, policyOf(service, keys))
      return 'code' in checked ? checked.code : checked
    }

    test('is accepted', async () => {
      expect(verify(await signed())).toBe(keys)
    })

    test.each<[string, (request: FakeRequest) => FakeRequest]>([
      ['the path', (request) => ({ ...request, url: new URL('/st%20age/access_tokenz', request.url) })],
      ['the query', (request) => ({ ...request, url: new URL('?b=2&a=%C3%BC%2F&a=0', request.url) })],
      ['the ID token', (request) => withHeader(request, 'x-authorization', 'Bearer  not-a-tokem')],
      [
        'the signature',
        (request) =>
          withHeader(
            request,
            'authorization',
            request.headers['authorization']!.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
          ),
      ],
      ...(service === LATTICE
        ? []
        : [['the body', (request) => ({ ...request, body: `${request.body} ` })] satisfies Change]),
    ])('is refused for one byte of %s', async (_part, change) => {
      expect(verify(change(await signed()))).toBe('InvalidSignatureException')
    })
  })

  test('is refused by VPC Lattice with a hash of the body, and without one', async () => {
    const { request, keys } = await toAppServer('lambda')
    const policy = policyOf(LATTICE, keys)
    for (const headers of [signedOnly(request), { 'content-type': 'application/json' }]) {
      const given = { ...request, headers }
      const signed = { ...given, headers: await signer(given, LATTICE, keys) }
      expect(verifySignature(signed, policy)).toMatchObject({ code: 'InvalidSignatureException' })
    }
  })
})

type Change = [string, (request: FakeRequest) => FakeRequest]

function withHeader(request: FakeRequest, name: string, value: string): FakeRequest {
  return { ...request, headers: { ...request.headers, [name]: value } }
}
