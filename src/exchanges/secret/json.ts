/** Stands for a number whose text another reader would not get back: `1e400`, `1.10`, a whole number above 2^53. */
export const INEXACT = Symbol('inexact')

/** What `JSON.parse` tells a reviver about a number, text or literal (ECMAScript 2026, "JSON.parse source text access"). */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

/**
 * JSON text as a value, with {@link INEXACT} for each number that would be another text when it is written again.
 *
 * @returns `undefined` where the text is no JSON
 */
export function parseExactly(text: string): unknown {
  return parse(text, (_, value, { source }) =>
    typeof value === 'number' && JSON.stringify(value) !== source ? INEXACT : value,
  )
}

/** One member of JSON text, as JSON text with each number as it was written; `undefined` where there is none. */
export function memberText(text: string, ...path: readonly string[]): string | undefined {
  let value = parse(text, (_, each, { source }) =>
    typeof each === 'number' && source !== undefined ? rawJSON(source) : each,
  )
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return JSON.stringify(value)
}

/** Every text in JSON text that is an object or a list, at any depth; not the names of members. */
export function textsIn(text: string): string[] {
  if (!/^\s*[[{]/.test(text)) return []
  const found: string[] = []
  parse(text, (_, value) => {
    if (typeof value === 'string') found.push(value)
    return value
  })
  return found
}

function parse(text: string, reviver: Reviver): unknown {
  try {
    return JSON.parse(text, reviver as (key: string, value: unknown) => unknown)
  } catch {
    // The error is not passed on: it would quote the secret.
    return undefined
  }
}

/** The types of TypeScript do not know it yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }
