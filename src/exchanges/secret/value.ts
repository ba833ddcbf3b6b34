import { ActionError } from '../../errors.ts'
import { quoted, showable } from '../../text.ts'
import { INEXACT, parseExactly, valuesIn } from './json.ts'

/** Masking fewer characters than this would black out whole logs. */
const SHORTEST = 4
/** Words of JSON that are in every log, although they are long enough to be masked. */
const COMMON = /^(?:true|false|null)$/
/** Lines of formatted JSON and the like, which are no secret. */
const PUNCTUATION = /^[^\p{L}\p{N}]{1,3}$/u
/** Numbers of fewer characters are ports and years. */
const SHORTEST_NUMBER = 6

/** A secret as it is stored. */
export interface Secret {
  /** How errors and the log name it, in quotes. */
  readonly name: string
  /** The whole of it. */
  readonly text: string
}

/**
 * The members of a secret that is a JSON object, by their keys. Text as it is, anything else as JSON. The secret is parsed
 * once, at the first of them.
 *
 * @throws ActionError `UNUSABLE_SECRET`, which lists the names that there are, never a value
 */
export function membersOf({ name, text }: Secret): (key: string) => Secret {
  let parsed: { readonly json: unknown } | undefined
  return (key) => {
    const { json } = (parsed ??= { json: parseExactly(text) })
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw unusable(`The secret ${name} is not a JSON object, so it has no key "${key}".`, {
        hint: 'Omit the key to get the whole text.',
      })
    }
    const value = Object.hasOwn(json, key) ? (json as Record<string, unknown>)[key] : undefined
    if (value === null) {
      throw unusable(`The key "${key}" of the secret ${name} is null.`, {
        hint: 'Store a value in it, or use another one.',
      })
    }
    if (value === undefined) throw noKey(name, key, Object.keys(json))
    const exact = (_: string, each: unknown): unknown => {
      if (each !== INEXACT) return each
      throw unusable(
        `The key "${key}" of the secret ${name} contains a number that JSON cannot keep exactly, such as 1.10 or one with many digits.`,
        { hint: 'Store it as text, in quotes.' },
      )
    }
    return { name: `"${key}" of ${name}`, text: typeof value === 'string' ? value : JSON.stringify(value, exact) }
  }
}

function noKey(name: string, key: string, keys: readonly string[]): ActionError {
  const names = keys.slice(0, 50).map((each) => quoted(showable(each, 60) ?? '?'))
  return unusable(`The secret ${name} has no key "${key}".`, {
    missing: `"${key}" of ${name}`,
    hint: names.length === 0 ? 'It has no keys at all.' : `Its keys: ${names.join(', ')}.`,
  })
}

function unusable(message: string, more: { hint: string; missing?: string }): ActionError {
  return new ActionError('UNUSABLE_SECRET', message, more)
}

/** What is masked of a secret. */
export interface Masks {
  readonly masks: readonly string[]
  /** How many lines are too short to mask. */
  readonly unmasked: number
}

/**
 * What is masked of a secret: each of its lines; where it is JSON, every text in it of at least four characters and every
 * number of at least six; each of these as it is escaped inside JSON, once and twice, since the output `secrets` is JSON that may
 * contain JSON; and the base64 of what has several lines, of which the runner knows each line alone.
 *
 * A secret that is shorter than four characters, or `true`, `false` or `null`, is refused unless `allowShort`, since masking
 * it blacks out every log. A line that is so short in a longer secret is left unmasked, as is mere punctuation in any case.
 *
 * @throws ActionError `UNUSABLE_SECRET`
 */
export function masksOf({ name, text }: Secret, allowShort: boolean): Masks {
  const lines = linesOf(text)
  if (lines.length === 0) {
    throw unusable(`The secret ${name} is empty.`, { hint: 'Store a value in it, or use another one.' })
  }
  const masked = lines.filter((line) => !PUNCTUATION.test(line) && (allowShort || !isCommon(line)))
  if (masked.length === 0 && !allowShort) {
    const what = lines.length === 1 ? 'is' : 'has only lines that are'
    throw unusable(`The secret ${name} ${what} shorter than ${SHORTEST} characters, or true, false or null.`, {
      hint: 'Masking it would hide unrelated text in every log of the job. Store a longer one, or set `allow-short: true`.',
    })
  }
  const { texts, numbers } = valuesIn(text)
  const inner = texts.flatMap(linesOf).filter((line) => !isCommon(line))
  const plain = [...masked, ...inner]
  const masks = [
    ...plain,
    ...plain.map(inJson),
    ...plain.map((mask) => inJson(inJson(mask))),
    ...numbers.flatMap((number) => [number, String(Number(number))]).filter(isLongNumber),
    ...[text, ...texts].filter((each) => linesOf(each).length > 1).flatMap(inBase64),
  ]
  const left = lines.length - masked.length - lines.filter((line) => PUNCTUATION.test(line)).length
  return { masks: [...new Set(masks)], unmasked: masked.length === 0 ? lines.length : left }
}

function isLongNumber(text: string): boolean {
  return text.length >= SHORTEST_NUMBER
}

/** Base64 of a text, and the part of it that is the same with up to two bytes before the text and any bytes after it. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text)
  const certain = [0, 1, 2].map((offset) => {
    const part = bytes.subarray(offset)
    return part.subarray(0, part.length - (part.length % 3)).toString('base64')
  })
  return [bytes.toString('base64'), ...certain]
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

/** Text as it is written between the quotes of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
