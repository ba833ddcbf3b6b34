import fc from 'fast-check'
import { fault, type Fault } from '../../dev/fakes/faults.ts'
import { jsonOf } from '../../dev/fakes/handler.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** One of several, each so often in comparison. */
export function weighted<T>(...rows: readonly (readonly [number, fc.Arbitrary<T>])[]): fc.Arbitrary<T> {
  return fc.oneof(...rows.map(([weight, arbitrary]) => ({ weight, arbitrary })))
}

/** Workflow commands and what else could take a line of a log for itself. */
export const HOSTILE = [
  '\n::add-path::/forged',
  '\r\n::set-env name=FORGED::1',
  '##[set-env name=FORGED]1',
  '\n##[add-path]/forged',
  '::stop-commands::forged\n',
  '\u001b[31m\u009b31m\u0007',
  '\u2028::warning::forged\u2029',
  '%0A::error::forged%0D',
  '```\n</code>|<img src=x>\u202e\u200b',
  '\ud83d',
]

/** What systems send. */
const USUAL = [
  '2030-01-01T00:00:00Z',
  'ALL',
  'octo-org',
  'contents',
  'read',
  'Issues:\n- octo-org/target:\n  - contents: read - Not authorized\n\nEffective OIDC token subjects:\n- a',
  'unexpected "aud" claim value',
  'failed to fetch JWKS',
  'a'.repeat(40_000),
]

/** Names of members that some system's answer has, so that arbitrary JSON comes near to a real answer. */
const NAMES =
  `token value accessToken secret data payload message status error errors code expires_at owner repositories
  permissions Error Code Message SecretString SecretBinary auth client_token lease_duration access_token expires_in
  expireTime dataCrc32c requestId AssumeRoleWithWebIdentityResponse AssumeRoleWithWebIdentityResult Credentials
  AccessKeyId SecretAccessKey SessionToken Expiration metadata __type __proto__ constructor toString`.split(/\s+/)

/** Text of any kind, hostile, or like what systems send. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 600 }),
  fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), { maxLength: 6 }).map((all) => all.join('')),
  fc.constantFrom(...USUAL),
)

/** Any JSON, mostly objects with members that systems send. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json; object: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 5, arbitrary: text },
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(weighted([6, fc.constantFrom(...NAMES)], [1, fc.string()]), tie('value'), { maxKeys: 6 }),
})).value

/** A JSON value with another in place of each of its leaves: all that is no list and no object. */
export function mapLeaves(json: Json, change: (leaf: Json, index: number) => Json): Json {
  let index = 0
  const map = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(map)
    if (typeof value !== 'object' || value === null) return change(value, index++)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member)]))
  }
  return map(json)
}

/** What happens to one request, as data. A fault happens as it is; what becomes of the others, {@link faultOf} tells. */
export type Plan = Fault | Invented | Altered

/** Another answer than the real one. */
interface Invented {
  readonly kind: 'invented'
  readonly status: number
  readonly body: Json
  readonly retryAfter: RetryAfter
  /** The server's clock by its `Date` header, from the real time, in ms; 0 sends none of its own. */
  readonly skewMs: number
}

/** The real answer with something else in place of its credentials, or of its so-manieth value. */
interface Altered {
  readonly kind: 'altered'
  readonly what: 'credentials' | number
  readonly to: Json
}

type RetryAfter = { readonly seconds: number } | { readonly inMs: number } | { readonly text: string } | null

const status = weighted(
  [3, fc.constantFrom(408, 425, 429, 500, 502, 503, 504)],
  [2, fc.constantFrom(200, 201, 204, 400, 401, 403, 404, 412, 413, 422)],
  [1, fc.integer({ min: 200, max: 599 })],
)

const retryAfter = weighted<RetryAfter>(
  [4, fc.constant(null)],
  [1, fc.record({ seconds: fc.constantFrom(0, 1, 2, 5, 30, 3_600, 1e12) })],
  [1, fc.record({ inMs: fc.integer({ min: -100_000, max: 700_000 }) })],
  // What a header may hold: RFC 9110 section 5.5.
  [1, fc.record({ text: fc.stringMatching(/^[\d.,;:+eE GMTSatJan-]{0,40}$/) })],
)

