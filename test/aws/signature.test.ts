import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalRequest,
  presignedQuery,
  signatureOf,
  signedHeaders,
  stringToSign,
  type AwsCredentials,
  type Scope,
} from '../../src/aws/signature.ts'

/** Key, scope and date of the examples that AWS publishes for Signature Version 4. */
const EXAMPLE: AwsCredentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const SCOPE: Scope = { region: 'us-east-1', service: 'service' }
const DATE = '20150830T123600Z'

describe('what AWS publishes (test suite of Signature Version 4)', () => {
  test('get-vanilla, step by step', () => {
    const canonical = canonicalRequest({
      method: 'GET',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-date': DATE, host: 'example.amazonaws.com' },
      body: '',
    })
    expect(canonical).toBe(
      [
        'GET',
        '/',
        '',
        'host:example.amazonaws.com',
        'x-amz-date:20150830T123600Z',
        '',
        'host;x-amz-date',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      ].join('\n'),
    )
    const text = stringToSign(canonical, SCOPE, DATE)
    expect(text).toBe(
      [
        'AWS4-HMAC-SHA256',
        '20150830T123600Z',
        '20150830/us-east-1/service/aws4_request',
        'bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63',
      ].join('\n'),
    )
    expect(signatureOf(text, EXAMPLE, SCOPE, DATE)).toBe(
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    )
  })

  test.each([
    ['post-vanilla', 'POST', '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      'Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
  ])('%s', (_name, method, query, signature) => {
    const canonical = canonicalRequest({
      method,
      path: '/',
      query: new URLSearchParams(query),
      headers: { host: 'example.amazonaws.com', 'x-amz-date': DATE },
      body: '',
    })
    expect(signatureOf(stringToSign(canonical, SCOPE, DATE), EXAMPLE, SCOPE, DATE)).toBe(signature)
  })
})

/** `node:crypto` in the shape that the signer of AWS's SDK asks for. */
class Sha256 {
  readonly #hash
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer)
  }
  update(data: unknown): void {
    this.#hash.update(data as Buffer)
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
  reset(): void {
    throw new Error('not used')
  }
}

/** The signer of AWS's SDK. */
function oracle(credentials: AwsCredentials, scope: Scope): SignatureV4 {
  return new SignatureV4({ ...scope, credentials, sha256: Sha256, applyChecksum: true, uriEscapePath: true })
}

/** A query in the signer's form. */
function bag(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]))
}

/** The values of each name, in one order: the signer of the SDK keeps theirs. */
function valuesOf(query: Record<string, string | string[] | null>): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value].flat().sort()]))
}

const credentialsOf = fc
  .record({
    accessKeyId: fc.stringMatching(/^A[KS]IA[A-Z2-7]{16}$/),
    secretAccessKey: fc.string({ minLength: 1, maxLength: 40 }),
    sessionToken: fc.option(fc.base64String({ minLength: 4, maxLength: 200 }), { nil: undefined }),
  })
  .map(({ sessionToken, ...keys }): AwsCredentials =>
    sessionToken === undefined ? keys : { ...keys, sessionToken },
  )
const scopeOf = fc.record({
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-north-1'),
  service: fc.constantFrom('lambda', 'execute-api', 'vpc-lattice-svcs', 'secretsmanager', 'rds-db'),
})
const nowOf = fc.integer({ min: 0, max: Date.parse('2999-12-31') })
const hostOf = fc
  .tuple(
    fc.constantFrom('abc.lambda-url.eu-central-1.on.aws', '127.0.0.1', 'bücher.example', '[::1]'),
    fc.constantFrom('', ':443', ':8443', ':5432'),
  )
  .map((parts) => parts.join(''))
/** Characters that mean something in a URL or to the encoding, beside any other. */
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
 * As text in a URL: encoded in more ways than one, with names that come more than once. Without one name that the signer
 * of the SDK leaves out of the signature.
 */
