import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ANSWER_MS,
  BASE_MS,
  CAP_MS,
  RETRY_AFTER_JITTER,
  isTransient,
  next,
  retryAfterMs,
} from '../../src/http/retry.ts'

/** RFC 9110 5.6.7 writes this instant in all three forms. */
const RFC_EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37)
const NOW = Date.UTC(2026, 10, 21, 9, 0, 0)
/** The largest number that `Math.random` gives. */
const ALMOST_ONE = 1 - Number.EPSILON / 2

const chance = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true })
const failures = fc.integer({ min: 1, max: 5000 })
const remaining = fc.double({ min: -1000, max: 600_000, noNaN: true })
const told = fc.option(fc.oneof(fc.integer({ min: 0, max: 600_000 }), fc.constant(Number.MAX_SAFE_INTEGER)), {
  nil: undefined,
})
const instant = fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true })

describe('isTransient', () => {
  it('holds for the seven statuses that may pass, and no other', () => {
    const transient = Array.from({ length: 600 }, (_, status) => status).filter(isTransient)
    expect(transient).toEqual([408, 425, 429, 500, 502, 503, 504])
  })
})

describe('retryAfterMs', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    ['007', 7000],
    ['120', 120_000],
  ])('reads %j as seconds', (value, ms) => {
    expect(retryAfterMs(value, NOW)).toBe(ms)
  })

  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'reads the date %j',
    (value) => {
      expect(retryAfterMs(value, RFC_EXAMPLE - 2500)).toBe(2500)
    },
  )

  it.each(['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])(
    'reads the name %s in the RFC 850 form',
    (weekday) => {
      const day = 23 + ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(weekday.slice(0, 3))
      expect(retryAfterMs(`${weekday}, ${day}-Nov-26 09:00:00 GMT`, NOW)).toBe((day - 21) * 86_400_000)
    },
  )

  it('takes a two-digit year that seems more than 50 years away as a past one', () => {
    expect(retryAfterMs('Saturday, 21-Nov-76 09:00:00 GMT', NOW)).toBe(Date.UTC(2076, 10, 21, 9) - NOW)
    expect(retryAfterMs('Monday, 21-Nov-77 09:00:00 GMT', NOW)).toBe(0)
  })

  it('takes a date in the past as now', () => {
    expect(retryAfterMs('Sat, 21 Nov 2026 08:59:59 GMT', NOW)).toBe(0)
  })

  it.each([
    ...['', ' ', ' 1', '1 ', '1, 2'],
    ...'-1 +1 1.5 1,5 1e3 0x10 1s ١ Infinity NaN soon 2026-11-21T09:00:01Z'.split(' '),
    'Sat, 21 Nov 2026 09:00:01',
    'Sat, 21 Nov 2026 09:00:01 gmt',
    'Sat, 21 Nov 2026 09:00:01 UTC',
    'Sat, 21 Nov 2026 09:00:01 GMT+1',
    'Sat, 21 Nov 2026 09:00:01 +0000',
    'Sat, 21 Nov 2026 9:00:01 GMT',
    'Sat, 21 Nov 2026 25:00:00 GMT',
    'Sat, 21 Nov 2026 09:00:60 GMT',
    'Sat, 21 nov 2026 09:00:01 GMT',
    'Fri, 21 Nov 2026 09:00:01 GMT',
    'Mon, 30 Feb 2026 09:00:01 GMT',
    'Satday, 21-Nov-26 09:00:01 GMT',
    'a Saturday, 21-Nov-26 09:00:01 GMT',
    'Saturday, 21-Nov-26 09:00:01 GMT+1',
    'a Sat Nov 21 09:00:01 2026',
    'Sat Nov 21 09:00:01 20261',
    'Sat, 21 Nov 2026 09:00:01 GMT\nSat, 21 Nov 2026 09:00:02 GMT',
  ])('ignores %j', (value) => {
    expect(retryAfterMs(value, NOW)).toBeUndefined()
  })

  it('ignores an absent header', () => {
    expect(retryAfterMs(undefined, NOW)).toBeUndefined()
  })

  it('reads any number of seconds, and stays a number for the largest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (seconds) => {
        expect(retryAfterMs(String(seconds), NOW)).toBe(seconds * 1000)
      }),
    )
    expect(retryAfterMs('9'.repeat(500), NOW)).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('reads any date, however far the clock has leapt', () => {
    fc.assert(
      fc.property(instant, instant, (date, now) => {
        const wholeSeconds = Math.floor(date.getTime() / 1000) * 1000
        const wait = Math.max(0, wholeSeconds - now.getTime())
        expect(retryAfterMs(date.toUTCString(), now.getTime())).toBe(wait)
      }),
    )
  })

  it('makes a wait of any text, or ignores it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d:, SatNovGM-]*$/)), (value) => {
        const wait = retryAfterMs(value, NOW)
        expect(wait === undefined || (Number.isSafeInteger(wait) && wait >= 0)).toBe(true)
      }),
    )
  })
})

