/**
 * A pattern with wildcards as an anchored regular expression.
 *
 * @param wildcards what each wildcard matches, as the source of a regular expression; longer ones first
 */
export function patternOf(text: string, wildcards: Readonly<Record<string, string>>, flags = ''): RegExp {
  const literal = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  const tokens = new RegExp(`(${Object.keys(wildcards).map(literal).join('|')})`)
  const source = text.split(tokens).map((part) => wildcards[part] ?? literal(part))
  return new RegExp(`^${source.join('')}$`, flags)
}
