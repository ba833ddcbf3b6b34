import { ANSWER_MS, BASE_MS, CAP_MS, RETRY_AFTER_JITTER, next, type Next } from '../../src/http/retry.ts'
import {
  LONE_JOBS,
  PER_SECOND,
  randomFrom,
  REFUSED_MS,
  runHerd,
  runOutage,
  SERVED_MS,
  START_MS,
  type Herd,
  type Policy,
  type Result,
} from './simulation.ts'

/** Each herd is run once with each. The tables give the worst: fewest tokens, latest last, most requests. */
const SEEDS = [1, 2, 3]

/** How late the last job of a herd may have its token, in times of the ideal. */
export const GOAL = 1.5

const GIVE_UP: Next = { again: false, because: 'deadline' }

const noRetry: Policy = () => GIVE_UP

const threeRetries: Policy = ({ failures }) =>
  failures > 3 ? GIVE_UP : { again: true, waitMs: 1000 * 2 ** (failures - 1) }

/** The back-off of this policy, but a fixed number of retries and no eye for the header. */
const tenRetries: Policy = ({ failures, remainingMs, random }) =>
  failures > 10 ? GIVE_UP : next({ failures, remainingMs, random })

const thisPolicy: Policy = (failure) => next(failure)

const exactlyAsTold: Policy = ({ retryAfterMs = 0, remainingMs }) =>
  remainingMs < retryAfterMs + ANSWER_MS ? GIVE_UP : { again: true, waitMs: retryAfterMs }

/** What is compared: name, policy, and what the server says in `Retry-After`, in ms. */
export const policies: readonly (readonly [string, Policy, number?])[] = [
  ['no retry', noRetry],
  ['three retries, after 1, 2, 4 s', threeRetries],
  ['ten retries, jitter, header ignored', tenRetries],
  ['this policy, no `Retry-After` sent', thisPolicy],
  ['this policy, `Retry-After: 1` sent', thisPolicy, 1000],
]

/** The tables that compare this policy with others, as Markdown. */
export function comparison(): string {
  const limit60 = policies.map(([name, policy, retryAfterMs]) => {
    const cells = [1_000, 10_000].flatMap((jobs) => {
      const worst = worstHerd({ jobs, limitMs: 60_000, retryAfterMs, policy })
      const possible = Math.min(jobs, PER_SECOND * ((60_000 + START_MS) / 1000))
      return [
        `${count(worst.tokens)} of ${count(possible)}`,
        percent(worst.tokens / possible),
        worst.requestsPerToken.toFixed(1),
      ]
    })
    return [name, ...cells]
  })
  const limit600 = policies.map(([name, policy, retryAfterMs]) => {
    const cells = [1_000, 10_000].flatMap((jobs) => {
      const worst = worstHerd({ jobs, limitMs: 600_000, retryAfterMs, policy })
      const all = worst.tokens === jobs
      return [
        all ? seconds(worst.lastMs) : `only ${count(worst.tokens)}`,
        all ? timesIdeal(worst, jobs) : '–',
        worst.requestsPerToken.toFixed(1),
      ]
    })
    return [name, ...cells]
  })
  const lone = policies
    .filter(([, , retryAfterMs]) => retryAfterMs === undefined)
    .map(([name, policy]) => [name, ...[0, 1, 3, 10, 30, 58].map((outage) => loneJob(outage, policy))])
  const numbers = [
    ['policy: longest wait before the first retry', `${BASE_MS} ms`],
    ['policy: longest wait, except for `Retry-After`', `${CAP_MS} ms`],
    ['policy: jitter on top of a `Retry-After`', `at least ${RETRY_AFTER_JITTER * 100} %`],
    ['policy: least time left for a try to start', `${ANSWER_MS} ms`],
    ['server: requests served in each second', `${PER_SECOND}`],
    ['server: time to refuse', `${REFUSED_MS} ms`],
    ['server: time to give a token', `${SERVED_MS[0]} to ${SERVED_MS[1]} ms`],
    ['herd: all jobs start within', `${START_MS} ms`],
    ['herd: runs with other random numbers, the worst counts', `${SEEDS.length}`],
    ['lone jobs: number', count(LONE_JOBS)],
    ['ideal: the last of 1,000 and of 10,000 jobs', `${1_000 / PER_SECOND} s, ${10_000 / PER_SECOND} s`],
    ['goal for the last job', `${GOAL} × ideal`],
  ]
  return [
    'What is run:',
    table(['number', 'value'], numbers),
    'A herd with `timeout-seconds: 60`: jobs that get a token, of those that can:',
    table(
      ['policy', '1,000 jobs', 'share', 'requests per token', '10,000 jobs', 'share', 'requests per token'],
      limit60,
    ),
    'A herd with `timeout-seconds: 600`: when the last job has its token:',
    table(
      [
        'policy',
        '1,000 jobs',
        '× ideal',
        'requests per token',
        '10,000 jobs',
        '× ideal',
        'requests per token',
      ],
      limit600,
    ),
    'One job alone, `timeout-seconds: 60`: let in so long after the outage is over (median / 95 % of jobs):',
    table(['policy', 'dropped socket', '1 s', '3 s', '10 s', '30 s', '58 s'], lone),
  ].join('\n\n')
}

