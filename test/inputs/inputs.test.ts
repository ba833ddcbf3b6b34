import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { not, type Inputs } from '../../src/inputs/inputs.ts'
import { isLoopback, NOWHERE } from '../../src/inputs/url.ts'
import { inputsOf, problemsOf } from './fixture.ts'

test('check lists every problem once, in the order they were found', () => {
  const inputs = inputsOf({ 'skip-token-revoke': 'yes', 'timeout-seconds': '0' })
  inputs.check()
  inputs.required('app-server', 'https://app-server.example.com')
  inputs.boolean('skip-token-revoke')
  inputs.boolean('skip-token-revoke')
  inputs.seconds('timeout-seconds', { least: 1, most: 600, fallback: 60 })
  inputs.problem('audience', 'must not be x', 'y')
  expect(problemsOf(inputs)).toEqual([
    'app-server is required; for example: https://app-server.example.com',
    'skip-token-revoke must be true or false, not "yes"; for example: true',
    'timeout-seconds must be a whole number of seconds from 1 to 600, not "0"; for example: 60',
    'audience must not be x; for example: y',
  ])
})

const CONTROLS = 'a must be plain text, without control characters'
const MODES = ['on-refusal', 'always', 'never'] as const
const text = (inputs: Inputs): unknown => inputs.required('a', 'x')
const boolean = (inputs: Inputs): unknown => inputs.boolean('a')
const seconds = (inputs: Inputs): unknown => inputs.seconds('a', { least: 1, most: 600, fallback: 60 })
const oneOf = (inputs: Inputs): unknown => inputs.oneOf('a', MODES, 'on-refusal')
const matching = (inputs: Inputs): unknown =>
  inputs.matching('a', inputs.text('a'), /^[a-z]+-[a-z]+-\d$/, 'must be a region', 'eu-central-1')

test.each<[(inputs: Inputs) => unknown, readonly (readonly [text: string, value: unknown])[]]>([
  [text, [' x ', 'a\tb\r\nc\n\u00e9 \u65e5\u672c \ud83d\ude00', 'x'.repeat(16_384)].map((t) => [t, t.trim()])],
  [boolean, ['true', 'True', 'TRUE'].map((yes) => [yes, true])],
  [boolean, ['false', 'False', 'FALSE', ''].map((no) => [no, false])],
  [seconds, Object.entries({ '': 60, '1': 1, ' 30 ': 30, '600': 600, '060': 60 })],
  [oneOf, Object.entries({ '': 'on-refusal', always: 'always', never: 'never' })],
  [matching, ['eu-west-1', ''].map((region) => [region, region])],
])('%o takes what it may: %#', (read, taken) => {
  for (const [given, value] of taken) {
    const inputs = inputsOf({ a: given })
    expect([given, read(inputs), problemsOf(inputs)]).toEqual([given, value, []])
  }
})

test.each<[(inputs: Inputs) => unknown, string, unknown, readonly string[]]>([
  [text, CONTROLS, '', ['a\0b', 'a\u0007', '\u001b[31mred', 'a\u0085b', 'a\u007fb', 'a\ud800b']],
  [text, 'a must not be longer than 16384 characters', '', ['['.repeat(16_385), '['.repeat(1_000_000)]],
  [text, 'a is required; for example: x', '', [' \n ']],
  [
    boolean,
    'a must be true or false, not "…"; for example: true',
    false,
    ['yes', 'on', '1', '0', 'no', 'tRUE', 'truefalse', 'true\nfalse'],
  ],
  [
    seconds,
    'a must be a whole number of seconds from 1 to 600, not "…"; for example: 60',
    60,
    ['0', '601', '-1', '1.5', '1e2', '0x10', 'sixty', '60s', '9'.repeat(30), 'NaN', '+5', '\u0663'],
  ],
  [
    oneOf,
    'a must be one of on-refusal, always, never, not "…"; for example: on-refusal',
    'on-refusal',
    ['Always', 'true', 'toString'],
  ],
  [matching, 'a must be a region, not "…"; for example: eu-central-1', '', ['x y']],
])('%o says %s, and gives %j', (read, problem, value, refused) => {
  for (const given of refused) {
    const inputs = inputsOf({ a: given })
    expect(read(inputs)).toBe(value)
    expect(problemsOf(inputs)).toEqual([problem.replace('…', given.replace('\n', ' '))])
  }
})

