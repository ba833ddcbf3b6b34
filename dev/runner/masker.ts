import { linesOf, trim } from './dotnet.ts'

/** Replaces secrets in a log as the runner does: the value, its lines, and the forms it derives from each. */
export class Masker {
  readonly #values = new Set<string>()

  /** Every value that was asked to be masked, without its derived forms, in order. */
  readonly asked: string[] = []

  constructor(values: Iterable<string> = []) {
    for (const value of values) this.add(value)
  }

  /** Masks a value from now on. There is no least length: a mask of one character replaces it everywhere. */
  add(value: string): void {
    this.asked.push(value)
    for (const part of [value, ...linesOf(value).map(trim)]) {
      if (part === '') continue
      this.#values.add(part)
      for (const form of derivedForms(part)) if (form !== '') this.#values.add(form)
    }
  }

  /** Replaces each stretch of secrets, overlapping or adjacent, by `***`. */
  mask(text: string): string {
    const ranges: { start: number; end: number }[] = []
    for (const value of this.#values) {
      for (let start = text.indexOf(value); start !== -1; start = text.indexOf(value, start + 1)) {
        ranges.push({ start, end: start + value.length })
      }
    }
    ranges.sort((a, b) => a.start - b.start)
    let masked = ''
    let done = 0
    for (let index = 0; index < ranges.length;) {
      const { start } = ranges[index]!
      let { end } = ranges[index]!
      for (index++; index < ranges.length && ranges[index]!.start <= end; index++)
        end = Math.max(end, ranges[index]!.end)
      masked += `${text.slice(done, start)}***`
      done = end
    }
    return masked + text.slice(done)
  }

  /** Masks each line for itself, as the runner does with a job summary. */
  maskLines(text: string): string {
    return linesOf(text)
      .map((line) => `${this.mask(line)}\n`)
      .join('')
  }
}

/** The forms that the runner masks in addition to a value (`ValueEncoders.cs`). */
function derivedForms(value: string): string[] {
  const bytes = Buffer.from(value)
  const base64 = (skip: number): string => bytes.subarray(bytes.length > skip ? skip : 0).toString('base64')
  const quoted = value.length > 8 && value.startsWith('"') && value.endsWith('"')
  return [
    base64(0),
    base64(1),
    base64(2),
    value.replaceAll('"', '\\"'),
    value.replaceAll("'", "''"),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;'),
    quoted ? value.slice(1, -1) : '',
    ...ampersandParts(value),
  ]
}

/** What PowerShell prints of `a&b` apart: up to the last `&`, and from there on; or around the first `&+`. */
function ampersandParts(value: string): string[] {
  const plus = value.indexOf('&+')
  const [before, after] =
    plus === -1
      ? [value.slice(0, value.lastIndexOf('&') + 1), value.slice(value.lastIndexOf('&') + 1)]
      : [value.slice(0, plus + 2), value.slice(plus + 3)]
  return value.includes('&') ? [before, after].filter((part) => part.length >= 6) : []
}
