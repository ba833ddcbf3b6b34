/**
 * A server's text as one harmless line: control and invisible characters become blanks, workflow commands are defused
 * (`::…` at its beginning, `##[…` anywhere: `ActionCommand.cs` of actions/runner), and it is cut at `most` characters.
 *
 * @param text what the server sent; anything but a string, or an empty one, gives `undefined`
 */
export function showable(text: unknown, most = 500): string | undefined {
  if (typeof text !== 'string') return undefined
  const line = text
    .slice(0, most * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(/^::/, ': :')
    .replaceAll('##[', '## [')
  if (line === '') return undefined
  return line.length > most ? `${beginning(line, most)}…` : line
}

/** The beginning of a text, at most so many UTF-16 code units, without half a character at its end. */
export function beginning(text: string, most: number): string {
  return text.slice(0, most).replace(/\p{Cs}$/u, '')
}

/** How many items of a list {@link few} shows. */
const FEW = 10

/** A line for the log that the runner cannot take for a command, whatever it holds; blanks stay as they are. */
export function harmless(line: string): string {
  return line
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/^(\s*)::/, '$1: :')
    .replaceAll('##[', '## [')
}

/** Text with a capital letter, to begin a sentence with. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The first ten of a list in a sentence, and how many more there are: a server decides how long it is. */
export function few(items: readonly string[]): string {
  const more = items.length - FEW
  return more <= 0 ? items.join(', ') : `${items.slice(0, FEW).join(', ')} and ${more} more`
}

/** How much of an annotation a list may take, in characters: GitHub cuts it at 4096. */
export const MOST_LISTED = 3_000

/** A list on lines of its own, and how many more items there are than fit. The first is always there. */
export function listOf(items: readonly string[]): string {
  let left = MOST_LISTED
  const fitting = items.filter((item, index) => (left -= item.length + 3) >= 0 || index === 0)
  const more = items.length - fitting.length
  return [...fitting, ...(more > 0 ? [`and ${more} more`] : [])].map((item) => `\n- ${item}`).join('')
}

/** A value in a sentence, in quotes, so that a dot after it is none of it; `undefined` stays so. */
export function quoted<T extends string | undefined>(text: T): T | string {
  return text === undefined ? text : `"${text}"`
}

/** Text as a YAML scalar in single quotes, which nothing in it can end (YAML 1.2, section 7.3.2). */
export function yamlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
