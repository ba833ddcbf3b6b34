import { expect, test } from 'vitest'
import { createCancellation } from '../../src/step/cancellation.ts'

/** The runner sends SIGTERM 7.5 s after SIGINT, and kills 2.5 s later (actions/runner `ProcessInvoker.cs`). */
const SPARE_MS = 5_000

function cancelled(): { stages: () => boolean[]; after: (ms: number) => void; again: () => void } {
  const timers: { ms: number; call: () => void }[] = []
  const cancellation = createCancellation({
    timer: (ms, call) => {
      timers.push({ ms, call })
      return () => undefined
    },
  })
  const { signal, patience, end, cancel } = cancellation
  expect([signal.aborted, patience.aborted, end.aborted]).toEqual([false, false, false])
  cancel('SIGINT')
  return {
    stages: () => [signal, patience, end].map(({ aborted }) => aborted),
    after: (ms) => {
      for (const timer of timers) if (timer.ms <= ms) timer.call()
    },
    again: () => {
      cancel('SIGTERM')
    },
  }
}

test('a cancelled step begins nothing new, listens for 3 s, and ends within 5 s', () => {
  const { stages, after } = cancelled()
  expect(stages()).toEqual([true, false, false])
  after(2_999)
  expect(stages()).toEqual([true, false, false])
  after(3_000)
  expect(stages()).toEqual([true, true, false])
  after(4_499)
  expect(stages()).toEqual([true, true, false])
  after(SPARE_MS - 1)
  expect(stages()).toEqual([true, true, true])
})

test('a second signal ends everything at once', () => {
  const { stages, again } = cancelled()
  again()
  expect(stages()).toEqual([true, true, true])
})
