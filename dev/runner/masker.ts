/** White space at the ends of a line, as .NET has it: U+0085 is some, U+FEFF is none. */
const ENDS = /^(?:[^\S\uFEFF]|\x85)+|(?:[^\S\uFEFF]|\x85)+$/g

/** The lines of a text as the runner reads them, without their ends: CR, LF or both. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

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
    for (const part of [value, ...linesOf(value).map((line) => line.replace(ENDS, ''))]) {
      if (part === '') continue
      this.#values.add(part)
      for (const form of derivedForms(part)) this.#values.add(form)
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
    let masked = ''
    let done = 0
    for (const { start, end } of ranges.sort((a, b) => a.start - b.start)) {
      if (done === 0 || start > done) masked += `${text.slice(done, start)}***`
      done = Math.max(done, end)
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

/** Of the forms that the runner masks in addition to a value (`ValueEncoders.cs`), those that could show here. */
function derivedForms(value: string): string[] {
  const bytes = Buffer.from(value)
  return [
    ...[0, 1, 2].map((skip) => bytes.subarray(bytes.length > skip ? skip : 0).toString('base64')),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value.toWellFormed()),
  ]
}
