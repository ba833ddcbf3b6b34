import { ActionError } from '../errors.ts'

/** A credential as one printable line without blanks, in US-ASCII: what fits into a header. */
const PRINTABLE = /^[\x21-\x7e]+$/
/** One such line with something else around it. */
const CORE = /^[^\x21-\x7e]*([\x21-\x7e]+)[^\x21-\x7e]*$/
/** The longest credential that is taken, in characters. Google's are up to 12 KB, AWS session tokens may be longer. */
const MAX_CREDENTIAL = 32_768
/** The shortest one. A server that sends less would have words masked, and black out the log. */
const MIN_CREDENTIAL = 8

/** What is done about a credential that was issued, but arrived in a form that cannot be used. */
export interface Rescue {
  /** Has it taken back, see `Tools.takeBack`; called with what is left without the characters around it. */
  readonly takeBack: (core: string) => void
  /** When it ends if it cannot be taken back, as a sentence says it: `within the hour`. */
  readonly ends: string
}

/**
 * A credential from a server's answer, checked and concealed: one printable line of 8 to 32,768 characters. Its shape is
 * otherwise its issuer's business and not looked at. Checked first, since what a hostile server sends is no mask.
 *
 * @param rescue for a credential that can be revoked: one that cannot be used is then taken back, or the error says that
 *   it lives on
 * @throws ActionError `UNUSABLE_ANSWER`
 */
export function credential(
  value: unknown,
  what: string,
  service: string,
  conceal: (secret: string) => void,
  rescue?: Rescue,
): string {
  const wrong = faultOf(value)
  if (wrong === undefined) {
    conceal(value as string)
    return value as string
  }
  throw new ActionError('UNUSABLE_ANSWER', `The ${what} in the answer of ${service} ${wrong}.`, {
    hint: [
      'No output was set.',
      ...(rescue ? [rescued(value, what, conceal, rescue)] : []),
      'This is a bug in the server: report it to its operator.',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
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

/** Has a credential that cannot be used taken back as far as it can be; says so where it cannot. */
function rescued(
  value: unknown,
  what: string,
  conceal: (secret: string) => void,
  { takeBack, ends }: Rescue,
): string {
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return ''
  const core = typeof value === 'string' ? (CORE.exec(value)?.[1] ?? '') : ''
  if (core.length < MIN_CREDENTIAL) {
    return `It cannot be revoked either: if the ${what} works, it is still alive and ends ${ends}.`
  }
  conceal(core)
  takeBack(core)
  return ''
}
