import fc from 'fast-check'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import { jsonOf, type FakeReply } from '../../dev/fakes/handler.ts'
import type { World } from '../../dev/world.ts'

/** One fault as data, so that a counterexample can be read: what {@link faultOf} makes of it, meets a request. */
export type Plan =
  | { readonly do: 'nothing' | 'reset' | 'hang' | 'endless headers' | 'drip' | 'lost' }
  | { readonly do: 'reset in body' | 'short body' | 'flood' | 'html' | 'echo'; readonly status: number }
  | { readonly do: 'redirect'; readonly status: number; readonly to: string }
  | {
      readonly do: 'answer'
      readonly status: number
      readonly body: Json
      readonly retryAfter: RetryAfter
      /** The server's clock by its `Date` header, from the real time; 0 sends none of its own. */
      readonly skewMs: number
    }
  /** A body, or a whole answer, that need not be HTTP. Latin-1. */
  | { readonly do: 'bytes'; readonly bytes: string }
  | { readonly do: 'delay'; readonly ms: number }
  /** The real answer with something else in place of its credentials, or of one of its members. */
  | { readonly do: 'alter'; readonly what: 'credentials' | number; readonly to: Json }

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }
type RetryAfter = { readonly seconds: number } | { readonly inMs: number } | { readonly text: string } | null

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

/** Text of any kind, hostile, or like what systems send. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 600 }),
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), { maxLength: 6 })
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '2030-01-01T00:00:00Z',
    'ALL',
    'octo-org',
    'contents',
    'read',
    'Issues:\n- octo-org/target:\n  - contents: read - Not authorized\n\nEffective OIDC token subjects:\n- a',
    'unexpected "aud" claim value',
    'failed to fetch JWKS',
    'a'.repeat(40_000),
  ),
)

/** Names of members that some system's answer has, so that arbitrary JSON comes near to a real answer. */
const NAMES =
  `token value accessToken secret data payload message status error errors code expires_at owner repositories
  permissions Error Code Message SecretString SecretBinary auth client_token lease_duration access_token expires_in
  expireTime dataCrc32c requestId AssumeRoleWithWebIdentityResponse AssumeRoleWithWebIdentityResult Credentials
  AccessKeyId SecretAccessKey SessionToken Expiration metadata __type __proto__ constructor toString`.split(
    /\s+/,
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
  object: fc.dictionary(
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NAMES) }, fc.string()),
    tie('value'),
    {
      maxKeys: 6,
    },
  ),
})).value

const TRANSIENT = [408, 425, 429, 500, 502, 503, 504]
const status = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TRANSIENT) },
  { weight: 2, arbitrary: fc.constantFrom(200, 201, 204, 400, 401, 403, 404, 412, 413, 422) },
  fc.integer({ min: 200, max: 599 }),
)
const good = fc.constantFrom(200, 200, 200, 500)

const retryAfter: fc.Arbitrary<RetryAfter> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  fc.record({ seconds: fc.constantFrom(0, 1, 2, 5, 30, 3_600, 1e12) }),
  fc.record({ inMs: fc.integer({ min: -100_000, max: 700_000 }) }),
  // What a header may hold: RFC 9110 section 5.5.
  fc.record({ text: fc.stringMatching(/^[\d.,;:+eE GMTSatJan-]{0,40}$/) }),
)

/** Answers that come near to HTTP. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1')),
  fc.constantFrom(
    '',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n',
    'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    'HTTP/1.1 999 ::error::forged\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 000 None\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 503 Busy\r\nretry-after: 1\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n',
    'HTTP/2 200\r\n\r\n',
    'SSH-2.0-OpenSSH_9.9\r\n',
    `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}\r\n\r\n{}`,
  ),
)

/** Everything that can go wrong with a request. */
export const plan: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Plan>({ do: 'nothing' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      status,
      body: json,
      retryAfter,
      skewMs: fc.constantFrom(0, 0, 0, -600_000, 600_000),
    }),
  },
  fc.record({
    do: fc.constantFrom(
      'reset' as const,
      'hang' as const,
      'endless headers' as const,
      'drip' as const,
      'lost' as const,
    ),
  }),
  fc.record({
    do: fc.constantFrom('reset in body' as const, 'short body' as const, 'flood' as const),
    status: good,
  }),
  fc.record({ do: fc.constant('html' as const), status }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('echo' as const),
      status: fc.constantFrom(200, 400, 401, 403, 404, 412, 422, 429, 503),
    }),
  },
  fc.record({
    do: fc.constant('redirect' as const),
    status: fc.constantFrom(301, 302, 303, 307, 308),
    to: fc.constantFrom(
      'https://elsewhere.example/',
      'http://127.0.0.1:1/',
      '//[::1]:1',
      '/',
      'file:///etc/passwd',
    ),
  }),
  fc.record({ do: fc.constant('bytes' as const), bytes }),
  fc.record({
    do: fc.constant('delay' as const),
    ms: fc.constantFrom(1, 100, 5_000, 20_000, 70_000, 700_000),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('alter' as const),
      what: fc.oneof(fc.constant('credentials' as const), fc.nat(12)),
      to: json,
    }),
  },
)

/** What a fault needs to know of the world that it is in. */
interface Surroundings {
  /** ms since the epoch, of the servers. */
  readonly now: () => number
  /** Whether a text is a secret that was issued. */
  readonly isSecret: (text: string) => boolean
  /** Takes note of what was sent as a credential, instead of a real one. */
  readonly forged: (value: Json) => void
  readonly delay: (ms: number) => Fault
}

