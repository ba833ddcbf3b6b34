import { describe, expect, test } from 'vitest'
import { crc32c, secretPayload } from '../../../src/exchanges/secret/payload.ts'

const answer = (data: unknown, dataCrc32c?: unknown): unknown => ({
  payload: { data, ...(dataCrc32c !== undefined && { dataCrc32c }) },
})
const read = (json: unknown): string => secretPayload(json, 'the server', '"NAME"')
const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64')

describe('the checksum', () => {
  // RFC 3720 appendix B.4, and the check value of CRC-32C.
  test.each<[string, Uint8Array, number]>([
    ['123456789', Buffer.from('123456789'), 0xe3069283],
    ['nothing', Buffer.alloc(0), 0],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['32 in a row', Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e],
  ])('of %s is the published one', (_what, bytes, value) => {
    expect(crc32c(bytes)).toBe(value)
  })

  test.each<[string, unknown]>([
    ['as text', '3808858755'],
    ['as a number', 3_808_858_755],
    ['not at all', undefined],
  ])('that is right may be sent %s', (_what, checksum) => {
    expect(read(answer(base64([...Buffer.from('123456789')]), checksum))).toBe('123456789')
  })

  test.each<[string, unknown]>([
    ['another', '3808858754'],
    ['of nothing', 0],
    ['null', null],
    ['empty', ''],
    ['a list', ['3808858755']],
  ])('that is %s is an error', (_what, checksum) => {
    expect(() => read(answer(base64([...Buffer.from('123456789')]), checksum))).toThrow(
      expect.objectContaining({
        code: 'UNUSABLE_ANSWER',
        text: 'The payload.data in the answer of the server does not match its checksum. It was damaged in transit: run the job again.',
      }),
    )
  })
})

test.each(['plain', 'zwei\nZeilen\r\n', 'ünïcödé 🔑', '\uFEFFwith a mark', ' blanks ', ''])(
  'the text %j is what was encoded',
  (text) => {
    expect(read(answer(Buffer.from(text).toString('base64')))).toBe(text)
  },
)

test.each<[string, string]>([
  ['without padding', 'YWJjZA'],
  ['with too much padding', 'YWJj='],
  ['with a line break', 'YWJj\nZGVm'],
  ['with a line break at the end', 'YWJj\n'],
  ['in the alphabet for URLs', '_-__'],
  ['with bits left over', 'YWJjZB=='],
  ['no base64', 'plain text!'],
])('base64 %s is refused', (_what, data) => {
  expect(() => read(answer(data))).toThrow(
    expect.objectContaining({
      code: 'UNUSABLE_ANSWER',
      text: 'The payload.data in the answer of the server is not base64. The server must encode the secret as standard base64 (+ and /), with padding and without line breaks.',
    }),
  )
})

test.each<[string, unknown, string]>([
  ['nothing', {}, 'is missing'],
  ['no payload', { data: 'YWJj' }, 'is missing'],
  ['a payload that is text', { payload: 'YWJj' }, 'is missing'],
  ['a payload without data', { payload: {} }, 'is missing'],
  ['a number', answer(1234), 'is not text'],
  ['null', answer(null), 'is not text'],
])('%s is no answer', (_what, json, fault) => {
  expect(() => read(json)).toThrow(
    expect.objectContaining({
      code: 'UNUSABLE_ANSWER',
      text: `The payload.data in the answer of the server ${fault}. The answer must be {"payload": {"data": "<the secret in base64>"}}.`,
    }),
  )
})

test.each<[string, number[]]>([
  ['a byte that is never there', [0x61, 0xff, 0x62]],
  ['a character cut short', [0x61, 0xc3]],
  ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
  ['a character written too long', [0xc0, 0xaf]],
])('a secret with %s is refused, since it is no text', (_what, bytes) => {
  expect(() => read(answer(base64(bytes)))).toThrow(
    expect.objectContaining({
      code: 'UNUSABLE_SECRET',
      text: 'The secret "NAME" is binary: it is not UTF-8 text. An output is text: store the secret in base64, and decode it in the step that uses it.',
    }),
  )
})

test('a payload as large as an answer may be is read', () => {
  const text = 'x'.repeat(700_000)
  expect(read(answer(Buffer.from(text).toString('base64'), String(crc32c(Buffer.from(text)))))).toBe(text)
})
