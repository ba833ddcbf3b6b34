import type { next, Next } from '../../src/http/retry.ts'

/** Requests that the server serves in each whole second of its clock. It refuses the others with 429. */
export const PER_SECOND = 50
/** Until a job has read that it was refused, or not let in, in ms. */
export const REFUSED_MS = 20
/** Until a job has its token, in ms: anything from the first to the second. */
export const SERVED_MS = [100, 500] as const
/** The jobs of a herd start within this time, in ms. */
export const START_MS = 1_000
/** Jobs that meet an outage, each alone. */
export const LONE_JOBS = 10_000
type Failure = Parameters<typeof next>[0]
/** What to do after a failure: {@link next}, or another policy beside it. */
export type Policy = (failure: Failure) => Next

export interface Herd {
  readonly jobs: number
  readonly limitMs: number
  /** What a refusal says in `Retry-After`, in ms. */
  readonly retryAfterMs?: number | undefined
  readonly policy: Policy
}

export interface Result {
  readonly tokens: number
  /** When each token came, in ms, in the order of the requests. */
  readonly answeredMs: readonly number[]
  /** When the last token came, in ms. */
  readonly lastMs: number
  readonly requestsPerToken: number
}

/** Marsaglia's xorshift with 32 bits: numbers from 0 to less than 1. */
export function randomFrom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1)
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** All jobs of a herd against one server, until each has a token or has given up. */
export function runHerd({ jobs, limitMs, retryAfterMs, policy }: Herd, seed: number): Result {
  const random = randomFrom(seed)
  const requests: { failures: number; readonly deadline: number }[][] = []
  for (let job = 0; job < jobs; job++) {
    const start = Math.floor(random() * START_MS)
    ;(requests[start] ??= []).push({ failures: 0, deadline: start + limitMs })
  }
  let sent = 0
  const answeredMs: number[] = []
  let second = 0
  let served = 0
  for (let time = 0; time < requests.length; time++) {
    if (Math.floor(time / 1000) > second) {
      second = Math.floor(time / 1000)
      served = 0
    }
    for (const job of requests[time] ?? []) {
      sent++
      if (served < PER_SECOND) {
        served++
        const answered = time + SERVED_MS[0] + Math.floor(random() * (SERVED_MS[1] - SERVED_MS[0]))
        if (answered > job.deadline) continue
        answeredMs.push(answered)
      } else {
        job.failures++
        const refused = time + REFUSED_MS
        const { failures } = job
        const then = policy({ failures, retryAfterMs, remainingMs: job.deadline - refused, random })
        if (then.again) (requests[refused + then.waitMs] ??= []).push(job)
      }
    }
    // A long run would otherwise hold every request it ever saw.
    requests[time] = []
  }
  const tokens = answeredMs.length
  const lastMs = answeredMs.reduce((last, each) => Math.max(last, each), 0)
  return { tokens, answeredMs, lastMs, requestsPerToken: sent / tokens }
}

/**
 * Jobs that are alone with a server that lets nobody in for a while. They start within the first second of it.
 *
 * @param outageMs 0 for a dropped socket: only the first try fails
 * @returns how long after the end each was let in, in ms, ascending; those that gave up are left out
 */
export function runOutage(outageMs: number, limitMs: number, policy: Policy): number[] {
  const random = randomFrom(1)
  const delays: number[] = []
  for (let job = 0; job < LONE_JOBS; job++) {
    const endMs = outageMs === 0 ? REFUSED_MS : outageMs - Math.floor(random() * START_MS)
    const letInMs = letIn(endMs, limitMs, policy, random)
    if (letInMs !== undefined) delays.push(letInMs - endMs)
  }
  return delays.sort((a, b) => a - b)
}

/** When a job's first try after `endMs` is, in ms; `undefined` where it gives up before. */
function letIn(endMs: number, limitMs: number, policy: Policy, random: () => number): number | undefined {
  let time = 0
  for (let failures = 1; time < endMs; failures++) {
    time += REFUSED_MS
    const then = policy({ failures, remainingMs: limitMs - time, random })
    if (!then.again) return undefined
    time += then.waitMs
  }
  return time
}