describe('next', () => {
  const longest = (failed: number, retryAfter?: number): number => {
    const then = next({ failures: failed, retryAfterMs: retryAfter, remainingMs: 10_000_000, random: () => ALMOST_ONE })
    if (!then.again) throw new Error('gave up')
    return then.waitMs
  }

  it('doubles the longest wait from the base up to the cap', () => {
    const waits = Array.from({ length: 8 }, (_, index) => longest(index + 1) + 1)
    expect(waits[0]).toBe(BASE_MS)
    expect(waits.slice(0, 6)).toEqual([250, 500, 1000, 2000, 4000, 8000])
    expect(waits.slice(5)).toEqual([CAP_MS, CAP_MS, CAP_MS])
  })

  it('draws from zero on', () => {
    expect(next({ failures: 9, remainingMs: 60_000, random: () => 0 })).toEqual({ again: true, waitMs: 0 })
  })

  it('spreads those who were told the same, by half of what they were told where the draw is less', () => {
    expect(longest(1, 1000) + 1).toBe(1500)
    expect(longest(1, 30_000) + 1).toBe(45_000)
    expect(longest(6, 1000) + 1).toBe(1000 + CAP_MS)
    expect(longest(1, 0) + 1).toBe(BASE_MS)
  })

  it('gives up at once where the server asks for more time than is left', () => {
    const random = (): number => 0
    const refused = { again: false, because: 'retry-after' }
    const left = { failures: 1, remainingMs: 60_000, random }
    expect(next({ ...left, retryAfterMs: 61_000 })).toEqual(refused)
    expect(next({ ...left, retryAfterMs: Number.MAX_SAFE_INTEGER })).toEqual(refused)
    expect(next({ ...left, retryAfterMs: 60_000 - ANSWER_MS + 1 })).toEqual(refused)
    expect(next({ ...left, retryAfterMs: 60_000 - ANSWER_MS })).toEqual({ again: true, waitMs: 60_000 - ANSWER_MS })
  })

  it('gives up where no time is left for an answer, and not before', () => {
    const random = (): number => ALMOST_ONE
    expect(next({ failures: 1, remainingMs: ANSWER_MS - 1, random })).toEqual({ again: false, because: 'deadline' })
    expect(next({ failures: 1, remainingMs: -5, retryAfterMs: 0, random })).toEqual({
      again: false,
      because: 'deadline',
    })
    expect(next({ failures: 1, remainingMs: ANSWER_MS, random })).toEqual({ again: true, waitMs: 0 })
  })

  it('has time for a retry within `timeout-seconds: 1`', () => {
    const then = next({ failures: 1, remainingMs: 900, random: () => ALMOST_ONE })
    expect(then).toEqual({ again: true, waitMs: BASE_MS - 1 })
  })

  it('waits whole ms, never less than told, never longer than the rule, never past the deadline', () => {
    fc.assert(
      fc.property(failures, told, remaining, chance, (failed, retryAfter, remainingMs, random) => {
        const then = next({ failures: failed, retryAfterMs: retryAfter, remainingMs, random: () => random })
        const least = retryAfter ?? 0
        expect(then.again).toBe(remainingMs - ANSWER_MS - least >= 0)
        if (!then.again) {
          expect(then.because).toBe(least > 0 ? 'retry-after' : 'deadline')
          return
        }
        expect(Number.isSafeInteger(then.waitMs)).toBe(true)
        expect(then.waitMs).toBeGreaterThanOrEqual(least)
        expect(then.waitMs).toBeLessThanOrEqual(least + Math.max(CAP_MS, least * RETRY_AFTER_JITTER))
        expect(then.waitMs + ANSWER_MS).toBeLessThanOrEqual(remainingMs)
      }),
    )
  })

  it('never waits less, with the same luck, after one more failure', () => {
    fc.assert(
      fc.property(failures, told, remaining, chance, (failed, retryAfter, remainingMs, random) => {
        const after = (count: number): number => {
          const then = next({ failures: count, retryAfterMs: retryAfter, remainingMs, random: () => random })
          return then.again ? then.waitMs : -1
        }
        expect(after(failed + 1)).toBeGreaterThanOrEqual(after(failed))
      }),
    )
  })

  it('ends, whatever fails for how long, with the last try begun in time and no time given away', () => {
    const failure = fc.record({ tookMs: fc.integer({ min: 1, max: 12_000 }), told, random: chance })
    const limit = fc.integer({ min: 1000, max: 600_000 })
    fc.assert(
      fc.property(limit, fc.array(failure, { minLength: 1, maxLength: 100 }), (limitMs, faults) => {
        let time = 0
        for (const [index, fault] of faults.entries()) {
          expect(index === 0 || time <= limitMs - ANSWER_MS).toBe(true)
          time = Math.min(limitMs, time + fault.tookMs)
          const remainingMs = limitMs - time
          const then = next({ failures: index + 1, retryAfterMs: fault.told, remainingMs, random: () => fault.random })
          if (!then.again) {
            expect(remainingMs).toBeLessThan(ANSWER_MS + (fault.told ?? 0))
            return
          }
          time += then.waitMs
        }
      }),
    )
  })
})
