/** A command file that the runner refuses; the step fails. */
export class FileCommandError extends Error {}

/**
 * Reads `NAME=VALUE` lines and `NAME<<DELIMITER` blocks, as `FileCommandManager.cs` does.
 *
 * @throws FileCommandError
 */
export function parseKeyValues(text: string): Record<string, string> {
  const values: [string, string][] = []
  let index = 0
  /** The next line, with whether a line end followed. On Linux and macOS a CR is part of the line. */
  const readLine = (): { line: string; ended: boolean } | undefined => {
    if (index >= text.length) return undefined
    const start = index
    const end = text.indexOf('\n', index)
    index = end < 0 ? text.length : end + 1
    const line = text.slice(start, end < 0 ? undefined : end)
    return { line: process.platform === 'win32' ? line.replace(/\r$/, '') : line, ended: end >= 0 }
  }
  for (let read = readLine(); read !== undefined; read = readLine()) {
    const { line } = read
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      if (equals === 0) throw new FileCommandError(`Invalid format '${line}'. Name must not be empty`)
      values.push([line.slice(0, equals), line.slice(equals + 1)])
    } else if (heredoc >= 0) {
      const name = line.slice(0, heredoc)
      const delimiter = line.slice(heredoc + 2)
      if (name === '' || delimiter === '') {
        throw new FileCommandError(
          `Invalid format '${line}'. Name must not be empty and delimiter must not be empty`,
        )
      }
      const lines: string[] = []
      for (let part = readLine(); part?.line !== delimiter; part = readLine()) {
        if (part === undefined) {
          throw new FileCommandError(`Invalid value. Matching delimiter not found '${delimiter}'`)
        }
        if (!part.ended) {
          throw new FileCommandError(`Invalid value. EOF value must end with a newline '${delimiter}'`)
        }
        lines.push(part.line)
      }
      values.push([name, lines.join('\n')])
    } else {
      throw new FileCommandError(`Invalid format '${line}'`)
    }
  }
  return Object.fromEntries(values)
}
