import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { secretGrant, secretMember } from '../../../src/exchanges/secret/grant.ts'

function refusalOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(ActionError)
    const { code, message, hint } = error as ActionError
    expect(code).toBe('UNUSABLE_SECRET')
    return `${message} ${hint}`
  }
  throw new Error('it was not refused')
}

describe('secretGrant', () => {
  test('puts the whole text out and masks each line', () => {
    const grant = secretGrant('first line\r\n  second line\n', 'name', false)
    expect(grant.outputs).toEqual({ secret: 'first line\r\n  second line\n' })
    expect(grant.secrets).toEqual(['first line', 'second line'])
  })

  test('leaves lines of mere punctuation unmasked, since they would black out every log', () => {
    const json = JSON.stringify({ user: 'somebody', list: ['long enough'] }, undefined, 2)
    const { secrets } = secretGrant(json, 'name', false)
    expect(secrets).toEqual(['"user": "somebody",', '"list": [', '"long enough"'])
  })

  test.each(['', '  ', '\n\r\n'])('refuses an empty secret: %j', (text) => {
    expect(refusalOf(() => secretGrant(text, 'name', true))).toBe(
      'The secret name is empty. Store a value in it, or name another one.',
    )
  })

  test.each([
    ['abc', 'The secret name is shorter than 4 characters.'],
    ['{}', 'The secret name is shorter than 4 characters.'],
    ['long enough\nab', 'The secret name has a line that is shorter than 4 characters.'],
    ['--\n++', 'The secret name has a line that is shorter than 4 characters.'],
  ])('refuses %j unless short ones are allowed', (text, message) => {
    const refusal = refusalOf(() => secretGrant(text, 'name', false))
    expect(refusal).toContain(message)
    expect(refusal).toContain('`allow-short: true`')
    expect(secretGrant(text, 'name', true).secrets).toEqual(text.split('\n'))
  })

  test('masks every line of any secret that it gives, but for punctuation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, allowShort) => {
        let masks: readonly string[]
        try {
          masks = secretGrant(text, 'name', allowShort).secrets
        } catch (error) {
          return error instanceof ActionError && error.code === 'UNUSABLE_SECRET'
        }
        return text
          .split(/[\r\n]+/)
          .map((line) => line.trim())
          .every((line) => line === '' || masks.includes(line) || /^[^\p{L}\p{N}]{1,3}$/u.test(line))
      }),
    )
  })
})

describe('secretMember', () => {
  const object = { password: 'a password', port: 5432, nested: { a: [1, true] }, nothing: null }

  test.each([
    ['password', 'a password'],
    ['port', '5432'],
    ['nested', '{"a":[1,true]}'],
  ])('gives %s', (key, value) => {
    expect(secretMember(object, key, 'name')).toBe(value)
  })

  test.each(['missing', 'nothing', '__proto__', 'constructor'])(
    'lists the names there are, not %s',
    (key) => {
      expect(refusalOf(() => secretMember(object, key, 'name'))).toBe(
        `The secret name has no key ${key}. Its keys: password, port, nested, nothing.`,
      )
    },
  )

  test.each([['text'], [['a', 'list']], [null], [7]])('refuses %j, which has no keys', (value) => {
    expect(refusalOf(() => secretMember(value, 'key', 'name'))).toBe(
      'The secret name is no JSON object, so it has no key key. Leave `key` out to get the whole text.',
    )
  })

  test.each(['{"pin":12345678901234567890}', '{"pin":{"inner":[12345678901234567890]}}'])(
    'refuses a number that lost digits: %s',
    (text) => {
      expect(refusalOf(() => secretMember(JSON.parse(text), 'pin', 'name'))).toBe(
        'The key pin of the secret name holds a number that is too large to be read exactly. Store it as text, in quotes.',
      )
    },
  )
})
