import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/http/clock.ts'

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
