import { ActionError } from '../errors.ts'
import { textOf } from '../http/answer.ts'

/** A credential as one printable line without blanks, in US-ASCII: what fits into a header. */
const PRINTABLE = /^[\x21-\x7e]+$/
/** One such line with something else around it. */
const CORE = /^[^\x21-\x7e]*([\x21-\x7e]+)[^\x21-\x7e]*$/
/** The longest credential that is taken, in characters. Google's are up to 12 KB, AWS session tokens may be longer. */
const MAX_CREDENTIAL = 32_768
/** The shortest one. A server that sends less would have words masked, and black out the log. */
const MIN_CREDENTIAL = 8

/**
 * A credential from a server's answer, checked and masked: one printable line of 8 to 32,768 characters. Its shape is
 * otherwise its issuer's business and not looked at. Checked first, since what a hostile server sends is no mask.
 *
 * @param mask has it masked from the log
 * @param revoke has a credential that cannot be used revoked: what is left of it without the characters around it; see
 *   `Tools.revokeAtEnd`
 * @throws ActionError `UNUSABLE_ANSWER`
 */
export function credential(
  value: unknown,
  what: string,
  service: string,
  mask: (secret: string) => void,
  revoke?: (core: string) => void,
): string {
  const wrong = faultOf(value)
  if (wrong === undefined) {
    mask(value as string)
    return value as string
  }
  const core = CORE.exec(textOf(value))?.[1] ?? ''
  const canBeRevoked = revoke !== undefined && core.length >= MIN_CREDENTIAL
  if (canBeRevoked) {
    mask(core)
    revoke(core)
  }
  throw new ActionError('UNUSABLE_ANSWER', `The ${what} in the answer of ${service} ${wrong}.`, {
    hint: 'No output was set. This is a bug in the server: report it to its operator.',
    leavesNothing: canBeRevoked,
  })
}

/** What is wrong with a credential, to follow its name in a sentence. */
function faultOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return 'is missing'
  if (typeof value !== 'string') return `is not text but ${Array.isArray(value) ? 'a list' : typeof value}`
  if (value.length > MAX_CREDENTIAL) return `is longer than ${MAX_CREDENTIAL} characters`
  if (!PRINTABLE.test(value)) return 'is not one printable line'
  if (value.length < MIN_CREDENTIAL) return `is shorter than ${MIN_CREDENTIAL} characters`
  return undefined
}
