/**
 * Which statuses are transient, how long to wait for the next attempt, and when there is no time for one; which answers are
 * retried at all is decided in `client.ts`. Pure: the time and the random source are parameters. `docs/retrying.md` argues
 * the numbers.
 */

/** The longest wait before the first retry, in ms. It doubles with each failure. */
const BASE_MS = 250

/** What the doubling stops at, in ms. */
const CAP_MS = 8_000

/** Jitter on top of a `Retry-After`, at least: this share of the wait that it asks for. */
const RETRY_AFTER_JITTER = 0.5

/**
 * No attempt starts with less time left, in ms. One that the deadline cuts off can still make the server issue a token,
 * which then nobody holds and nobody revokes.
 */
const ANSWER_MS = 500

/**
 * Whether the same request may be answered otherwise a moment later: 408, 425, 429, 500, 502, 503, 504.
 * Source: RFC 9110 15.5.9 and 15.6, RFC 8470 5.2, RFC 6585 4.
 */
export function isTransient(status: number): boolean {
  return [408, 425, 429, 500, 502, 503, 504].includes(status)
}

/**
 * The wait that a `Retry-After` header asks for, in ms: 0 for a date in the past, `undefined` if the header is
 * absent or malformed. Source: RFC 9110 10.2.3.
 *
 * @param value whole seconds, or an HTTP date
 * @param nowMs what a date is compared with, in ms since the epoch: the answer's own `Date` where it has one, so that
 *   a wrong clock on the runner does no harm
 */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER)
  const at = httpDate(value, nowMs)
  return at === undefined ? undefined : Math.max(0, at - nowMs)
}

/**
 * How long to wait after a failure that may pass: exponential back-off with full jitter, within the deadline.
 *
 * A `Retry-After` is the least wait. Jitter comes on top, so that a herd that was told the same does not come back as
 * one. Where less time is left than the longest wait, the wait is drawn from what is left: no time in which a token
 * could come is given away, and nothing overshoots.
 *
 * @param input.failures how many attempts have failed, from 1
 * @param input.retryAfterMs what {@link retryAfterMs} made of the last answer
 * @param input.remainingMs time until the deadline
 * @param input.random as `Math.random`: at least 0, less than 1
 * @returns ms; `undefined` to give up, because the time is over or the server asks for more of it than is left
 */
export function waitFor(input: {
  readonly failures: number
  readonly retryAfterMs?: number | undefined
  readonly remainingMs: number
  readonly random: () => number
}): number | undefined {
  const least = input.retryAfterMs ?? 0
  const spare = input.remainingMs - ANSWER_MS - least
  if (spare < 0) return undefined
  const drawn = Math.min(CAP_MS, BASE_MS * 2 ** (input.failures - 1))
  const longest = Math.min(spare, Math.max(drawn, least * RETRY_AFTER_JITTER))
  return least + Math.floor(input.random() * longest)
}

/** The three forms that RFC 9110 5.6.7 has a recipient accept: today's, RFC 850's and asctime's. */
const HTTP_DATES = [
  /^(?<weekday>\w{3}), (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) (?<time>[\d:]{8}) GMT$/,
  /^(?<weekday>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) (?<time>[\d:]{8}) GMT$/,
  /^(?<weekday>\w{3}) (?<month>\w{3}) (?<day>[ \d]\d) (?<time>[\d:]{8}) (?<year>\d{4})$/,
]

/** An HTTP date in ms since the epoch; `undefined` if it is not one, or a day that never was. */
function httpDate(value: string, nowMs: number): number | undefined {
  const parts = HTTP_DATES.map((form) => form.exec(value)?.groups).find((groups) => groups !== undefined)
  if (parts === undefined) return undefined
  const { weekday = '', day = '', month = '', year = '', time = '' } = parts
  const full = year.length === 2 ? fullYear(Number(year), new Date(nowMs).getUTCFullYear()) : year
  const date = `${weekday.slice(0, 3)}, ${day.replace(' ', '0')} ${month} ${full} ${time} GMT`
  const at = Date.parse(date)
  return new Date(at).toUTCString() === date ? at : undefined
}

/** RFC 9110 5.6.7: a two-digit year that seems more than 50 years away is of the last century. */
function fullYear(twoDigits: number, thisYear: number): number {
  const year = thisYear - (thisYear % 100) + twoDigits
  return year > thisYear + 50 ? year - 100 : year
}
