import { ActionError, showable } from '../../errors.ts'
import type { Grant } from '../../exchange.ts'

/** Masking fewer characters than this would black out whole logs. */
const SHORTEST = 4

/**
 * A secret as a grant: output `secret`, each of its lines masked.
 *
 * Lines of fewer than four characters are refused unless `allowShort`, since masking one blacks out every log; lines of
 * mere punctuation, as in formatted JSON, are no secret and are left unmasked.
 *
 * @param name how the log names the secret
 * @throws ActionError `UNUSABLE_SECRET`
 */
export function secretGrant(secret: string, name: string, allowShort: boolean): Grant {
  const lines = secret
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length === 0) {
    throw new ActionError('UNUSABLE_SECRET', `The secret ${name} is empty.`, {
      hint: 'Store a value in it, or name another one.',
    })
  }
  const masks =
    lines.length === 1 || allowShort ? lines : lines.filter((line) => !/^[^\p{L}\p{N}]{1,3}$/u.test(line))
  if (!allowShort && (masks.length === 0 || masks.some((line) => line.length < SHORTEST))) {
    const what = lines.length === 1 ? 'is' : 'has a line that is'
    throw new ActionError(
      'UNUSABLE_SECRET',
      `The secret ${name} ${what} shorter than ${SHORTEST} characters.`,
      {
        hint: 'Masking it would black out unrelated text in every log of the job. Store a longer one, or give `allow-short: true`.',
      },
    )
  }
  return { secrets: masks, outputs: { secret }, summary: `Secret ${name} read.` }
}

/**
 * One member of a secret that is a JSON object. Text as it is, anything else as JSON.
 *
 * @throws ActionError `UNUSABLE_SECRET`, which lists the names that there are, never a value
 */
export function secretMember(object: unknown, key: string, name: string): string {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new ActionError(
      'UNUSABLE_SECRET',
      `The secret ${name} is no JSON object, so it has no key ${key}.`,
      {
        hint: 'Leave `key` out to get the whole text.',
      },
    )
  }
  const value = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined
  if (value === undefined || value === null) {
    const names = Object.keys(object).map((each) => showable(each, 60) ?? '?')
    throw new ActionError('UNUSABLE_SECRET', `The secret ${name} has no key ${key}.`, {
      hint: names.length === 0 ? 'It has no keys at all.' : `Its keys: ${names.slice(0, 50).join(', ')}.`,
    })
  }
  return typeof value === 'string'
    ? value
    : JSON.stringify(value, (_, each: unknown) => exact(each, key, name))
}

/** A whole number above 2^53 has lost digits when it was read: a wrong secret would be handed over in silence. */
function exact(value: unknown, key: string, name: string): unknown {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value
  throw new ActionError(
    'UNUSABLE_SECRET',
    `The key ${key} of the secret ${name} holds a number that is too large to be read exactly.`,
    {
      hint: 'Store it as text, in quotes.',
    },
  )
}
