/** Text as the runner reads it, which .NET does: to JavaScript U+0085 is no white space, and U+FEFF is some. */

/** A text without white space at its start. */
export function trimStart(text: string): string {
  return text.replace(/^(?:[^\S\uFEFF]|\x85)+/, '')
}

/** A text without white space at its ends. */
export function trim(text: string): string {
  return trimStart(text).replace(/(?:[^\S\uFEFF]|\x85)+$/, '')
}

/** The lines of a text, without their ends: CR, LF or both. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
