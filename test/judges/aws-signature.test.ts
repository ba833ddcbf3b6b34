import { AwsV4Signer } from 'aws4fetch'
import { expect, test } from 'vitest'
import type { AwsAccount } from '../../dev/fakes/aws-account.ts'
import type { FakeRequest } from '../../dev/fakes/handler.ts'
import { verifySignature, type SignaturePolicy, type SigningKeys } from '../../dev/fakes/sigv4.ts'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { system as secretsManager } from '../../dev/systems/secret/aws-secrets-manager.ts'
import type { Setup, System } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { exchangeOf, keep, runStep } from '../exchanges/in-process.ts'

const NOW = Date.parse('2026-11-21T08:00:00Z')
const DATE = '20261121T080000Z'
const REGION = 'eu-central-1'
const LATTICE = 'vpc-lattice-svcs'

interface Signed {
  readonly request: FakeRequest
  readonly keys: SigningKeys
}

type AwsSetup = Setup & { readonly account: AwsAccount }

/** What an action sends to a server of AWS, with the keys of a session. */
async function sent(system: System<AwsSetup>, role: string, variant: string): Promise<Signed> {
  const world = await keep(createWorld(system, { variant, now: () => NOW }))
  const ran = await runStep(await exchangeOf(system.action), world, system.action, { now: () => NOW })
  expect(ran.errors).toEqual([])
  const { url, requests } = world.server(role)
  const { method, path, headers, body } = requests[0]!
  const request = { method, url: new URL(path, url), headers, body }
  return { request, keys: world.setup.account.sts.sessions[0]!.keys }
}

/** To an app server behind AWS IAM. */
const toAppServer = (service: 'lambda' | 'execute-api' | typeof LATTICE, prefix = ''): Promise<Signed> =>
  sent(appServerSystem({ service, prefix }), 'app-server', 'aws')

/** A signer that others wrote: the headers that it would send. */
async function signed({ method, url, headers, body }: FakeRequest, service: string, keys: SigningKeys) {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = keys
  const credentials = { accessKeyId, secretAccessKey, sessionToken }
  const place = { service, region: REGION, datetime: DATE }
  const signer = new AwsV4Signer({ method, url: url.href, headers, body, ...credentials, ...place, allHeaders: true })
  const request = await signer.sign()
  return { host: request.url.host, ...Object.fromEntries(request.headers) }
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

test.each<[string, string, () => Promise<Signed>]>([
  ['a function URL', 'lambda', () => toAppServer('lambda')],
  ['API Gateway', 'execute-api', () => toAppServer('execute-api', '/stage')],
  ['API Gateway, with an odd path', 'execute-api', () => toAppServer('execute-api', "/st%20age/(1)*'~%C3%A9%2F")],
  ['VPC Lattice', LATTICE, () => toAppServer(LATTICE)],
  ['AWS Secrets Manager', 'secretsmanager', () => sent(secretsManager, 'secretsmanager', 'text')],
])(
  'aws4fetch makes the signature that our action sends to %s, of which no byte may change',
  async (_, service, send) => {
    const { request, keys } = await send()
    const headers = signedOnly(request)
    const theirs = await signed({ ...request, headers }, service, keys)
    expect(theirs).toHaveProperty('authorization', request.headers['authorization'])

    const verdictOn = (change: Partial<FakeRequest>): unknown =>
      verifySignature({ ...request, ...change }, policyOf(service, keys))
    expect(verdictOn({})).toBe(keys)
    const { url, body } = request
    const changes: Partial<FakeRequest>[] = [
      ...[`${url.href}x`, `${url.href}?a=0`].map((href) => ({ url: new URL(href) })),
      ...[...Object.keys(headers), 'authorization'].map((name) => ({
        headers: {
          ...request.headers,
          [name]: request.headers[name]!.replace(/.$/, (text) => (text === '0' ? '1' : '0')),
        },
      })),
      ...(service === LATTICE ? [] : [{ body: `${body} ` }]),
    ]
    for (const change of changes) expect(verdictOn(change)).toMatchObject({ code: 'InvalidSignatureException' })
  },
)

test('VPC Lattice refuses a signature with a hash of the body, and without one', async () => {
  const { request, keys } = await toAppServer('lambda')
  for (const headers of [signedOnly(request), { 'content-type': 'application/json' }]) {
    const given = { ...request, headers }
    const verdict = verifySignature({ ...given, headers: await signed(given, LATTICE, keys) }, policyOf(LATTICE, keys))
    expect(verdict).toMatchObject({ code: 'InvalidSignatureException' })
  }
})
