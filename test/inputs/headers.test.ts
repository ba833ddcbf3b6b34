import { describe, expect, test } from 'vitest'
import { savedHeaders, stateOf, type Headers } from '../../src/inputs/headers.ts'
import { inputsOf, problemsOf } from './fixture.ts'

/** What is read of the input, what is masked, and what is wrong. */
function read(text: string): { headers: Headers; masks: string[]; problems: string[]; inputs: { check: () => void } } {
  const masks: string[] = []
  const inputs = inputsOf({ headers: text }, (secret) => masks.push(secret))
  return { headers: inputs.headers(), masks, problems: problemsOf(inputs), inputs }
}

const FORM = 'for example: CF-Access-Client-Id: ${{ secrets.CF_ACCESS_CLIENT_ID }}'

describe('the input headers', () => {
  test('is lines of name and value, the first colon between them', () => {
    const text = '# a gateway\n\n  CF-Access-Client-Id: 0123.access \r\nX-Url:https://a:8443/?b=c\n'
    const headers = { 'cf-access-client-id': '0123.access', 'x-url': 'https://a:8443/?b=c' }
    expect(read(text)).toMatchObject({ headers, masks: Object.values(headers), problems: [] })
    expect(read('').headers).toEqual({})
    expect(read('Cookie: a=b; c=d\nProxy-Authorization: Bearer x').headers).toEqual({
      cookie: 'a=b; c=d',
      'proxy-authorization': 'Bearer x',
    })
  })

  test('has its values masked, from eight characters on, and what follows a scheme', () => {
    const text =
      'a: 1234567\nb: 12345678\nProxy-Authorization: Bearer 0123456789\nAuthorization: Basic  9876543210\nc: no credentials here'
    expect(read(text).masks).toEqual([
      '12345678',
      'Bearer 0123456789',
      '0123456789',
      'Basic  9876543210',
      '9876543210',
      'no credentials here',
    ])
  })

  test.each([
    'authorization',
    'X-Authorization',
    'host',
    'Content-Length',
    'content-type',
    'accept',
    'user-agent',
    'transfer-encoding',
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'upgrade',
    'expect',
    'proxy-connection',
    'X-Vault-Token',
    'x-vault-namespace',
    'X-Amz-Date',
    'x-amz-security-token',
  ])('may not contain %s', (name) => {
    expect(read(`X-A: b\n${name}: value`).problems.join()).toMatch(
      new RegExp(`^headers must not contain ${name.toLowerCase()}, which .*; ${FORM.replace(/[$.{}]/g, '\\$&')}$`),
    )
  })

  test.each([
    ['X-A: b\nx-a: c', 'must contain x-a only once'],
    ['obviously-a-secret', 'must be lines of name: value'],
    [': value', 'must be lines of name: value'],
    ['two words: value', 'must be lines of name: value'],
    ['X-A: b\rc', 'must have printable US-ASCII as the value of x-a'],
    ['X-A: \u00fc', 'must have printable US-ASCII as the value of x-a'],
    ['X-A: b\u00fcc', 'must have printable US-ASCII as the value of x-a'],
    [`${'a'.repeat(101)}: b`, 'must be lines of name: value'],
    ['X-A: ', 'must have a value for x-a'],
  ])('is refused: %j', (text, rule) => {
    const { problems, inputs } = read(text)
    expect(problems).toEqual([`headers ${rule}; ${FORM}`])
    const lacksInput = rule.includes('a value for')
    expect(() => {
      inputs.check()
    }).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', lacksInput }))
  })

  test.each(['X-A: b\0c', 'X-A: \u0085'])('may have no control characters: %j', (text) => {
    expect(read(text).problems).toEqual(['headers must be plain text, without control characters'])
  })
})

describe('headers in the state', () => {
  const HEADERS = { 'x-a': 'b: c', 'proxy-authorization': 'Bearer 0123456789' }

  test('are read as they were saved, and masked again', () => {
    const masks: string[] = []
    expect(savedHeaders({ ...stateOf(HEADERS) }, (secret) => masks.push(secret))).toEqual(HEADERS)
    expect(masks).toEqual(['Bearer 0123456789', '0123456789'])
    expect([stateOf({}), savedHeaders({}, () => undefined)]).toEqual([{}, undefined])
  })

  test.each(['authorization: Bearer x', 'x-a: b\rc', 'x-a: b\0c', 'x', 'x-a: b\nx-a: c'])(
    'keep the same rules: %j',
    (text) => {
      expect(() => savedHeaders({ headers: text }, () => undefined)).toThrow(
        /^The headers that the main step saved are invalid: they must /,
      )
    },
  )
})
