import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSecrets } from '../../src/step/masking.ts'

const SECRET = Array.from({ length: 40 }, (_, index) => `obviously-fake-${index}`).join('.')

function redactorOf(...secrets: readonly string[]): (text: string) => string {
  const { mask, redact } = createSecrets(() => undefined)
  secrets.forEach((secret) => {
    mask(secret)
  })
  return redact
}

describe('a server’s text', () => {
  it('loses a secret, whole, cut, and more than one', () => {
    const redact = redactorOf(SECRET, `another-${SECRET}`)
    expect(redact(`authorization: Bearer ${SECRET}\nbody: {}`)).toBe('authorization: Bearer ***\nbody: {}')
    expect(redact(`token ${SECRET.slice(0, 100)}… is bad, so is ${SECRET.slice(-40)}`)).toBe(
      'token ***… is bad, so is ***',
    )
    expect(redact(`${SECRET},another-${SECRET}`)).toBe('***,***')
    expect(redact(SECRET)).toBe('***')
  })

  it('keeps what is no secret', () => {
    const text = 'The audience obviously-fake is not in the list: https://octo.example'
    expect(redactorOf(SECRET)(text)).toBe(text)
    expect(redactorOf()(text)).toBe(text)
    expect(redactorOf('short')('short')).toBe('short')
  })

  it('is cut, so that it costs little', () => {
    expect(redactorOf(SECRET)('a'.repeat(1_000_000))).toBe('a'.repeat(2_033))
    expect(redactorOf(SECRET)(`${'a'.repeat(2_040)}${SECRET}`)).toBe('a'.repeat(2_033))
  })

  it('never holds 16 characters of a secret in a row, and nothing new', () => {
    const parts = fc.array(
      fc.oneof(
        fc.string({ maxLength: 30 }).map((each) => each.replaceAll('*', ' ')),
        fc.tuple(fc.nat(SECRET.length), fc.nat(60)).map(([at, length]) => SECRET.slice(at, at + length)),
      ),
    )
    fc.assert(
      fc.property(parts, (given) => {
        const text = given.join('')
        const redacted = redactorOf(SECRET)(text)
        for (let at = 0; at + 16 <= SECRET.length; at++) {
          expect(redacted).not.toContain(SECRET.slice(at, at + 16))
        }
        let from = 0
        for (const kept of redacted.split('***')) {
          expect(text.indexOf(kept, from)).toBeGreaterThanOrEqual(from)
          from = text.indexOf(kept, from) + kept.length
        }
      }),
      { seed: 1 },
    )
  })
})

it('masks no line of fewer than four characters, unless it is told to', () => {
  const masks: string[] = []
  const { mask } = createSecrets((secret) => masks.push(secret))
  mask('e\nto\r\nabc\n   d \n\nabcd\r\nefgh')
  expect(masks).toEqual(['abcd', 'efgh'])
  mask('e\n\nto', 1)
  expect(masks).toEqual(['abcd', 'efgh', 'e', 'to'])
})
