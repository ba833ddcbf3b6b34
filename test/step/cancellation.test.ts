import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/http/clock.ts'
import { createCancellation } from '../../src/step/cancellation.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function cancelled(): { stages: () => boolean[]; again: () => void } {
  const { signal, patience, end, cancel } = createCancellation(systemClock)
  const stages = (): boolean[] => [signal, patience, end].map(({ aborted }) => aborted)
  expect(stages()).toEqual([false, false, false])
  cancel('SIGINT')
  const again = (): void => {
    cancel('SIGTERM')
  }
  return { stages, again }
}

// The runner sends SIGTERM 7.5 s after SIGINT, and kills 2.5 s later (actions/runner `ProcessInvoker.cs`).
test('a cancelled step begins nothing new, listens for 3 s, and ends within 5 s', () => {
  const { stages } = cancelled()
  expect(stages()).toEqual([true, false, false])
  vi.advanceTimersByTime(2_999)
  expect(stages()).toEqual([true, false, false])
  vi.advanceTimersByTime(1_500)
  expect(stages()).toEqual([true, true, false])
  vi.advanceTimersByTime(500)
  expect(stages()).toEqual([true, true, true])
})

test('a second signal ends everything at once', () => {
  const { stages, again } = cancelled()
  again()
  expect(stages()).toEqual([true, true, true])
})
