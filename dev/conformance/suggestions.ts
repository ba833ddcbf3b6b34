import { strict as assert } from 'node:assert'
import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml'

/** Something that a refusal tells a person to put somewhere. */
export interface Suggestion {
  readonly language: string
  readonly content: string
  /** The text between the fence before and this one, as a person reads it. */
  readonly before: string
}

/** What stands in the fences of a job summary. */
export function suggestionsIn(summary: string): Suggestion[] {
  const fence = /```(\w*)\n([\s\S]*?)\n```/g
  let end = 0
  return [...summary.matchAll(fence)].map((found) => {
    const before = readable(summary.slice(end, found.index))
    end = found.index + found[0].length
    return { language: found[1]!, content: found[2]!, before }
  })
}

/** Markdown as it is shown. */
function readable(markdown: string): string {
  return markdown
    .replace(/<br>/g, '\n')
    .replace(/<\/?code>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
}

/** Puts every file that a refusal suggests where it says; to a file that is there, what it lacks is added. */
export function pasteFiles(repositories: Record<string, Record<string, string>>, summary: string): void {
  const suggestions = suggestionsIn(summary)
  assert.notEqual(suggestions.length, 0, `nothing is suggested:\n${summary}`)
  for (const { content, before } of suggestions) {
    const [, path, repository] = [...before.matchAll(/([\w./-]+\.ya?ml) in ([\w.-]+\/[\w.-]+)/g)].at(-1) ?? []
    assert(
      path !== undefined && repository !== undefined,
      `it is not said where this belongs:\n${before}\n${content}`,
    )
    const files = (repositories[repository] ??= {})
    files[path] = added(files[path], content)
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
