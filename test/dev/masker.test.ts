import { describe, expect, test } from 'vitest'
import { Masker } from '../../dev/runner/masker.ts'

const masked = (secret: string, text: string): string => new Masker([secret]).mask(text)

describe('a mask covers', () => {
  test('every occurrence of the value', () => {
    expect(masked('open sesame', 'say open sesame, open sesame!')).toBe('say ***, ***!')
  })

  test('each trimmed line of the value', () => {
    expect(masked('first line\r\n  second line  \n\n', 'a second line, a first line')).toBe('a ***, a ***')
  })

  test('overlapping and adjacent values, as one', () => {
    expect(new Masker(['abcd', 'cdef', 'ghi']).mask('xabcdefghix')).toBe('x***x')
  })

  test('a single character, everywhere', () => {
    expect(masked('a', 'banana')).toBe('b***n***n***')
  })

  const secret = `it's <a> "secret" & more/?=`
  test.each([
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 after one byte', Buffer.from(`x${secret}`).toString('base64').slice(4)],
    ['base64 after two bytes', Buffer.from(`xy${secret}`).toString('base64').slice(4)],
    ['quotes escaped for a command line', secret.replaceAll('"', '\\"')],
    ['quotes escaped for an expression', secret.replaceAll("'", "''")],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['URI data', 'it%27s%20%3Ca%3E%20%22secret%22%20%26%20more%2F%3F%3D'],
    ['XML', 'it&apos;s &lt;a&gt; &quot;secret&quot; &amp; more/?='],
  ])('its form as %s', (_, form) => {
    expect(masked(secret, `before ${form} after`)).toBe('before *** after')
  })

  test('what stands between double quotes that surround the value', () => {
    expect(masked('"long enough"', 'long enough')).toBe('***')
    expect(masked('"short"', 'short')).toBe('short')
  })

  test('the parts around the last ampersand, from six characters on', () => {
    expect(masked('part-one&part-two&part-three', 'part-three')).toBe('***')
    expect(masked('part-one&part-two&part-three', 'part-one&part-two&')).toBe('***')
    expect(masked('part-one&two', 'two')).toBe('two')
  })
})

describe('a mask does not cover', () => {
  const secret = 'any ÿÿÿ secret'
  test.each([
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['hex', Buffer.from(secret).toString('hex')],
    ['form encoding', new URLSearchParams({ '': secret }).toString().slice(1)],
    ['other case', secret.toUpperCase()],
    ['a part', secret.slice(0, -1)],
  ])('its form as %s', (_, form) => {
    expect(masked(secret, form)).toBe(form)
  })
})
