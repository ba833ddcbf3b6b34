import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, test } from 'vitest'
import type { FakeRequest } from '../../dev/fakes/handler.ts'
import { verifySignature, type SignaturePolicy, type SigningKeys } from '../../dev/fakes/sigv4.ts'

/* How AWS refuses what no signer makes; that it takes what they make is for test/judges/aws-signature.test.ts. */

/** The time of the examples that AWS publishes for Signature Version 4. */
const NOW = Date.parse('2015-08-30T12:36:00Z')
const SESSION: SigningKeys = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'not-a-secret',
  sessionToken: 'not a token',
  expiresAt: NOW + 900_000,
}

function policyOf(keys: SigningKeys, more: Partial<SignaturePolicy> = {}): SignaturePolicy {
  return {
    service: 'service',
    region: 'us-east-1',
    now: () => NOW,
    credentials: (id) => (id === keys.accessKeyId ? keys : undefined),
    ...more,
  }
}

function signerOf(service: string, region: string): SignatureV4 {
  const sha256 = Hash.bind(null, 'sha256')
  return new SignatureV4({ service, region, credentials: SESSION, sha256, applyChecksum: false })
}

test.each([
  ['GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['GET', '/?Param2=value2&Param1=value1', 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'],
  ['POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('a signature that AWS publishes is accepted: %s %s', (method, path, signature) => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
  const url = new URL(`https://example.amazonaws.com${path}`)
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`
  const headers = { host: url.host, 'x-amz-date': '20150830T123600Z', authorization }
  expect(verifySignature({ method, url, headers, body: '' }, policyOf(keys))).toEqual(keys)
})

describe('a request with an ID token to a function URL', () => {
  interface Change {
    readonly at?: number
    readonly region?: string
    readonly service?: string
    readonly unsigned?: string[]
    /** After it was signed. */
    readonly change?: (signed: FakeRequest) => Partial<FakeRequest>
    readonly now?: number
  }

  async function verdictOn({ at = NOW, region, service, unsigned = [], change, now = NOW }: Change) {
    const url = new URL('https://abc.lambda-url.eu-central-1.on.aws/stage/access_tokens')
    const request = {
      method: 'POST',
      protocol: 'https:',
      hostname: url.host,
      path: url.pathname,
      headers: { host: url.host, 'content-type': 'application/json', 'x-authorization': 'Bearer x' },
      body: '{"a":1}',
    }
    const signer = signerOf(service ?? 'lambda', region ?? 'eu-central-1')
    const options = { signingDate: new Date(at), unsignableHeaders: new Set(unsigned) }
    const { headers } = await signer.sign(request, options)
    const signed: FakeRequest = { method: 'POST', url, headers, body: request.body }
    const policy = { service: 'lambda', region: 'eu-central-1', signed: ['x-authorization'], now: () => now }
    return verifySignature({ ...signed, ...change?.(signed) }, policyOf(SESSION, policy))
  }
  const withHeader = (name: string, value: string) => (signed: FakeRequest) => ({
    headers: { ...signed.headers, [name]: value },
  })

  test.each([NOW - 300_000, NOW, NOW + 300_000])('is accepted, signed at %i', async (at) => {
    expect(await verdictOn({ at })).toEqual(SESSION)
  })

  test.each<[string, string, Change]>([
    ['another method', 'The request signature we calculated does not', { change: () => ({ method: 'PUT' }) }],
    ['another host', 'The request signature we calculated', { change: withHeader('host', 'x.example') }],
    [
      'a hash of the body that is not signed',
      "'x-amz-content-sha256' must be a 'SignedHeader' in the AWS Authorization.",
      { change: withHeader('x-amz-content-sha256', 'a'.repeat(64)) },
    ],
    [
      'an ID token that is not signed',
      "'x-authorization' must be a 'SignedHeader' in the AWS Authorization.",
      { unsigned: ['x-authorization'] },
    ],
    [
      'another region and service',
      "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'lambda'. ",
      { region: 'us-east-1', service: 'execute-api' },
    ],
    [
      'a time more than five minutes ago',
      'Signature expired: 20150830T123059Z is now earlier than 20150830T123100Z (20150830T123600Z - 5 min.)',
      { at: NOW - 301_000 },
    ],
    [
      'a time more than five minutes ahead',
      'Signature not yet current: 20150830T124101Z is still later than 20150830T124100Z (20150830T123600Z + 5 min.)',
      { at: NOW + 301_000 },
    ],
    [
      'a session that has ended',
      'The security token included in the request is expired',
      { at: NOW + 900_000, now: NOW + 900_000 },
    ],
    ['no signature', 'Missing Authentication Token', { change: () => ({ headers: {} }) }],
    ['another scheme', 'not a complete AWS4 signature', { change: withHeader('authorization', 'Bearer x') }],
    [
      'half a signature',
      'not a complete AWS4 signature',
      { change: withHeader('authorization', 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host') },
    ],
  ])('is refused for %s', async (_, message, change) => {
    expect(await verdictOn(change)).toMatchObject({ message: expect.stringContaining(message) as string })
  })
})
