import { ActionError } from '../../errors.ts'
import { quoted, showable } from '../../text.ts'
import { INEXACT, parseExactly, textsIn } from './json.ts'

/** Masking fewer characters than this would black out whole logs. */
const SHORTEST = 4
/** Words of JSON that stand in every log, of more characters than that. */
const COMMON = /^(?:true|false|null)$/

/** A secret as it is stored. */
export interface Secret {
  /** How errors and the log name it, in quotes. */
  readonly name: string
  /** The whole of it. */
  readonly text: string
}

/**
 * One member of a secret that is a JSON object. Text as it is, anything else as JSON.
 *
 * @throws ActionError `UNUSABLE_SECRET`, which lists the names that there are, never a value
 */
export function secretMember({ name, text }: Secret, key: string): Secret {
  const object = parseExactly(text)
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new ActionError(
      'UNUSABLE_SECRET',
      `The secret ${name} is not a JSON object, so it has no key "${key}".`,
      {
        hint: 'Omit the key to get the whole text.',
      },
    )
  }
  const value = Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined
  if (value === undefined || value === null) {
    const names = Object.keys(object).map((each) => showable(each, 60) ?? '?')
    throw new ActionError('UNUSABLE_SECRET', `The secret ${name} has no key "${key}".`, {
      hint:
        names.length === 0
          ? 'It has no keys at all.'
          : `Its keys: ${names.slice(0, 50).map(quoted).join(', ')}.`,
    })
  }
  const exact = (_: string, each: unknown): unknown => {
    if (each !== INEXACT) return each
    throw new ActionError(
      'UNUSABLE_SECRET',
      `The key "${key}" of the secret ${name} contains a number that JSON cannot keep exactly, such as 1.10 or one with many digits.`,
      { hint: 'Store it as text, in quotes.' },
    )
  }
  return {
    name: `"${key}" of ${name}`,
    text: typeof value === 'string' ? value : JSON.stringify(value, exact),
  }
}

/**
 * What is masked of a secret: each of its lines; where it is JSON, every text in it of at least four characters; and each
 * of these as it stands inside JSON, once and twice, since the output `secrets` is JSON that may hold JSON.
 *
 * Lines of fewer than four characters are refused unless `allowShort`, since masking one blacks out every log, and so are
 * `true`, `false` and `null`. Lines of mere punctuation, as in formatted JSON, are no secret and are left unmasked.
 *
 * @throws ActionError `UNUSABLE_SECRET`
 */
export function masksOf({ name, text }: Secret, allowShort: boolean): string[] {
  const lines = linesOf(text)
  if (lines.length === 0) {
    throw new ActionError('UNUSABLE_SECRET', `The secret ${name} is empty.`, {
      hint: 'Store a value in it, or use another one.',
    })
  }
  const masks =
    lines.length === 1 || allowShort ? lines : lines.filter((line) => !/^[^\p{L}\p{N}]{1,3}$/u.test(line))
  if (!allowShort && (masks.length === 0 || masks.some(isCommon))) {
    const what = lines.length === 1 ? 'is' : 'has a line that is'
    throw new ActionError(
      'UNUSABLE_SECRET',
      `The secret ${name} ${what} shorter than ${SHORTEST} characters, or true, false or null.`,
      {
        hint: 'Masking it would hide unrelated text in every log of the job. Store a longer one, or set `allow-short: true`.',
      },
    )
  }
  const inner = textsIn(text)
    .flatMap(linesOf)
    .filter((line) => !isCommon(line))
  const plain = [...masks, ...inner]
  return [...new Set([...plain, ...plain.map(inJson), ...plain.map((mask) => inJson(inJson(mask)))])]
}

function linesOf(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function isCommon(line: string): boolean {
  return line.length < SHORTEST || COMMON.test(line)
}

/** Text as it stands between the quotes of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
