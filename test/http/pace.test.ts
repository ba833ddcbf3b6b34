import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Pace } from '../../src/http/pace.ts'

/** Asks to enter so many times; tells how many have entered. */
function crowd(pace: Pace, size: number): () => Promise<number> {
  let entered = 0
  for (let n = 0; n < size; n++) void pace.enter().then(() => entered++)
  return async () => {
    await setImmediate()
    return entered
  }
}

test('as many enter as come, or at most so many', async () => {
  expect(await crowd(new Pace(), 100)()).toBe(100)
  const pace = new Pace(2)
  const entered = crowd(pace, 5)
  expect(await entered()).toBe(2)
  pace.leave()
  expect(await entered()).toBe(3)
  pace.leave()
  pace.leave()
  expect(await entered()).toBe(5)
})

test('who comes when a place has just become free takes it from nobody', async () => {
  const pace = new Pace(1)
  const entered = crowd(pace, 2)
  await entered()
  pace.leave()
  const late = crowd(pace, 1)
  expect((await entered()) + (await late())).toBe(2)
})

test.each<[string, most: number | undefined, busy: number, overloads: number, left: number]>([
  ['of those that are made', undefined, 8, 1, 4],
  ['of those that are made, where more may be', 12, 8, 1, 4],
  ['of the half', undefined, 8, 2, 2],
  ['but one', 12, 2, 2, 1],
])('where the server is overloaded, half as many enter: %s', async (_name, most, busy, overloads, left) => {
  const pace = new Pace(most)
  await crowd(pace, busy)()
  for (let n = 0; n < busy; n++) pace.leave(n < overloads)
  expect(await crowd(pace, 20)()).toBe(left)
})