const queryOf = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom('a', 'A', 'a b', 'ab', ''),
        textOf.filter((name) => name !== '__proto__'),
      ),
      fc.constantFrom('=', ''),
      textOf,
      fc.constantFrom(encodeURIComponent, (text: string) =>
        new URLSearchParams({ text }).toString().slice(5),
      ),
    ),
    { maxLength: 5 },
  )
  .map((pairs) =>
    pairs.map(([name, is, value, encode]) => `${encode(name)}${is}${is && encode(value)}`).join('&'),
  )
const headersOf = fc.dictionary(
  fc.constantFrom('accept', 'content-type', 'x-authorization', 'x-amz-target', 'x-a', 'x-b'),
  fc.string({
    unit: fc.oneof(fc.constantFrom(' ', '  ', '\t', ',', 'é'), fc.stringMatching(/^[!-~]$/)),
    maxLength: 30,
  }),
)

describe("our signatures are those of AWS's own signer", () => {
  test('in headers', async () => {
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
        async (method, host, path, query, headers, body, credentials, scope, now) => {
          const url = new URL(`https://${host}${path.isWellFormed() ? path : '/'}?${query}`)
          const ours = signedHeaders({ method, url, headers, body }, credentials, scope, now)
          const theirs = await oracle(credentials, scope).sign(
            {
              method,
              protocol: url.protocol,
              hostname: url.hostname,
              path: url.pathname,
              query: bag(url.searchParams),
              headers: { ...headers, host: url.host },
              body,
            },
            { signingDate: new Date(now) },
          )
          expect(ours).toEqual(theirs.headers)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('in a query', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostOf,
        queryOf,
        credentialsOf,
        scopeOf,
        fc.integer({ min: 1, max: 604_800 }),
        nowOf,
        async (host, text, credentials, scope, seconds, now) => {
          const query = new URLSearchParams(text)
          const ours = presignedQuery(host, query, credentials, scope, seconds, now)
          const theirs = await oracle(credentials, scope).presign(
            {
              method: 'GET',
              protocol: 'https:',
              hostname: host,
              path: '/',
              query: bag(query),
              headers: { host },
            },
            { signingDate: new Date(now), expiresIn: seconds },
          )
          expect(valuesOf(bag(new URLSearchParams(ours)))).toEqual(valuesOf(theirs.query ?? {}))
          // As formatted by AWS's SDK: sorted, and encoded in one way.
          expect(ours).not.toMatch(/[^\w.~%=&-]/)
          const names = ours.split('&').map((pair) => pair.split('=')[0])
          expect(names).toEqual(names.toSorted())
        },
      ),
      { numRuns: 500 },
    )
  })
})

test('a signature is for one request, key, scope and time', () => {
  const credentials: AwsCredentials = { ...EXAMPLE, sessionToken: 'not-a-token' }
  const request = {
    method: 'POST',
    url: new URL('https://a.example/p?q=1'),
    headers: { accept: 'x' },
    body: 'b',
  }
  const now = Date.UTC(2026, 10, 21)
  const all = [
    signedHeaders(request, credentials, SCOPE, now),
    signedHeaders({ ...request, method: 'GET' }, credentials, SCOPE, now),
    signedHeaders({ ...request, url: new URL('https://b.example/p?q=1') }, credentials, SCOPE, now),
    signedHeaders({ ...request, url: new URL('https://a.example/q?q=1') }, credentials, SCOPE, now),
    signedHeaders({ ...request, url: new URL('https://a.example/p?q=2') }, credentials, SCOPE, now),
    signedHeaders({ ...request, url: new URL('https://a.example:444/p?q=1') }, credentials, SCOPE, now),
    signedHeaders({ ...request, headers: { accept: 'y' } }, credentials, SCOPE, now),
    signedHeaders({ ...request, body: 'c' }, credentials, SCOPE, now),
    signedHeaders(request, EXAMPLE, SCOPE, now),
    signedHeaders(request, { ...credentials, secretAccessKey: 'other' }, SCOPE, now),
    signedHeaders(request, credentials, { ...SCOPE, region: 'eu-west-1' }, now),
    signedHeaders(request, credentials, { ...SCOPE, service: 'other' }, now),
    signedHeaders(request, credentials, SCOPE, now + 1_000),
  ]
  expect(new Set(all.map(({ authorization }) => authorization?.split('Signature=')[1])).size).toBe(all.length)
})
