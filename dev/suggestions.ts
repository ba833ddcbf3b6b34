import { strict as assert } from 'node:assert'
import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml'

/** Something that a job summary tells a person to put somewhere. */
export interface Suggestion {
  readonly text: string
  /** The text between the previous fence and this one, which says where it belongs. */
  readonly before: string
}

/** A job summary without the entities that keep its text from being Markdown. */
export function plainSummary(summary: string): string {
  return summary.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
}

/** What a job summary suggests to paste. */
export function suggestionsOf(summary: string): Suggestion[] {
  let end = 0
  return [...summary.matchAll(/```\w*\n([\s\S]*?)\n```/g)].map((found) => {
    const before = summary
      .slice(end, found.index)
      .replace(/<br>/g, '\n')
      .replace(/<\/?code>/g, '')
    end = found.index + found[0].length
    return { text: found[1]!, before: plainSummary(before) }
  })
}

/**
 * Puts every file that is suggested where it belongs; to a file that is there, what it lacks is added.
 *
 * @param repositories texts of files by path, by `owner/name`
 */
export function pasteFiles(
  repositories: Record<string, Record<string, string>>,
  suggestions: readonly Suggestion[],
): void {
  assert.notEqual(suggestions.length, 0, 'nothing is suggested')
  for (const { text, before } of suggestions) {
    const [, path, repository] = [...before.matchAll(/([\w./-]+\.ya?ml) in ([\w.-]+\/[\w.-]+)/g)].at(-1) ?? []
    assert(path !== undefined && repository !== undefined, `it is not said where this belongs:\n${before}\n${text}`)
    const files = (repositories[repository] ??= {})
    files[path] = added(files[path], text)
  }
}

/** A YAML file with what another has: lists one after the other, mappings merged. One that cannot be read is replaced. */
function added(present: string | undefined, content: string): string {
  const document = parseDocument(present ?? '')
  if (document.errors.length > 0 || !isMap(document.contents)) return content
  merge(document.contents, parseDocument(content).contents as YAMLMap)
  return document.toString()
}

function merge(into: YAMLMap, from: YAMLMap): void {
  for (const { key, value } of from.items) {
    const present = into.get(key)
    if (isMap(present) && isMap(value)) merge(present, value)
    else if (isSeq(present) && isSeq(value)) present.items.push(...value.items)
    else into.set(key, value)
  }
}
