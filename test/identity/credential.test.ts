import { expect, test } from 'vitest'
import type { ActionError } from '../../src/errors.ts'
import { credential } from '../../src/identity/credential.ts'

const TOKEN = 'a-token!'

/** What becomes of a value: the credential or the error, what is masked and what is revoked. */
function read(
  value: unknown,
  canRevoke = true,
): { given?: string; error?: ActionError; masked: string[]; revoked: string[] } {
  const [masked, revoked]: [string[], string[]] = [[], []]
  const mask = (secret: string): void => void masked.push(secret)
  const revoke = (core: string): void => void revoked.push(core)
  try {
    return { given: credential(value, 'token', 'the server', mask, canRevoke ? revoke : undefined), masked, revoked }
  } catch (error) {
    return { error: error as ActionError, masked, revoked }
  }
}

test.each([TOKEN, '!'.repeat(8), '~'.repeat(32_768)])('%.10s… is a credential, and masked', (value) => {
  expect(read(value)).toEqual({ given: value, masked: [value], revoked: [] })
})

test.each<[string, unknown, string, string]>([
  ['nothing', undefined, 'is missing', ''],
  ['null', null, 'is missing', ''],
  ['an empty text', '', 'is missing', ''],
  ['a number', 12_345_678, 'is not text but number', ''],
  ['a list', [TOKEN], 'is not text but a list', ''],
  ['an object', {}, 'is not text but object', ''],
  ['a short text', 'a-token', 'is shorter than 8 characters', ''],
  ['a long text', 'a'.repeat(32_769), 'is longer than 32768 characters', 'a'.repeat(32_769)],
  ['a text with a line break behind it', `${TOKEN}\n`, 'is not one printable line', TOKEN],
  ['a text with blanks around it', ` ${TOKEN}\u00a0`, 'is not one printable line', TOKEN],
  ['a short text with blanks around it', ' a-token ', 'is not one printable line', ''],
  ['two lines', `${TOKEN}\n${TOKEN}`, 'is not one printable line', ''],
  ['a text that is no ASCII', 'a-tokén!', 'is not one printable line', ''],
  ['a text with a DEL', `${TOKEN}\u007f`, 'is not one printable line', TOKEN],
])('%s is none; what is left of a token is masked and revoked', (_name, value, what, core) => {
  const { given, error, masked, revoked } = read(value)
  expect(given).toBeUndefined()
  expect(error).toMatchObject({
    code: 'UNUSABLE_ANSWER',
    message: `The token in the answer of the server ${what}.`,
    leavesNothing: core !== '',
    text: expect.stringContaining(' No output was set. ') as string,
  })
  expect([masked, revoked]).toEqual(core === '' ? [[], []] : [[core], [core]])
})

test('what cannot be revoked may live on', () => {
  const { error, masked } = read(`${TOKEN}\n`, false)
  expect(error?.leavesNothing).toBe(false)
  expect(masked).toEqual([])
})
