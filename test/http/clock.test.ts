import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSigningTime, systemClock } from '../../src/http/clock.ts'
import { answer, START } from './fixture.ts'

describe("the machine's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const { signal } = new AbortController()
  const reason = new Error('the end')

  test('tells the time, and counts ms', () => {
    const [before, now, after] = [Date.now(), systemClock.now(), Date.now()]
    expect(now >= before && now <= after).toBe(true)
    const began = systemClock.monotonic()
    vi.advanceTimersByTime(1_500)
    expect(systemClock.monotonic() - began).toBeCloseTo(1_500, 5)
  })

  test('draws from 0 to 1', () => {
    const drawn = [systemClock.random(), systemClock.random()]
    expect(drawn[0]).not.toBe(drawn[1])
    expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true)
  })

  test('sleeps so long', async () => {
    let slept = false
    const sleep = systemClock.sleep(100, signal).then(() => (slept = true))
    await vi.advanceTimersByTimeAsync(99)
    expect(slept).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await sleep
  })

  test('is woken by the signal', async () => {
    const ends = new AbortController()
    const sleep = expect(systemClock.sleep(100, ends.signal)).rejects.toBe(reason)
    await vi.advanceTimersByTimeAsync(50)
    ends.abort(reason)
    await sleep
    expect(vi.getTimerCount()).toBe(0)
    await expect(systemClock.sleep(100, ends.signal)).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('has timers, which may be stopped', () => {
    const called: string[] = []
    systemClock.timer(100, () => called.push('one'))
    systemClock.timer(50, () => called.push('two'))()
    vi.advanceTimersByTime(99)
    expect(called).toEqual([])
    vi.advanceTimersByTime(1)
    expect(called).toEqual(['one'])
  })
})

describe('the time of a signature', () => {
  const at = (ms: number): ReturnType<typeof answer> => answer(403, '', { date: new Date(START + ms).toUTCString() })

  test.each([240_000, -240_000, 86_400_000])('is corrected by %i ms, once', (ms) => {
    let elapsed = 0
    const time = createSigningTime(() => START + elapsed)
    expect(time.correct(at(ms))).toBe(ms)
    elapsed = 5
    expect(time.now()).toBe(START + ms + 5)
    expect(time.correct(at(2 * ms))).toBeUndefined()
    expect(time.now()).toBe(START + ms + 5)
  })

  test.each([answer(403), at(239_000), at(-239_000)])('is not corrected by %o', (given) => {
    const time = createSigningTime(() => START)
    expect(time.correct(given)).toBeUndefined()
    expect(time.now()).toBe(START)
    // Nor is this the one time.
    expect(time.correct(at(240_000))).toBe(240_000)
  })
})
