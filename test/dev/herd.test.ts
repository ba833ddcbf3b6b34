import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runHerd, runOutage, type Policy } from '../../dev/herd/simulation.ts'
import { GOAL } from '../../dev/herd/tables.ts'
import { herdPicture } from '../../dev/herd/picture.ts'
import { themes } from '../../dev/svg.ts'
import { next } from '../../src/http/retry.ts'

const giveUp: Policy = () => ({ again: false, because: 'deadline' })
const policy: Policy = (failure) => next(failure)

function tablesIn(markdown: string): string[] {
  return markdown.split('\n\n').flatMap((block) => (block.startsWith('|') ? [block.trim()] : []))
}

function benchHerd(...options: string[]): string {
  return execFileSync(process.execPath, ['dev/herd.ts', ...options], { encoding: 'utf8' })
}

describe('a herd', () => {
  it('is served 50 requests in each second', () => {
    expect(runHerd({ jobs: 1000, limitMs: 60_000, policy: giveUp }, 1)).toMatchObject({
      tokens: 50,
      requestsPerToken: 1000 / 50,
    })
    const everySecond: Policy = () => ({ again: true, waitMs: 980 })
    const { tokens, lastMs } = runHerd({ jobs: 1000, limitMs: 60_000, policy: everySecond }, 1)
    expect(tokens).toBe(1000)
    expect(lastMs).toBeGreaterThan(19_000)
    expect(lastMs).toBeLessThan(20_500)
  })

  it('needs one request each where it is not too large', () => {
    expect(runHerd({ jobs: 50, limitMs: 60_000, policy: giveUp }, 1)).toMatchObject({
      tokens: 50,
      requestsPerToken: 1,
    })
  })

  it('counts no token that comes after the deadline of its job', () => {
    expect(runHerd({ jobs: 50, limitMs: 99, policy: giveUp }, 1).tokens).toBe(0)
    expect(runHerd({ jobs: 50, limitMs: 500, policy: giveUp }, 1).tokens).toBe(50)
  })

  it('tells its jobs what the server says, and how much of their time is left', () => {
    const seen: [number | undefined, number][] = []
    const watching: Policy = ({ retryAfterMs, remainingMs }) => {
      seen.push([retryAfterMs, remainingMs])
      return { again: false, because: 'retry-after' }
    }
    runHerd({ jobs: 51, limitMs: 60_000, retryAfterMs: 7000, policy: watching }, 1)
    expect(seen).toEqual([[7000, 59_980]])
  })

  it('is the same for the same seed, and another for another', () => {
    const herd = { jobs: 500, limitMs: 60_000, policy }
    expect(runHerd(herd, 1)).toEqual(runHerd(herd, 1))
    expect(runHerd(herd, 1)).not.toEqual(runHerd(herd, 2))
  })

  it.each([undefined, 1000])('reaches the goals with Retry-After %s (ms)', (retryAfterMs) => {
    for (const seed of [11, 12, 13, 14, 15]) {
      const of1000 = runHerd({ jobs: 1_000, limitMs: 600_000, retryAfterMs, policy }, seed)
      const of10000 = runHerd({ jobs: 10_000, limitMs: 600_000, retryAfterMs, policy }, seed)
      expect(of1000.tokens).toBe(1_000)
      expect(of1000.lastMs).toBeLessThanOrEqual(GOAL * 20_000)
      expect(of10000.tokens).toBe(10_000)
      expect(of10000.lastMs).toBeLessThanOrEqual(GOAL * 200_000)
      expect(runHerd({ jobs: 1_000, limitMs: 60_000, retryAfterMs, policy }, seed).tokens).toBe(1_000)
      expect(
        runHerd({ jobs: 10_000, limitMs: 60_000, retryAfterMs, policy }, seed).tokens,
      ).toBeGreaterThanOrEqual(3_000)
    }
  })
})

describe('an outage', () => {
  const afterOneSecond: Policy = () => ({ again: true, waitMs: 1000 })

  it('of one dropped socket costs the first wait', () => {
    expect(new Set(runOutage(0, 60_000, afterOneSecond))).toEqual(new Set([1000]))
  })

  it('costs at most one wait and one refusal after its end', () => {
    const delays = runOutage(3000, 60_000, afterOneSecond)
    expect(delays).toHaveLength(10_000)
    expect(delays[0]).toBeGreaterThanOrEqual(0)
    expect(delays.at(-1)).toBeLessThan(1020)
  })

  it('is not survived by a job that gives up', () => {
    expect(runOutage(0, 60_000, giveUp)).toEqual([])
  })

  it('is survived by every job where it ends at least 1.5 s before the deadline', () => {
    expect(runOutage(58_500, 60_000, policy)).toHaveLength(10_000)
  })
})

describe('docs/retry-simulation.md', () => {
  it('shows the tables that the commands print, and no other', () => {
    const printed = [...tablesIn(benchHerd()), ...tablesIn(benchHerd('--sweep'))]
    expect(printed).toHaveLength(6)
    expect(tablesIn(readFileSync('docs/retry-simulation.md', 'utf8'))).toEqual(printed)
  })
})

describe('the pictures', () => {
  it.each(themes)('of the herd, %s, are those that the command draws', (theme) => {
    expect(readFileSync(`docs/images/herd-${theme}.svg`, 'utf8')).toBe(herdPicture(theme))
  })
})
