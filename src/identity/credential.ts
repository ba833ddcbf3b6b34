import { ActionError } from '../errors.ts'

/** A credential as one printable line without blanks, in US-ASCII: what fits into a header. */
const PRINTABLE = /^[\x21-\x7e]+$/
/** The longest credential that is taken, in characters. Google's are up to 12 KB, AWS session tokens may be longer. */
const MAX_CREDENTIAL = 32_768

/**
 * A credential from a server's answer, concealed and checked: one printable line of at most 32,768 characters. Its
 * shape is otherwise its issuer's business and not looked at.
 *
 * @throws ActionError `UNUSABLE_ANSWER`
 */
export function credential(
  value: unknown,
  what: string,
  service: string,
  conceal: (secret: string) => void,
): string {
  if (typeof value === 'string' && value.trim() !== '') conceal(value)
  const wrong =
    value === undefined || value === null || value === ''
      ? 'is missing'
      : typeof value !== 'string'
        ? `is not text but ${Array.isArray(value) ? 'a list' : typeof value}`
        : value.length > MAX_CREDENTIAL
          ? `is longer than ${MAX_CREDENTIAL} characters`
          : !PRINTABLE.test(value)
            ? 'is not one printable line'
            : undefined
  if (wrong === undefined) return value as string
  throw new ActionError('UNUSABLE_ANSWER', `The ${what} in the answer of ${service} ${wrong}.`, {
    hint: 'Nothing was set as output. This is a fault of the server; its operator should look at what it answers.',
  })
}
