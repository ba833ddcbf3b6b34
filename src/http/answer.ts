import type { IncomingHttpHeaders } from 'node:http'
import { ActionError } from '../errors.ts'
import { capital } from '../text.ts'

/** A complete answer. */
export interface Answer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders
  /** At most 1 MiB, whole. */
  readonly text: string
  /** The body as JSON; `undefined` if it is not JSON. */
  readonly json: unknown
}

/**
 * The JSON object of an answer.
 *
 * @throws ActionError `UNUSABLE_ANSWER` if the body is not a JSON object
 */
export function jsonObject(answer: Answer, service: string, url: URL): Record<string, unknown> {
  if (isObject(answer.json)) return answer.json
  const what = looksLikeHtml(answer)
    ? 'a web page (HTML)'
    : answer.text.trim() === ''
      ? 'nothing'
      : 'something that is not a JSON object'
  throw new ActionError(
    'UNUSABLE_ANSWER',
    `${capital(service)} (${url.host}) answered ${answer.status} with ${what}.`,
    {
      hint: `Check that ${url.origin}${url.pathname} is the address of the API and that no gateway or login page is in front of it.`,
    },
  )
}

/**
 * That an answer is 204, as an issuer's is to a revocation: any other 2xx is from a proxy or the login page of a network.
 *
 * @param api what the URL must be, as a sentence says it
 * @throws ActionError `UNUSABLE_ANSWER`
 */
export function expectNoContent({ status }: Answer, service: string, url: URL, api: string): void {
  if (status === 204) return
  throw new ActionError('UNUSABLE_ANSWER', `${service} (${url.host}) answered ${status} instead of 204.`, {
    hint: `Check that ${api} and that no gateway or login page is in front of it.`,
  })
}

/** A member of a JSON object, by its path; `undefined` if there is none. */
export function member(json: unknown, ...path: readonly string[]): unknown {
  let value = json
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** A value that is text; empty for any other. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** How much of a message is looked at, in characters: bounds the work that a hostile one makes. */
export const MAX_MESSAGE = 2_000

/** The beginning of the member `message`; empty if there is none. */
export function messageOf({ json }: Answer): string {
  return textOf(member(json, 'message')).slice(0, MAX_MESSAGE)
}

/** A point in time in an answer: text (ISO 8601), or seconds since the epoch; `undefined` if it is not one. */
export function timeOf(value: unknown): Date | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const time = new Date(typeof value === 'number' ? value * 1000 : value)
  return Number.isNaN(time.getTime()) ? undefined : time
}

/**
 * When a token ends, by the `expires_in` of its answer: seconds, which some servers write as text (RFC 6749 section 5.1).
 *
 * @param sentAt when it was asked for, in ms since the epoch: counted from then, its life never seems longer than it is
 */
export function endOf(expiresIn: unknown, sentAt: number): Date | undefined {
  const isNumber = typeof expiresIn === 'number' || (typeof expiresIn === 'string' && /^\d+$/.test(expiresIn))
  return isNumber ? timeOf(sentAt / 1000 + Number(expiresIn)) : undefined
}

/** A header's first value. */
export function header(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Text as JSON; `undefined` if it is not JSON; callers that need JSON use {@link jsonObject}. A byte order mark before
 * it is skipped, as the Fetch standard does (`json()`).
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** The server's clock by its `Date` header, in ms; not from a cache (`Age`). RFC 9110 section 6.6.1. */
export function serverTime(answer: Answer): number | undefined {
  if (header(answer, 'age') !== undefined) return undefined
  const time = Date.parse(header(answer, 'date') ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** Whether an answer is a web page, as gateways and login pages send them. */
export function looksLikeHtml(answer: Answer): boolean {
  return (header(answer, 'content-type') ?? '').includes('html') || /^\s*</.test(answer.text)
}
