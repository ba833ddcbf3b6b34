import { ActionError } from '../errors.ts'

/** Headers for a gateway in front of a system, by lower-case name. */
export type Headers = Readonly<Record<string, string>>

/** A form that works. */
export const EXAMPLE = 'CF-Access-Client-Id: ${{ secrets.CF_ACCESS_CLIENT_ID }}'
/** A name is a token, a value printable US-ASCII (RFC 9110, section 5). */
const LINE = /^([!#$%&'*+.^`|~\w-]{1,100}):[ \t]*(.*)$/s
const VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/
/** Shorter values are ordinary words: masking them would black out the log. */
const LEAST_MASKED = 8

/** Names that cannot be given, and why; the first that fits. Hop-by-hop names: RFC 9110 section 7.6.1, RFC 9113 section 8.2.2. */
const REFUSED: readonly (readonly [name: RegExp, why: string])[] = [
  [/^(?:x-)?authorization$/, 'which is for the server behind the gateway'],
  [/^(?:host|accept|accept-encoding|user-agent|content-.*|x-amz-.*|x-vault-.*)$/, 'which the step sets itself'],
  [
    /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect)$/,
    'which belongs to the connection',
  ],
]

/** Headers as a member of a step's state; without any, none. */
export function stateOf(headers: Headers): { readonly headers?: string } {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return lines.length === 0 ? {} : { headers: lines.join('\n') }
}

/**
 * Headers from the state of a step, of which another step could have set anything: the same rules hold.
 *
 * @throws ActionError `INVALID_INPUT`
 */
export function savedHeaders(
  { headers }: Readonly<Record<string, string>>,
  mask: (secret: string) => void,
): Headers | undefined {
  if (headers === undefined) return undefined
  return headersIn(headers, mask, (rule) => {
    throw new ActionError('INVALID_INPUT', `The headers that the main step saved are invalid: they ${rule}.`)
  })
}

/**
 * Reads lines of `name: value`, each name once. Lines of `#` are comments.
 *
 * @param mask has a value of eight characters or more masked, before anything else is done with it
 * @param problem is told each rule that is broken, to follow a name in a sentence; `isMissing` where a value is empty, as that
 *   of a secret which is not there
 */
export function headersIn(
  text: string,
  mask: (secret: string) => void,
  problem: (rule: string, isMissing: boolean) => void,
): Headers {
  const found = new Map<string, string>()
  for (const each of text.split(/\r?\n/)) {
    const line = each.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, given, value = ''] = LINE.exec(line) ?? []
    // Without a name it may be a secret.
    if (given === undefined) {
      problem('must be lines of name: value', false)
      continue
    }
    for (const secret of secretsIn(value)) mask(secret)
    const name = given.toLowerCase()
    const [, why] = REFUSED.find(([names]) => names.test(name)) ?? []
    if (why !== undefined) problem(`must not contain ${name}, ${why}`, false)
    else if (found.has(name)) problem(`must contain ${name} only once`, false)
    else if (value === '') problem(`must have a value for ${name}`, true)
    else if (!VALUE.test(value)) problem(`must have printable US-ASCII as the value of ${name}`, false)
    else found.set(name, value)
  }
  return Object.fromEntries(found)
}

/** A value, and what follows a scheme in it (`Bearer …`), which may show alone. */
function secretsIn(value: string): string[] {
  const [, credentials = ''] = /^[\w-]+ +(\S+)$/.exec(value) ?? []
  return [value, credentials].filter(({ length }) => length >= LEAST_MASKED)
}
