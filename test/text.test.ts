import fc from 'fast-check'
import { expect, test } from 'vitest'
import { harmless, listOf, showable } from '../src/text.ts'

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('::', '##[', 'set-env', 'add-mask::x', '\n', '\r', '\u2028', '\u001b[31m', '\u202e', ' ', '%0A'),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

test('showable text is one line, cut, and no command of the runner', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 1, max: 600 }), (text, most) => {
      const shown = showable(text, most)
      if (shown === undefined) return
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|^\s*::|##\[/u)
      expect(shown.length).toBeLessThanOrEqual(most + 1)
    }),
    { numRuns: 2000 },
  )
})

test('showable keeps plain text as it is, and anything but text out', () => {
  for (const text of ['contents: write - Not authorized', 'role arn:aws:iam::123456789012:role/x']) {
    expect(showable(text)).toBe(text)
  }
  expect([undefined, null, 7, {}, [], '', ' \n'].map((each) => showable(each))).toEqual(Array(7).fill(undefined))
})

test('a harmless line is no command, and keeps its blanks', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(harmless(text)).not.toMatch(/^\s*::|##\[|[\r\n]/)
    }),
    { numRuns: 2000 },
  )
  expect(harmless("      - 'repo:o/r:ref:refs/heads/main'")).toBe("      - 'repo:o/r:ref:refs/heads/main'")
})

test('a list ends where an annotation would be cut, and says how many more there are', () => {
  const items = Array.from({ length: 60 }, (_, index) => `${index} ${'x'.repeat(100)}`)
  const list = listOf(items)
  expect(list.length).toBeLessThan(3_100)
  expect(list).toMatch(/^\n- 0 x+\n- 1 x+\n[^]*\n- and 32 more$/)
  expect(listOf(['one', 'two'])).toBe('\n- one\n- two')
  expect(listOf(['x'.repeat(5_000), 'two'])).toMatch(/^\n- x{5000}\n- and 1 more$/)
})
