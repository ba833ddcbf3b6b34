import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import { expect, test } from 'vitest'
import { verifySignature, type SigningKeys } from '../../dev/fakes/sigv4.ts'

/* How AWS refuses what no signer makes; that it takes what they make is for test/judges/aws-signature.test.ts. */

/** The time of the examples that AWS publishes for Signature Version 4. */
const NOW = Date.parse('2015-08-30T12:36:00Z')

test('a signature that AWS publishes is accepted', () => {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
  const url = new URL('https://example.amazonaws.com/?Param2=value2&Param1=value1')
  const signature = 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500'
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`
  const headers = { host: url.host, 'x-amz-date': '20150830T123600Z', authorization }
  const policy = { service: 'service', region: 'us-east-1', now: () => NOW, credentials: () => keys }
  expect(verifySignature({ method: 'GET', url, headers, body: '' }, policy)).toEqual(keys)
})

/** What is signed, when, for what; and what is changed afterwards. */
interface Change {
  readonly at?: number
  readonly region?: string
  readonly service?: string
  readonly unsigned?: string[]
  readonly method?: string
  /** One that is empty is left out. */
  readonly headers?: Readonly<Record<string, string>>
  readonly now?: number
}

const SESSION: SigningKeys = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'not-a-secret',
  sessionToken: 'not a token',
  expiresAt: NOW + 900_000,
}

/** The verdict on a request with an ID token to a function URL. */
async function verdictOn(change: Change): Promise<ReturnType<typeof verifySignature>> {
  const { at = NOW, now = NOW, region = 'eu-central-1', service = 'lambda', unsigned = [], method = 'POST' } = change
  const url = new URL('https://abc.lambda-url.eu-central-1.on.aws/stage/access_tokens')
  const sha256 = Hash.bind(null, 'sha256')
  const signer = new SignatureV4({ service, region, credentials: SESSION, sha256, applyChecksum: false })
  const headers = { host: url.host, 'content-type': 'application/json', 'x-authorization': 'Bearer x' }
  const request = { method: 'POST', protocol: 'https:', hostname: url.host, path: url.pathname, headers, body: '{}' }
  const options = { signingDate: new Date(at), unsignableHeaders: new Set(unsigned) }
  const signed = await signer.sign(request, options)
  const sent = Object.entries({ ...signed.headers, ...change.headers }).filter(([, value]) => value !== '')
  return verifySignature(
    { method, url, headers: Object.fromEntries(sent), body: '{}' },
    {
      service: 'lambda',
      region: 'eu-central-1',
      signed: ['x-authorization'],
      now: () => now,
      credentials: (id) => (id === SESSION.accessKeyId ? SESSION : undefined),
    },
  )
}

test.each([NOW - 300_000, NOW, NOW + 300_000])('a request signed at %i is accepted', async (at) => {
  expect(await verdictOn({ at })).toEqual(SESSION)
})

const MISMATCH = 'The request signature we calculated does not'
const unsigned = (name: string): string => `'${name}' must be a 'SignedHeader' in the AWS Authorization.`

test.each<[string, Change, string]>([
  ['another method', { method: 'PUT' }, MISMATCH],
  ['another host', { headers: { host: 'x.example' } }, MISMATCH],
  ['an unsigned hash', { headers: { 'x-amz-content-sha256': 'a'.repeat(64) } }, unsigned('x-amz-content-sha256')],
  ['an unsigned ID token', { unsigned: ['x-authorization'] }, unsigned('x-authorization')],
  ['another region', { region: 'us-east-1' }, 'Credential should be scoped to a valid region. '],
  ['another service', { service: 'execute-api' }, `Credential should be scoped to correct service: 'lambda'. `],
  ['the past', { at: NOW - 301_000 }, 'Signature expired: 20150830T123059Z is now earlier than 20150830T123100Z'],
  ['the future', { at: NOW + 301_000 }, 'Signature not yet current: 20150830T124101Z is still later than 201508'],
  ['a session that has ended', { at: NOW + 900_000, now: NOW + 900_000 }, 'The security token included in the request'],
  ['no signature', { headers: { authorization: '' } }, 'Missing Authentication Token'],
  ['another scheme', { headers: { authorization: 'Bearer x' } }, 'not a complete AWS4 signature'],
])('a request is refused for %s', async (_, change, message) => {
  expect(await verdictOn(change)).toMatchObject({ message: expect.stringContaining(message) as string })
})
