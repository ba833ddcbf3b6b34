import fc from 'fast-check'
import { expect, it } from 'vitest'
import { waitFor } from '../../src/http/retry.ts'

/*
 * What docs/retrying.md promises of many jobs that start in the same second. The policy is a pure function, so the time is
 * that of a loop.
 */

/** How many requests the server serves in each second of its clock; it refuses the others with 429. */
const PER_SECOND = 50
/** How long the server takes to refuse, in ms. */
const REFUSED_MS = 20
/** How long it takes at most to serve, in ms. */
const SERVED_MS = 500
/** The jobs start within this time, in ms. */
const START_MS = 1_000

/**
 * Runs jobs against the server until each is served or has given up.
 *
 * @param retryAfterMs what a refusal says in `Retry-After`
 * @returns how many were served, when the last of them had its answer, in ms, and how many requests each took
 */
function herd(
  jobs: number,
  limitMs: number,
  retryAfterMs: number | undefined,
  seed: number,
): { served: number; lastMs: number; requestsEach: number } {
  let state = seed
  // The linear congruential generator of "Numerical Recipes".
  const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  const arrivals: { failures: number; readonly deadline: number }[][] = []
  for (let job = 0; job < jobs; job++) {
    const start = Math.floor(random() * START_MS)
    ;(arrivals[start] ??= []).push({ failures: 0, deadline: start + limitMs })
  }
  let [requests, served, lastMs] = [0, 0, 0]
  for (let time = 0, left = 0; time < arrivals.length; time++) {
    if (time % 1_000 === 0) left = PER_SECOND
    for (const job of arrivals[time] ?? []) {
      requests++
      if (left > 0) {
        left--
        lastMs = time + SERVED_MS
        if (lastMs <= job.deadline) served++
        continue
      }
      const refused = time + REFUSED_MS
      const failures = ++job.failures
      const waitMs = waitFor({ failures, retryAfterMs, remainingMs: job.deadline - refused, random })
      if (waitMs !== undefined) (arrivals[refused + waitMs] ??= []).push(job)
    }
    // A long run would otherwise hold every request.
    arrivals[time] = []
  }
  return { served, lastMs, requestsEach: requests / served }
}

it('has a herd served within 1.5 times the ideal, and no time given away', () => {
  const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 })
  fc.assert(
    fc.property(seed, fc.constantFrom(undefined, 1_000), (random, retryAfterMs) => {
      for (const jobs of [1_000, 10_000]) {
        const { served, lastMs, requestsEach } = herd(jobs, 600_000, retryAfterMs, random)
        expect(served).toBe(jobs)
        expect(lastMs).toBeLessThanOrEqual((1.5 * 1_000 * jobs) / PER_SECOND)
        expect(requestsEach).toBeLessThan(40)
      }
      // In 61 seconds the server can serve 3,050.
      expect(herd(10_000, 60_000, retryAfterMs, random).served).toBeGreaterThanOrEqual(3_000)
      expect(herd(1_000, 60_000, 10_000, random).served).toBe(1_000)
    }),
    {
      numRuns: 6,
      examples: [
        [1, undefined],
        [1, 1_000],
      ],
    },
  )
})
