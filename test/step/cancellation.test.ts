import { expect, test } from 'vitest'
import { createCancellation } from '../../src/step/cancellation.ts'

// The runner sends SIGTERM 7.5 s after SIGINT, and kills 2.5 s later (actions/runner `ProcessInvoker.cs`).
test('a cancelled step begins nothing new, listens for 3 s, and ends within 5 s, or when it is asked again', () => {
  const timers: [ms: number, call: () => void][] = []
  const timer = (...given: (typeof timers)[number]): (() => void) => (timers.push(given), () => undefined)
  const { signal, patience, end, cancel } = createCancellation({ timer })
  const stages = (): boolean[] => [signal, patience, end].map(({ aborted }) => aborted)
  expect(stages()).toEqual([false, false, false])
  cancel('SIGINT')
  expect(timers.map(([ms]) => ms)).toEqual([3_000, 4_500])
  expect(stages()).toEqual([true, false, false])
  timers[0]![1]()
  expect(stages()).toEqual([true, true, false])
  timers[1]![1]()
  expect(stages()).toEqual([true, true, true])

  const again = createCancellation({ timer })
  again.cancel('SIGINT')
  again.cancel('SIGTERM')
  expect([again.patience.aborted, again.end.aborted]).toEqual([true, true])
})
