import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { FakeRequest } from '../../dev/fakes/handler.ts'
import { without } from './fakes.ts'
import {
  verifyPresigned,
  verifySignature,
  type SignaturePolicy,
  type SigningKeys,
} from '../../dev/fakes/sigv4.ts'

/** The key and the date of the examples that AWS publishes for Signature Version 4. */
const EXAMPLE: SigningKeys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const EXAMPLE_DATE = '20150830T123600Z'
const EXAMPLE_TIME = Date.parse('2015-08-30T12:36:00Z')

function policyOf(keys: SigningKeys, more: Partial<SignaturePolicy> = {}): SignaturePolicy {
  return {
    service: 'service',
    region: 'us-east-1',
    now: () => EXAMPLE_TIME,
    credentials: (id) => (id === keys.accessKeyId ? keys : undefined),
    ...more,
  }
}

function request(url: string, headers: Record<string, string>, method = 'GET', body = ''): FakeRequest {
  const parsed = new URL(url)
  return { method, url: parsed, headers: { host: parsed.host, ...headers }, body }
}

function authorization(signature: string, signedHeaders = 'host;x-amz-date'): string {
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

describe('a signature that AWS publishes is accepted', () => {
  test.each([
    ['get-vanilla', 'GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])('%s', (_, method, path, signature) => {
    const signed = request(
      `https://example.amazonaws.com${path}`,
      { 'x-amz-date': EXAMPLE_DATE, authorization: authorization(signature) },
      method,
    )
    expect(verifySignature(signed, policyOf(EXAMPLE))).toEqual(EXAMPLE)
  })
})

const Sha256 = Hash.bind(null, 'sha256')

const SESSION: SigningKeys = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'not-a-secret',
  sessionToken: 'not a token',
  expiresAt: EXAMPLE_TIME + 900_000,
}
const LAMBDA = { service: 'lambda', region: 'eu-central-1', signed: ['x-authorization'] }

/** A request to a function URL with an ID token, signed. */
async function signedRequest(
  change: { keys?: SigningKeys; at?: number; region?: string; service?: string; unsigned?: string[] } = {},
): Promise<FakeRequest> {
  const {
    keys = SESSION,
    at = EXAMPLE_TIME,
    region = 'eu-central-1',
    service = 'lambda',
    unsigned = [],
  } = change
  const url = new URL('https://abc.lambda-url.eu-central-1.on.aws/stage/access_tokens')
  const signer = new SignatureV4({ service, region, credentials: keys, sha256: Sha256, applyChecksum: false })
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: url.host,
      path: url.pathname,
      headers: { host: url.host, 'content-type': 'application/json', 'x-authorization': 'Bearer x' },
      body: '{"a":1}',
    },
    { signingDate: new Date(at), unsignableHeaders: new Set(unsigned) },
  )
  return { method: 'POST', url, headers: signed.headers, body: '{"a":1}' }
}

