import { randomUUID } from 'node:crypto'
import { member } from '../../http/answer.ts'

/** In place of a number that another reader would change: `1e400`, `1.10`, a whole number above 2^53. */
export const INEXACT = Symbol('inexact')

/** A JSON string, or a number outside of a string. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/**
 * JSON text as a value, with {@link INEXACT} for each number that would be another text when it is written again.
 *
 * @returns `undefined` if the text is not JSON
 */
export function parseExactly(text: string): unknown {
  return parse(text, (value, written) => {
    if (written === undefined) return value
    return JSON.stringify(Number(written)) === written ? Number(written) : INEXACT
  })
}

/** One member of JSON text, as JSON text with each number as it was written; `undefined` if there is none. */
export function memberText(text: string, ...path: readonly string[]): string | undefined {
  const mark = randomUUID()
  const found = member(
    parse(text, (value, written) => (written === undefined ? value : `${mark}${written}`)),
    ...path,
  )
  return found === undefined ? undefined : JSON.stringify(found).replace(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1')
}

/** Every text in JSON text that is an object or a list, at any depth, and every number as it is written; not the names of members. */
export function valuesIn(text: string): { readonly texts: readonly string[]; readonly numbers: readonly string[] } {
  const [texts, numbers]: [string[], string[]] = [[], []]
  if (!/^\s*[[{]/.test(text)) return { texts, numbers }
  parse(text, (value, written) => {
    if (written !== undefined) numbers.push(written)
    else if (typeof value === 'string') texts.push(value)
    return value
  })
  return { texts, numbers }
}

/**
 * As `JSON.parse` with a reviver, which gets each number as it is written: `JSON.parse` itself tells that only from version 22
 * of Node on. So each number is text behind a mark that occurs nowhere else.
 *
 * @returns `undefined` if the text is not JSON: the error is not passed on, since it would quote the secret
 */
function parse(text: string, revive: (value: unknown, written: string | undefined) => unknown): unknown {
  const mark = `${randomUUID()}:`
  try {
    // With marks, text that is not JSON could become JSON.
    JSON.parse(text)
  } catch {
    return undefined
  }
  const marked = text.replace(TOKEN, (token) => (token.startsWith('"') ? token : `"${mark}${token}"`))
  return JSON.parse(marked, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark)
      ? revive(value, value.slice(mark.length))
      : revive(value, undefined),
  )
}
