import { expect, test } from 'vitest'
import { crc32c, secretPayload } from '../../../src/exchanges/secret/payload.ts'

const answer = (data: unknown, dataCrc32c?: unknown): unknown => ({
  payload: { data, ...(dataCrc32c !== undefined && { dataCrc32c }) },
})
const read = (json: unknown): string => secretPayload(json, 'the server', '"NAME"')
const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64')
const DIGITS = Buffer.from('123456789').toString('base64')

// RFC 3720 appendix B.4, and the check value of CRC-32C.
test.each<[string, Uint8Array, number]>([
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
  ['32 in a row', Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e],
])('the checksum of %s is the published one', (_what, bytes, value) => {
  expect(crc32c(bytes)).toBe(value)
})

test.each<[string, unknown]>([
  ['as text', '3808858755'],
  ['as a number', 3_808_858_755],
  ['not at all', undefined],
])('a checksum that is right may be sent %s', (_what, checksum) => {
  expect(read(answer(DIGITS, checksum))).toBe('123456789')
})

test.each(['zwei\nZeilen\r\n', 'ünïcödé 🔑', '\uFEFFwith a mark', ''])('the text %j is what was encoded', (text) => {
  expect(read(answer(Buffer.from(text).toString('base64')))).toBe(text)
})

const DATA = 'The payload.data in the answer of the server'
const FORM = 'The answer must be {"payload": {"data": "<the secret in base64>"}}.'
const BASE64 = `${DATA} is not base64. The server must encode the secret as standard base64 (+ and /), with padding and without line breaks.`
const CHECKSUM = `${DATA} does not match its checksum. It was damaged in transit: run the job again.`
const BINARY =
  'The secret "NAME" is binary: it is not UTF-8 text. An output is text: store the secret in base64, and decode it in the step that uses it.'
test.each<[string, unknown, string]>([
  ['nothing', {}, `${DATA} is missing. ${FORM}`],
  ['a number', answer(1234), `${DATA} is not text. ${FORM}`],
  ['null', answer(null), `${DATA} is not text. ${FORM}`],
  ['base64 without padding', answer('YWJjZA'), BASE64],
  ['base64 with a line break', answer('YWJj\n'), BASE64],
  ['base64 in the alphabet for URLs', answer('_-__'), BASE64],
  ['base64 with bits left over', answer('YWJjZB=='), BASE64],
  ['another checksum', answer(DIGITS, '3808858754'), CHECKSUM],
  ['null as checksum', answer(DIGITS, null), CHECKSUM],
  ['a byte that is never there', answer(base64([0x61, 0xff, 0x62])), BINARY],
  ['a character cut short', answer(base64([0x61, 0xc3])), BINARY],
])('%s is refused', (_what, json, text) => {
  const code = text === BINARY ? 'UNUSABLE_SECRET' : 'UNUSABLE_ANSWER'
  expect(() => read(json)).toThrow(expect.objectContaining({ code, text }))
})