describe('a signature with session credentials', () => {
  const policy = policyOf(SESSION, LAMBDA)

  test('is accepted, and refused for another body, method or host, or with a hash of the body that is not signed', async () => {
    const signed = await signedRequest()
    expect(verifySignature(signed, policy)).toEqual(SESSION)
    for (const changed of [
      { ...signed, body: '{"a":2}' },
      { ...signed, method: 'PUT' },
      { ...signed, headers: { ...signed.headers, host: 'x.example' } },
    ]) {
      expect(verifySignature(changed, policy)).toMatchObject({ code: 'InvalidSignatureException' })
    }
    const right = createHash('sha256').update('{"a":1}').digest('hex')
    expect(
      verifySignature({ ...signed, headers: { ...signed.headers, 'x-amz-content-sha256': right } }, policy),
    ).toMatchObject({ message: "'x-amz-content-sha256' must be a 'SignedHeader' in the AWS Authorization." })
  })

  test.each([
    ['another region', { region: 'us-east-1' }, 'Credential should be scoped to a valid region.'],
    [
      'another service',
      { service: 'execute-api' },
      "Credential should be scoped to correct service: 'lambda'.",
    ],
    [
      'an ID token that is not signed',
      { unsigned: ['x-authorization'] },
      "'x-authorization' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'a time more than five minutes ago',
      { at: EXAMPLE_TIME - 301_000 },
      'Signature expired: 20150830T123059Z is now earlier than 20150830T123100Z (20150830T123600Z - 5 min.)',
    ],
    [
      'a time more than five minutes ahead',
      { at: EXAMPLE_TIME + 301_000 },
      'Signature not yet current: 20150830T124101Z is still later than 20150830T124100Z (20150830T123600Z + 5 min.)',
    ],
  ])('is refused for %s', async (_, change, message) => {
    expect(verifySignature(await signedRequest(change), policy)).toMatchObject({
      message: expect.stringContaining(message) as string,
    })
  })

  test('is refused with what AWS would have signed: every signed header, tokens among them', async () => {
    const signed = { ...(await signedRequest()), body: '{"a":2}' }
    expect(verifySignature(signed, policy)).toMatchObject({
      message: expect.stringMatching(
        /\n\nThe Canonical String for this request should have been\n'POST\n\/stage\/access_tokens\n\n(.*\n)*x-amz-security-token:not a token\nx-authorization:Bearer x\n\n(.*\n)*\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20150830T123600Z\n20150830\/eu-central-1\/lambda\/aws4_request\n[\da-f]{64}'\n$/,
      ) as string,
    })
  })

  test('is refused for another region and another service in one sentence each', async () => {
    const signed = await signedRequest({ region: 'us-east-1', service: 'execute-api' })
    expect(verifySignature(signed, policy)).toMatchObject({
      message:
        "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'lambda'. ",
    })
  })

  test('is accepted five minutes off, and refused when the session has ended', async () => {
    for (const at of [EXAMPLE_TIME - 300_000, EXAMPLE_TIME + 300_000]) {
      expect(verifySignature(await signedRequest({ at }), policy)).toEqual(SESSION)
    }
    const later = EXAMPLE_TIME + 900_000
    expect(
      verifySignature(await signedRequest({ at: later }), policyOf(SESSION, { ...LAMBDA, now: () => later })),
    ).toEqual({
      code: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
    })
  })

  test.each([
    [undefined, 'MissingAuthenticationTokenException'],
    ['Bearer x', 'IncompleteSignatureException'],
    ['AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host', 'IncompleteSignatureException'],
  ])('is refused for the header %s', async (value, code) => {
    const signed = await signedRequest()
    const headers = without(signed.headers, 'authorization')
    const bare = { ...signed, headers: value === undefined ? headers : { ...headers, authorization: value } }
    expect(verifySignature(bare, policy)).toMatchObject({ code })
  })
})

test.each([
  ['X-Amz-Expires', '1000000', 'IncompleteSignatureException'],
  ['X-Amz-SignedHeaders', 'host;date', 'InvalidSignatureException'],
  ['X-Amz-Security-Token', 'other', 'UnrecognizedClientException'],
  ['X-Amz-Credential', 'ASIAEXAMPLE/20150830/us-east-1/s3/aws4_request', 'InvalidSignatureException'],
])('a presigned URL is refused with another %s, and when it has ended', async (name, value, code) => {
  const signer = new SignatureV4({
    service: 'rds-db',
    region: 'us-east-1',
    credentials: SESSION,
    sha256: Sha256,
    applyChecksum: false,
  })
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: 'db.example',
      path: '/',
      headers: { host: 'db.example:5432' },
      query: { Action: 'connect', DBUser: 'app user' },
    },
    { signingDate: new Date(EXAMPLE_TIME), expiresIn: 900 },
  )
  const url = new URL('https://db.example:5432/')
  for (const [key, text] of Object.entries(query)) url.searchParams.set(key, String(text))
  const policy = policyOf(SESSION, { service: 'rds-db' })
  expect(verifyPresigned('GET', url, policy)).toEqual(SESSION)
  expect(verifyPresigned('GET', url, { ...policy, now: () => EXAMPLE_TIME + 901_000 })).toMatchObject({
    message: expect.stringMatching(/^Signature expired: .* - 15 min\.\)$/) as string,
  })
  url.searchParams.set(name, value)
  expect(verifyPresigned('GET', url, policy)).toMatchObject({ code })
})
