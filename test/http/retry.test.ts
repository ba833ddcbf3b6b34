import { describe, expect, test } from 'vitest'
import { isTransient, retryAfterMs, waitFor } from '../../src/http/retry.ts'

/** RFC 9110 5.6.7 writes this instant in all three forms. */
const RFC_EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37)
const NOW = Date.UTC(2026, 10, 21, 9, 0, 0)
/** The largest number that `Math.random` gives. */
const ALMOST_ONE = 1 - Number.EPSILON / 2

test('seven statuses may pass, and no other', () => {
  const transient = Array.from({ length: 600 }, (_, status) => status).filter(isTransient)
  expect(transient).toEqual([408, 425, 429, 500, 502, 503, 504])
})

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['007', 7000],
    ['120', 120_000],
    ['9'.repeat(500), Number.MAX_SAFE_INTEGER],
    ['Sat, 21 Nov 2026 08:59:59 GMT', 0],
    // A two-digit year that seems more than 50 years away is a past one.
    ['Saturday, 21-Nov-76 09:00:00 GMT', Date.UTC(2076, 10, 21, 9) - NOW],
    ['Monday, 21-Nov-77 09:00:00 GMT', 0],
    ...['Sun', 'Mon', 'Tues', 'Wednes', 'Thurs', 'Fri', 'Satur'].map((name, day): [string, number] => [
      `${name}day, ${22 + day}-Nov-26 09:00:00 GMT`,
      (1 + day) * 86_400_000,
    ]),
  ])('%j asks to wait for %i ms', (value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms)
  })

  test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'may be the date %j',
    (value) => {
      expect(retryAfterMs(value, RFC_EXAMPLE - 2500)).toBe(2500)
    },
  )

  test.each([
    ...['', ' ', ' 1', '1 ', '1, 2'],
    ...'-1 +1 1.5 1,5 1e3 0x10 1s ١ Infinity NaN soon 2026-11-21T09:00:01Z'.split(' '),
    'Sat, 21 Nov 2026 09:00:01',
    'Sat, 21 Nov 2026 09:00:01 gmt',
    'Sat, 21 Nov 2026 09:00:01 GMT+1',
    'Sat, 21 Nov 2026 9:00:01 GMT',
    'Sat, 21 Nov 2026 25:00:00 GMT',
    'Sat, 21 nov 2026 09:00:01 GMT',
    'Fri, 21 Nov 2026 09:00:01 GMT',
    'Mon, 30 Feb 2026 09:00:01 GMT',
    'Satday, 21-Nov-26 09:00:01 GMT',
    'a Saturday, 21-Nov-26 09:00:01 GMT',
    'Saturday, 21-Nov-26 09:00:01 GMT+1',
    'a Sat Nov 21 09:00:01 2026',
    'Sat Nov 21 09:00:01 20261',
    'Sat, 21 Nov 2026 09:00:01 GMT\nSat, 21 Nov 2026 09:00:02 GMT',
    undefined,
  ])('%j asks for nothing', (value) => {
    expect(retryAfterMs(value, NOW)).toBeUndefined()
  })
})

describe('the wait for the next attempt', () => {
  const LONG = 10_000_000
  test.each<[failures: number, told: number | undefined, remaining: number, random: number, wait: number | undefined]>([
    // The longest wait doubles up to a cap.
    [1, undefined, LONG, ALMOST_ONE, 249],
    [2, undefined, LONG, ALMOST_ONE, 499],
    [5, undefined, LONG, ALMOST_ONE, 3_999],
    [6, undefined, LONG, ALMOST_ONE, 7_999],
    [7, undefined, LONG, ALMOST_ONE, 7_999],
    [9, undefined, LONG, 0, 0],
    // Those who were told the same are spread by half of what they were told, where the draw is less.
    [1, 0, LONG, ALMOST_ONE, 249],
    [1, 1_000, LONG, ALMOST_ONE, 1_499],
    [1, 30_000, LONG, ALMOST_ONE, 44_999],
    [6, 1_000, LONG, ALMOST_ONE, 8_999],
    // Half a second is left for the answer.
    [1, 59_500, 60_000, 0, 59_500],
    [1, 59_501, 60_000, 0, undefined],
    [1, Number.MAX_SAFE_INTEGER, 60_000, 0, undefined],
    [1, undefined, 900, ALMOST_ONE, 249],
    [1, undefined, 500, ALMOST_ONE, 0],
    [1, undefined, 499, ALMOST_ONE, undefined],
    [1, 0, -5, ALMOST_ONE, undefined],
  ])(
    'after %i failures, told %j, with %i ms left and the draw %d: %j',
    (failures, retryAfterMs, left, random, wait) => {
      expect(waitFor({ failures, retryAfterMs, remainingMs: left, random: () => random })).toBe(wait)
    },
  )
})