/** The tables that argue the numbers of this policy, as Markdown. */
export function sweep(): string {
  const backoffs = [100, 250, 500, 1_000].flatMap((baseMs) =>
    [4_000, 8_000, 16_000, 32_000].map((capMs) => {
      const policy: Policy = (failure) =>
        next(failure, { baseMs, capMs, retryAfterJitter: RETRY_AFTER_JITTER })
      const few = { jobs: 1_000, limitMs: 600_000, policy }
      const silent = worstHerd(few)
      const told = worstHerd({ ...few, retryAfterMs: 1000 })
      const many = worstHerd({ jobs: 10_000, limitMs: 600_000, policy })
      return [
        `${baseMs} ms`,
        `${capMs} ms${baseMs === BASE_MS && capMs === CAP_MS ? ' (chosen)' : ''}`,
        ...[0, 3, 10].map((outage) => loneJob(outage, policy)),
        timesIdeal(silent, 1_000),
        timesIdeal(told, 1_000),
        silent.requestsPerToken.toFixed(1),
        timesIdeal(many, 10_000),
        many.requestsPerToken.toFixed(1),
      ]
    }),
  )
  const shares = [0, 0.25, 0.5, 1].map((retryAfterJitter): [string, Policy] => [
    `the draw${retryAfterJitter === 0 ? '' : `, at least ${retryAfterJitter * 100} %`}${retryAfterJitter === RETRY_AFTER_JITTER ? ' (chosen)' : ''}`,
    (failure) => next(failure, { baseMs: BASE_MS, capMs: CAP_MS, retryAfterJitter }),
  ])
  const jitters = [1, 10, 30].flatMap((told) =>
    [['none', exactlyAsTold] satisfies [string, Policy], ...shares].map(([name, policy]) => {
      const retryAfterMs = told * 1000
      const short = worstHerd({ jobs: 1_000, limitMs: 60_000, retryAfterMs, policy })
      const long = worstHerd({ jobs: 10_000, limitMs: 600_000, retryAfterMs, policy })
      return [
        `${told} s`,
        name,
        count(short.tokens),
        short.requestsPerToken.toFixed(1),
        count(long.tokens),
        seconds(long.lastMs),
        long.requestsPerToken.toFixed(1),
        seconds(firstWait(policy, retryAfterMs)),
      ]
    }),
  )
  return [
    'Base and cap. One job alone as above; herds with `timeout-seconds: 600`, the last job in × ideal:',
    table(
      [
        'base',
        'cap',
        'dropped socket',
        'outage 3 s',
        'outage 10 s',
        '1,000 jobs',
        'with `Retry-After: 1`',
        'requests per token',
        '10,000 jobs',
        'requests per token',
      ],
      backoffs,
    ),
    'Jitter on top of a `Retry-After`: 1,000 jobs with `timeout-seconds: 60`, 10,000 with 600, one job alone:',
    table(
      [
        'told',
        'jitter on top',
        '1,000 jobs: tokens',
        'requests per token',
        '10,000 jobs: tokens',
        'last after',
        'requests per token',
        'alone: median wait',
      ],
      jitters,
    ),
  ].join('\n\n')
}

function worstHerd(herd: Herd): Omit<Result, 'answeredMs'> {
  const results = SEEDS.map((seed) => runHerd(herd, seed))
  return {
    tokens: Math.min(...results.map((result) => result.tokens)),
    lastMs: Math.max(...results.map((result) => result.lastMs)),
    requestsPerToken: Math.max(...results.map((result) => result.requestsPerToken)),
  }
}

function loneJob(outageSeconds: number, policy: Policy): string {
  const delays = runOutage(outageSeconds * 1000, 60_000, policy)
  if (delays.length === 0) return 'never'
  const [median, most] = [0.5, 0.95].map((share) => delays[Math.floor(delays.length * share)]! / 1000)
  const given = delays.length < LONE_JOBS ? `, ${percent(delays.length / LONE_JOBS)} of jobs` : ''
  return `${median!.toFixed(2)} / ${most!.toFixed(2)} s${given}`
}

/** The median of the wait after the first refusal, in ms. */
function firstWait(policy: Policy, retryAfterMs: number): number {
  const random = randomFrom(1)
  const waits = Array.from({ length: LONE_JOBS }, () => {
    const then = policy({ failures: 1, retryAfterMs, remainingMs: 60_000, random })
    return then.again ? then.waitMs : Infinity
  })
  return waits.sort((a, b) => a - b)[LONE_JOBS / 2]!
}

function timesIdeal({ lastMs }: Pick<Result, 'lastMs'>, jobs: number): string {
  return (lastMs / 1000 / (jobs / PER_SECOND)).toFixed(2)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}

/** A Markdown table, laid out as prettier does: the first column to the left, numbers to the right. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)))
  const line = (row: string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