const REDIRECTS = ['https://elsewhere.example/', 'http://127.0.0.1:1/', '//[::1]:1', '/', 'file:///etc/passwd'].flatMap(
  (to) => [301, 302, 303, 307, 308].map((code) => fault.redirect(to, code)),
)

/** Everything that can happen to a request, and how often in comparison. */
export const plan = weighted<Plan>(
  [3, fc.constant(fault.none())],
  [
    6,
    fc.record({
      kind: fc.constant('invented' as const),
      status,
      body: json,
      retryAfter,
      skewMs: fc.constantFrom(0, 0, 0, -600_000, 600_000),
    }),
  ],
  [
    2,
    fc.record({
      kind: fc.constant('altered' as const),
      what: fc.oneof(fc.constant('credentials' as const), fc.nat(12)),
      to: json,
    }),
  ],
  [1, fc.constantFrom(fault.reset(), fault.hang(), fault.endlessHeaders(), fault.drip(), fault.lost())],
  [1, fc.constantFrom(200, 200, 200, 500).chain(cutShort)],
  [1, status.map(fault.html)],
  [2, fc.constantFrom(200, 400, 401, 403, 404, 412, 422, 429, 503).map(fault.echo)],
  [1, fc.constantFrom(...REDIRECTS)],
  [1, fc.uint8Array({ maxLength: 200 }).map(fault.raw)],
  [1, fc.constantFrom(1, 100, 5_000, 20_000, 70_000, 700_000).map(fault.delay)],
)

function cutShort(code: number): fc.Arbitrary<Fault> {
  return fc.constantFrom(fault.resetInBody(code), fault.shortBody(code), fault.flood(3, code))
}

/** The status that a plan answers with; `undefined` where that is the real one, or none. */
export function statusOf(planned: Plan): number | undefined {
  if ('reply' in planned) return planned.reply.status
  return 'status' in planned ? planned.status : undefined
}

/** What a plan needs to know of the world that it happens in. */
export interface Surroundings {
  /** ms since the epoch, of the servers. */
  readonly now: () => number
  /** Whether a text is a secret that was issued. */
  readonly isSecret: (text: string) => boolean
  /** Takes note of what was sent as a credential, instead of a real one. */
  readonly forged: (value: Json) => void
}

/** A plan as the fault that a request meets now. */
export function faultOf(planned: Plan, surroundings: Surroundings): Fault {
  if (planned.kind === 'altered') {
    const { what, to } = planned
    return alterLeaves((leaf, index) => {
      const isCredential = what === 'credentials' && typeof leaf === 'string' && surroundings.isSecret(leaf)
      if (what !== index && !isCredential) return leaf
      surroundings.forged(to)
      return to
    })
  }
  if (planned.kind !== 'invented') return planned
  surroundings.forged(planned.body)
  const now = surroundings.now()
  return fault.status(planned.status, {
    headers: { 'content-type': 'application/json', ...retryAfterHeader(planned.retryAfter, now) },
    body: JSON.stringify(planned.body),
    ...(planned.skewMs !== 0 && { date: new Date(now + planned.skewMs) }),
  })
}

function retryAfterHeader(value: RetryAfter, now: number): Record<string, string> {
  if (value === null) return {}
  if ('text' in value) return { 'retry-after': value.text }
  if ('seconds' in value) return { 'retry-after': String(value.seconds) }
  return { 'retry-after': new Date(now + value.inMs).toUTCString() }
}

/** The real answer with another value in place of each leaf of its JSON; one that is no JSON stays as it is. */
export function alterLeaves(change: (leaf: Json, index: number) => Json): Fault {
  return fault.alter((reply) => {
    const json = jsonOf(reply) as Json | undefined
    return json === undefined ? reply : { ...reply, body: JSON.stringify(mapLeaves(json, change)) }
  })
}