test.each([
  ['x', ', not "x"'],
  ['', ''],
  ['a\nb', ', not "a b"'],
  ['::error::x', ', not ": :error::x"'],
  ['user:hunter2@host', ''],
  ['x'.repeat(61), `, not "${'x'.repeat(60)}\u2026"`],
])('%j ends a rule with %j', (text, end) => {
  expect(not(text)).toBe(end)
})

describe('url', () => {
  test.each([
    ['https://x.example.com/stage/', 'https://x.example.com/stage/'],
    ['HTTPS://X.example.com:8443/a', 'https://x.example.com:8443/a'],
    ['http://localhost:3000', 'http://localhost:3000/'],
    ['http://127.9.9.9', 'http://127.9.9.9/'],
    ['http://[::1]:8080', 'http://[::1]:8080/'],
    ['https://b\u00fccher.example', 'https://xn--bcher-kva.example/'],
    ['https://x.example.com/@name', 'https://x.example.com/@name'],
  ])('%j is a URL', (text, href) => {
    const inputs = inputsOf({})
    expect(inputs.url('url', text, 'https://x').href).toBe(href)
    expect(problemsOf(inputs)).toEqual([])
  })

  const scheme = 'url must begin with https:// (http:// works only on this machine: localhost, 127.0.0.1, [::1])'
  test.each([
    ['x.example.com', 'url must be a URL'],
    ['https://', 'url must be a URL'],
    ['https:///x.example.com', 'url must be a URL'],
    ['https://x example.com', 'url must be a URL'],
    ['https://x.exa\nmple.com', 'url must be a URL'],
    ['https://x.example.com\\@evil.example', 'url must be a URL'],
    ['https://x.example.com:99999', 'url must be a URL'],
    ['javascript:alert(1)', 'url must be a URL'],
    ['http://x.example.com', scheme],
    ['http://localhost.example.com', scheme],
    ['http://127.0.0.1.example.com', scheme],
    ['http://notlocalhost', scheme],
    ['http://a.localhost', scheme],
    ['http://[::2]', scheme],
    ['http://10.0.0.1', scheme],
    ['ftp://localhost', scheme],
    ['https://user:hunter2@x.example.com', 'url must be a URL without a user name and password'],
    ['https://hunter2@x.example.com', 'url must be a URL without a user name and password'],
    ['https://@x.example.com', 'url must be a URL without a user name and password'],
    ['https://x.example.com#hunter2', 'url must be a URL without a fragment (#\u2026)'],
    ['https://x.example.com/?key=hunter2', 'url must be a URL without a query (?\u2026)'],
    ['https://x.example.com?', 'url must be a URL without a query (?\u2026)'],
  ])('%j is refused and not repeated', (text, problem) => {
    const inputs = inputsOf({})
    expect(inputs.url('url', text, 'https://ok.example.com').href).toBe(NOWHERE)
    expect(problemsOf(inputs)).toEqual([`${problem}; for example: https://ok.example.com`])
  })

  test('may have a query where one makes sense; an empty value is left to required', () => {
    const inputs = inputsOf({})
    const text = 'https://x.example.com/secret?name=a&at=me@example.com'
    expect(inputs.url('url', text, 'https://x', { query: true }).href).toBe(text)
    expect(inputs.url('url', '', 'https://x').href).toBe(NOWHERE)
    expect(problemsOf(inputs)).toEqual([])
  })
})

test('any text gives a value or a problem, and never a throw', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl({ validSchemes: ['https', 'http'] }),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc
      .array(fc.constantFrom(...'https http : // / @ a . ? # [ ] ::1 \\ %'.split(' '), '\n', ' '))
      .map((parts) => parts.join('')),
  )
  let accepted = 0
  fc.assert(
    fc.property(texts, (text) => {
      const inputs = inputsOf({ a: text })
      const value = inputs.text('a')
      const url = inputs.url('a', value, 'https://x')
      for (const read of [boolean, seconds, oneOf, matching]) read(inputs)
      for (const problem of problemsOf(inputs)) expect(problem).toMatch(/^a (is|must) .+$/)
      if (url.href !== NOWHERE) {
        accepted++
        expect([url.username, url.password, url.hash, url.search]).toEqual(['', '', '', ''])
        expect(url.protocol === 'https:' || isLoopback(url.hostname)).toBe(true)
      }
    }),
    { numRuns: 1_500, seed: 20261121 },
  )
  expect(accepted).toBeGreaterThan(100)
})
