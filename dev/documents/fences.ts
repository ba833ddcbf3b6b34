import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository, repositoryFiles } from './actions.ts'
import { nodesOf } from './markdown.ts'

/** A piece of a document between two ``` lines. */
export interface Fence {
  /** The document, from the repository. */
  readonly file: string
  /** Line of the first line of `text` in the document, from 1. */
  readonly line: number
  /** The text after the opening ```, in lower case; `''` where nothing does. */
  readonly language: string
  readonly text: string
}

/** A document of the repository. */
export interface Document {
  readonly file: string
  readonly text: string
}

/**
 * Whether the commands of a page can be run. They are for the shell of Linux and macOS: on Windows jq ends its lines with
 * CR LF, bash rewrites arguments that look like paths, and a file of the name `a "b"` cannot be.
 */
export const canRunCommands = process.platform !== 'win32'

/** Every Markdown document of the repository. */
export function readDocuments(): Document[] {
  return repositoryFiles('{**,.github/**}/*.md').map(readDocument)
}

/** A document of the repository. @throws Error where there is none of that name */
export function readDocument(file: string): Document {
  return { file, text: readFileSync(join(repository, file), 'utf8') }
}

/** The fences of a document, also those inside lists and quotes. @throws Error where one is not closed */
export function fencesOf({ file, text }: Document): Fence[] {
  return nodesOf(text, 'code').map(({ lang, value, position: { start, end } }) => {
    if (!/(?:```|~~~)$/.test(text.slice(start.offset, end.offset))) {
      throw new Error(`${file}:${start.line}: a fence is not closed`)
    }
    return { file, line: start.line + 1, language: (lang ?? '').toLowerCase(), text: `${value}\n` }
  })
}

/** The text of the one fence of a page that has these words. @throws Error where there is none, or another one */
export function fenceOf(page: string, language: string, words: string | RegExp): string {
  const found = fencesOf(readDocument(page)).filter(
    ({ language: its, text }) =>
      its === language && (typeof words === 'string' ? text.includes(words) : words.test(text)),
  )
  if (found.length !== 1) throw new Error(`${page} has ${found.length} such fences: ${String(words)}`)
  return found[0]!.text
}

/** What a diff of YAML leads to (`+`) or begins with (`-`); every line stays where it is, and those of the other are empty. */
export function sideOf(fence: Fence, sign: '+' | '-'): Fence {
  const lines = fence.text.split('\n').map((line) => (line[0] === ' ' || line[0] === sign ? line.slice(1) : ''))
  return { ...fence, language: 'yaml', text: lines.join('\n') }
}
