import fc from 'fast-check'

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
