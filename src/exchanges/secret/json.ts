import { randomUUID } from 'node:crypto'

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
  const { mark, value } = withNumbers(text)
  return revived(value, mark, (source) => (JSON.stringify(Number(source)) === source ? Number(source) : INEXACT))
}

/** One member of JSON text, as JSON text with each number as it was written; `undefined` if there is none. */
export function memberText(text: string, ...path: readonly string[]): string | undefined {
  const { mark, value } = withNumbers(text)
  let member = value
  for (const name of path) {
    if (typeof member !== 'object' || member === null || !Object.hasOwn(member, name)) return undefined
    member = (member as Record<string, unknown>)[name]
  }
  if (member === undefined) return undefined
  return JSON.stringify(member).replace(new RegExp(`"${mark}([^"]*)"`, 'g'), '$1')
}

/** Every text in JSON text that is an object or a list, at any depth, and every number as it is written; not the names of members. */
export function valuesIn(text: string): { readonly texts: readonly string[]; readonly numbers: readonly string[] } {
  const [texts, numbers]: [string[], string[]] = [[], []]
  if (!/^\s*[[{]/.test(text)) return { texts, numbers }
  const { mark, value } = withNumbers(text)
  const walk = (each: unknown): void => {
    if (typeof each === 'string') {
      if (each.startsWith(mark)) numbers.push(each.slice(mark.length))
      else texts.push(each)
    } else if (typeof each === 'object' && each !== null) Object.values(each).forEach(walk)
  }
  walk(value)
  return { texts, numbers }
}

/**
 * JSON text as a value in which each number is text behind a mark that occurs nowhere else. So numbers keep their
 * digits on every version of Node: `JSON.parse` says how a number was written only from version 22 on.
 */
function withNumbers(text: string): { readonly mark: string; readonly value: unknown } {
  const mark = `${randomUUID()}:`
  // With marks, text that is not JSON could become JSON.
  if (parse(text) === undefined) return { mark, value: undefined }
  const marked = text.replace(TOKEN, (token) => (token.startsWith('"') ? token : `"${mark}${token}"`))
  return { mark, value: parse(marked) }
}

function revived(value: unknown, mark: string, number: (source: string) => unknown): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? number(value.slice(mark.length)) : value
  if (Array.isArray(value)) return value.map((each) => revived(each, mark, number))
  if (typeof value !== 'object' || value === null) return value
  // By definition, not by assignment: a member may be called __proto__.
  const entries = Object.entries(value).map(([name, each]) => [name, revived(each, mark, number)])
  return Object.fromEntries(entries)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The error is not passed on: it would quote the secret.
    return undefined
  }
}
