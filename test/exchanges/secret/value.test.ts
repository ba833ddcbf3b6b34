import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { masksOf, membersOf, type Masks } from '../../../src/exchanges/secret/value.ts'

function refusalOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(ActionError)
    const { code, text } = error as ActionError
    expect(code).toBe('UNUSABLE_SECRET')
    return text
  }
  throw new Error('it was not refused')
}

const allOf = (text: string, allowShort = false): Masks => masksOf({ name: '"name"', text }, allowShort)
const masks = (text: string, allowShort = false): readonly string[] => allOf(text, allowShort).masks

describe('masksOf', () => {
  test('leaves lines of mere punctuation unmasked, since they would black out every log', () => {
    const json = JSON.stringify({ list: ['long enough'] }, undefined, 2)
    expect(masks(json).filter((mask) => !/^[\w+/=]+$/.test(mask))).toEqual([
      '"list": [',
      '"long enough"',
      'long enough',
      '\\"list\\": [',
      '\\"long enough\\"',
      '\\\\\\"list\\\\\\": [',
      '\\\\\\"long enough\\\\\\"',
    ])
  })

  test('masks the texts and the long numbers of JSON at any depth, and no name, port or common word', () => {
    const json =
      '{"user":"app","deep":[{"pass":"in ner"}],"pem":"first\\nsecond\\nx","on":"true","port":54321,"pin":[13371337,-1e12,0.10000]}'
    const found = masks(json)
    expect(found).toEqual(expect.arrayContaining([json, 'in ner', 'first', 'second', '13371337', '0.10000']))
    // As `fromJSON` shows it.
    expect(found).toContain('-1000000000000')
    for (const open of ['user', 'app', 'pass', 'deep', 'x', 'true', '54321']) expect(found).not.toContain(open)
  })

  test.each([
    'quo"te\\d and more',
    '{"password":"a \\"quoted\\" one"}',
    '{"inner":"{\\"password\\":\\"deep\\\\u00e4r\\"}"}',
  ])('masks %j as it is written in JSON, and in JSON in JSON', (text) => {
    const found = masks(text)
    const blacked = (shown: string): string =>
      [...found].sort((a, b) => b.length - a.length).reduce((rest, mask) => rest.replaceAll(mask, '***'), shown)
    expect(blacked(text)).toBe('***')
    expect(blacked(JSON.stringify({ a: text }))).toBe('{"a":"***"}')
    expect(blacked(JSON.stringify(JSON.stringify({ a: text })))).toBe('"{\\"a\\":\\"***\\"}"')
  })

  test.each(['', ' \n\r\n'])('refuses an empty secret: %j', (text) => {
    expect(refusalOf(() => masks(text, true))).toBe(
      'The secret "name" is empty. Store a value in it, or use another one.',
    )
  })

  test.each(['abc', '{}', 'true', 'false', 'null', 'a\nb'])('refuses %j unless short ones are allowed', (text) => {
    const is = text === 'a\nb' ? 'has only lines that are' : 'is'
    const refusal = refusalOf(() => masks(text))
    expect(refusal).toContain(`The secret "name" ${is} shorter than 4 characters, or true, false or null.`)
    expect(refusal).toContain('`allow-short: true`')
    expect(masks(text, true)).toEqual(expect.arrayContaining(text.split('\n').filter((line) => /\w/.test(line))))
  })

  test.each<[string, boolean, unmasked: number, open: string]>([
    ['long enough\nYH', false, 1, 'YH'],
    ['long enough\nYH', true, 0, ''],
    ['long enough\nno\ntrue\n},', false, 2, 'true'],
    ['--\n++', true, 2, '--'],
    ['{}', true, 1, '{}'],
  ])('leaves short lines of %j open (allow-short: %s): %d of them', (text, allowShort, unmasked, open) => {
    const found = allOf(text, allowShort)
    expect(found.unmasked).toBe(unmasked)
    expect(found.masks).not.toContain(open)
  })

  test('masks the base64 of what has several lines, whatever is around it', () => {
    const pem = `-----BEGIN KEY-----\n${'obviously/fake+'.repeat(20)}\nYH\n-----END KEY-----\n`
    for (const [text, value] of [
      [pem, pem],
      [JSON.stringify({ key: pem }), pem],
    ] as const) {
      const found = masks(text)
      for (const before of ['', 'a', 'ab', 'abc']) {
        const shown = Buffer.from(`${before}${value}`).toString('base64')
        const rest = found.reduce((left, mask) => left.replaceAll(mask, ''), shown)
        // What belongs to the secret alone: up to two bytes of it share a group with what is around them.
        expect(rest.length).toBeLessThanOrEqual(8)
      }
    }
    expect(masks('one line of text').some((mask) => mask.startsWith('b25l'))).toBe(false)
  })

  test.each(['abcd', '5432', 'True!'])('takes %j', (text) => {
    expect(masks(text)).toEqual([text])
  })

  test('masks every line of any secret that it takes, but for punctuation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, allowShort) => {
        let found: readonly string[]
        try {
          found = masks(text, allowShort)
        } catch (error) {
          return error instanceof ActionError && error.code === 'UNUSABLE_SECRET'
        }
        return text
          .split(/[\r\n]+/)
          .map((line) => line.trim())
          .every(
            (line) =>
              found.includes(line) ||
              /^[^\p{L}\p{N}]{0,3}$/u.test(line) ||
              (!allowShort && (line.length < 4 || /^(true|false|null)$/.test(line))),
          )
      }),
    )
  })
})

describe('membersOf', () => {
  const text = '{"password":"a password","port":5432,"nested":{"a":[1,true,0.5,-3]},"nothing":null}'
  const read = (secret: string, key: string): unknown => membersOf({ name: '"name"', text: secret })(key)

  test.each([
    ['password', 'a password'],
    ['port', '5432'],
    ['nested', '{"a":[1,true,0.5,-3]}'],
  ])('gives %s', (key, value) => {
    expect(read(text, key)).toEqual({ name: `"${key}" of "name"`, text: value })
  })

  test('says of a key that is null that it is', () => {
    expect(refusalOf(() => read(text, 'nothing'))).toBe(
      'The key "nothing" of the secret "name" is null. Store a value in it, or use another one.',
    )
  })

  test.each(['missing', '__proto__', 'constructor'])('lists the names there are, not %s', (key) => {
    expect(refusalOf(() => read(text, key))).toBe(
      `The secret "name" has no key "${key}". Its keys: "password", "port", "nested", "nothing".`,
    )
  })

  test.each(['text', '["a"]', 'null', '7', '"{}"', '{"cut":'])('refuses %j, which has no keys', (value) => {
    expect(refusalOf(() => read(value, 'key'))).toBe(
      'The secret "name" is not a JSON object, so it has no key "key". Omit the key to get the whole text.',
    )
  })

  test.each(['12345678901234567890', '1e400', '1.10', '1e3', '-0', '1.0', '0.1234567890123456789', '9007199254740993'])(
    'refuses a number whose text does not survive: %s',
    (number) => {
      const refusal =
        'The key "pin" of the secret "name" contains a number that JSON cannot keep exactly, such as 1.10 or one with many digits. Store it as text, in quotes.'
      expect(refusalOf(() => read(`{"pin":${number},"a":"b"}`, 'pin'))).toBe(refusal)
      expect(refusalOf(() => read(`{"pin":{"inner":[${number}]}}`, 'pin'))).toBe(refusal)
      expect(read(`{"pin":${number},"a":"b"}`, 'a')).toEqual({ name: '"a" of "name"', text: 'b' })
    },
  )
})