function faultOf(planned: Plan, surroundings: Surroundings): Fault {
  switch (planned.do) {
    case 'nothing':
      return fault.none()
    case 'reset':
      return fault.reset()
    case 'hang':
      return fault.hang()
    case 'endless headers':
      return fault.endlessHeaders()
    case 'drip':
      return fault.drip()
    case 'lost':
      return fault.lost()
    case 'reset in body':
      return fault.resetInBody(planned.status)
    case 'short body':
      return fault.shortBody(planned.status)
    case 'flood':
      return fault.flood(3, planned.status)
    case 'html':
      return fault.html(planned.status)
    case 'echo':
      return fault.echo(planned.status)
    case 'redirect':
      return fault.redirect(planned.to, planned.status)
    case 'bytes':
      return fault.raw(Buffer.from(planned.bytes, 'latin1'))
    case 'delay':
      return surroundings.delay(planned.ms)
    case 'answer': {
      surroundings.forged(planned.body)
      const now = surroundings.now()
      return fault.answer({
        status: planned.status,
        headers: {
          'content-type': 'application/json',
          ...retryAfterHeader(planned.retryAfter, now),
          ...(planned.skewMs === 0 ? {} : { date: new Date(now + planned.skewMs).toUTCString() }),
        },
        body: JSON.stringify(planned.body),
      })
    }
    case 'alter':
      return fault.alter((reply) => altered(reply, planned, surroundings))
  }
}

function retryAfterHeader(value: RetryAfter, now: number): Record<string, string> {
  if (value === null) return {}
  if ('text' in value) return { 'retry-after': value.text }
  if ('seconds' in value) return { 'retry-after': String(value.seconds) }
  return { 'retry-after': new Date(now + value.inMs).toUTCString() }
}

function altered(
  reply: FakeReply,
  { what, to }: Plan & { do: 'alter' },
  surroundings: Surroundings,
): FakeReply {
  const body = jsonOf(reply) as Json | undefined
  if (body === undefined) return reply
  let leaf = 0
  const change = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(change)
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member)]))
    }
    const here = what === leaf++
    if (!here && !(what === 'credentials' && typeof value === 'string' && surroundings.isSecret(value)))
      return value
    surroundings.forged(to)
    return to
  }
  return { ...reply, body: JSON.stringify(change(body)) }
}

/** Every text in a JSON value. */
export function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((member) => textsOf(member))
}

/** What happens to a step: all that is not the action's own doing. */
export interface Story {
  /** Faults by role, in order of its requests; the last one for ever where `lasting` names the role. */
  readonly faults: Readonly<Record<string, readonly Plan[]>>
  readonly lasting: readonly string[]
  /** Inputs instead of good ones. */
  readonly inputs: Readonly<Record<string, string>>
  /** Files of the runner that cannot be written. */
  readonly unwritable: readonly ('output' | 'state' | 'step_summary')[]
  /** The job is cancelled when a role gets its so-manieth request, from 1. */
  readonly cancelled: { readonly role: string; readonly at: number } | null
  /** How far the clock of the runner is off, in ms. */
  readonly skewMs: number
  readonly debug: boolean
}

/** @param inputs names of all inputs of the action */
export function story(roles: readonly string[], inputs: readonly string[]): fc.Arbitrary<Story> {
  const plans = fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(plan, { maxLength: 4 }))
  const anyInput = fc.oneof(
    text.filter((value) => !value.includes('\0')),
    fc.constantFrom(
      'true',
      '1',
      'never',
      'always',
      'http://127.0.0.1:1',
      'https://elsewhere.example/x',
      'a: b',
      '- a',
      '["a"]',
      '{',
      '&a [*a]',
    ),
  )
  const seconds = fc.constantFrom('1', '2', '10', '60', '600')
  return fc.record({
    faults: fc.record(Object.fromEntries(roles.map((role) => [role, plans]))),
    lasting: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.subarray([...roles])),
    inputs: fc.oneof(
      { weight: 4, arbitrary: fc.record({ 'timeout-seconds': seconds }, { requiredKeys: [] }) },
      fc.record({ 'timeout-seconds': seconds, 'job-summary': fc.constantFrom('always', 'never') }),
      fc.dictionary(fc.constantFrom(...inputs), anyInput, { maxKeys: 3 }),
    ),
    unwritable: fc.oneof(
      { weight: 6, arbitrary: fc.constant([]) },
      fc.subarray(['output' as const, 'state' as const, 'step_summary' as const]),
    ),
    cancelled: fc.oneof(
      { weight: 8, arbitrary: fc.constant(null) },
      fc.record({ role: fc.constantFrom(...roles), at: fc.integer({ min: 1, max: 3 }) }),
    ),
    skewMs: fc.constantFrom(0, 0, 0, 0, -600_000, 600_000),
    debug: fc.boolean(),
  })
}

/** Has the requests to a world meet the faults of a story. */
export function arm(
  world: World,
  told: Story,
  more: {
    /** The time of the servers, in ms since the epoch. */
    readonly now: () => number
    /** Takes note of what was sent in place of a credential. */
    readonly forged: (value: Json) => void
    /** Makes the answer to this request late. */
    readonly delay: (role: string, ms: number) => Fault
    /** Told of each request. */
    readonly meets?: (role: string, planned: Plan | undefined) => void
  },
): void {
  for (const role of Object.keys(world.handlers)) {
    const coming = [...(told.faults[role] ?? [])]
    const lasting = told.lasting.includes(role)
    const next = (): Fault | undefined => {
      const planned = lasting && coming.length === 1 ? coming[0] : coming.shift()
      more.meets?.(role, planned)
      return (
        planned &&
        faultOf(planned, {
          now: more.now,
          isSecret: (value) => world.secrets.some((secret) => secret.value === value),
          forged: more.forged,
          delay: (ms) => more.delay(role, ms),
        })
      )
    }
    world.server(role).faults.push(forEver(next))
  }
}
