import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalRequest, sha256, signatureOf, stringToSign } from '../../dev/fakes/signature.ts'
import type { AwsCredentials } from '../../src/aws/credentials.ts'
import { presignedQuery, signedHeaders, type Scope } from '../../src/aws/signer.ts'

/** Key, scope and time of the vectors that AWS publishes for Signature Version 4 (awslabs/aws-c-auth, tests). */
const EXAMPLE: AwsCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const SCOPE: Scope = { region: 'us-east-1', service: 'service' }
const TIME = Date.UTC(2015, 7, 30, 12, 36)

describe('what AWS publishes', () => {
  test.each([
    [
      'get-vanilla-query-order-key-case',
      'Param2=value2&Param1=value1',
      undefined,
      '86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5',
    ],
    [
      'get-vanilla-with-session-token',
      '',
      '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267',
      '7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c',
    ],
  ])('%s, in a query', async (_name, query, sessionToken, signature) => {
    const credentials = sessionToken === undefined ? EXAMPLE : { ...EXAMPLE, sessionToken }
    const asked = new URLSearchParams(query)
    const signed = await presignedQuery('example.amazonaws.com', asked, credentials, SCOPE, 3600, TIME)
    expect(Object.fromEntries(new URLSearchParams(signed))).toEqual({
      ...Object.fromEntries(asked),
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request',
      'X-Amz-Date': '20150830T123600Z',
      'X-Amz-Expires': '3600',
      ...(sessionToken !== undefined && { 'X-Amz-Security-Token': sessionToken }),
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': signature,
    })
  })
})

const credentialsOf = fc
  .record({
    accessKeyId: fc.stringMatching(/^A[KS]IA[A-Z2-7]{16}$/),
    secretAccessKey: fc.string({ minLength: 1, maxLength: 40 }),
    sessionToken: fc.option(fc.base64String({ minLength: 4, maxLength: 200 }), { nil: undefined }),
  })
  .map(({ sessionToken, ...keys }): AwsCredentials => (sessionToken === undefined ? keys : { ...keys, sessionToken }))
const scopeOf = fc.record({
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-north-1'),
  service: fc.constantFrom('lambda', 'execute-api', 'vpc-lattice-svcs', 'secretsmanager'),
})
const nowOf = fc.integer({ min: 0, max: Date.parse('2999-12-31') })
const hostOf = fc
  .tuple(
    fc.constantFrom('abc.lambda-url.eu-central-1.on.aws', '127.0.0.1', 'bücher.example', '[::1]'),
    fc.constantFrom('', ':443', ':8443', ':5432'),
  )
  .map((parts) => parts.join(''))
/** Characters that mean something in a URL or to the encoding, and any other. */
const textOf = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...Array.from(`/%+=&;?#:@!$'()*,~._- "<>[]\\^\`{|}äß漢😀`)),
    fc.constantFrom('%2F', '%20', '%25', '%e2%82%ac', '%2e', '//', '/.', '/../'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
})
const pathOf = textOf.map((text) => `/${text.replace(/[?#]/g, '')}`)
/**
 * As text in a URL: encoded in more ways than one, with names that come more than once. Without two names that the signer
 * leaves out of the signature.
 */
const queryOf = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom('a', 'A', 'a b', 'ab', ''),
        textOf.filter((name) => !/^__proto__$|^x-amz-signature$/i.test(name)),
      ),
      fc.constantFrom('=', ''),
      textOf,
      fc.constantFrom(encodeURIComponent, (text: string) => new URLSearchParams({ text }).toString().slice(5)),
    ),
    { maxLength: 5 },
  )
  .map((pairs) => pairs.map(([name, is, value, encode]) => `${encode(name)}${is}${is && encode(value)}`).join('&'))
const headersOf = fc.dictionary(
  fc.constantFrom('accept', 'content-type', 'x-authorization', 'x-amz-target', 'x-a', 'x-b'),
  fc.string({
    unit: fc.oneof(fc.constantFrom(' ', '  ', '\t', ',', 'é'), fc.stringMatching(/^[!-~]$/)),
    maxLength: 30,
  }),
)

test('the signatures in headers are those that the fakes make by hand', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'DELETE'),
      hostOf,
      pathOf,
      queryOf,
      headersOf,
      fc.string({ unit: 'binary', maxLength: 50 }),
      credentialsOf,
      scopeOf,
      nowOf,
      async (method, host, path, query, given, body, credentials, scope, now) => {
        const url = new URL(`https://${host}${path.isWellFormed() ? path : '/'}?${query}`)
        const signed = await signedHeaders({ method, url, headers: given, body }, credentials, scope, now)
        const { authorization, ...headers } = signed
        const payload = scope.service === 'vpc-lattice-svcs' ? 'UNSIGNED-PAYLOAD' : sha256(body)
        const date = stamp(now)
        expect(headers).toEqual({
          ...given,
          host: url.host,
          'x-amz-content-sha256': payload,
          'x-amz-date': date,
          ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
        })
        const { pathname, searchParams } = url
        const canonical = canonicalRequest({ method, path: pathname, query: searchParams, headers, payload })
        const text = stringToSign(canonical, scope, date)
        const names = Object.keys(headers).sort().join(';')
        const { accessKeyId, secretAccessKey } = credentials
        expect(authorization).toBe(
          `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${date.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request, SignedHeaders=${names}, Signature=${signatureOf(text, secretAccessKey, scope, date)}`,
        )
      },
    ),
    { numRuns: 1_000 },
  )
})

/** `20150830T123600Z` */
function stamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
}
