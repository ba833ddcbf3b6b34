import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository, repositoryFiles } from './actions.ts'

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

/** The fences of a document, also those inside lists and quotes. */
export function fencesOf(document: Document): Fence[] {
  const fences: Fence[] = []
  let open: { prefix: string; mark: string; language: string; line: number; lines: string[] } | undefined
  document.text.split('\n').forEach((line, index) => {
    if (open === undefined) {
      const start = /^([\s>]*)(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/.exec(line)
      if (start === null) return
      open = { prefix: start[1]!, mark: start[2]!, language: start[3]!.toLowerCase(), line: index + 2, lines: [] }
      return
    }
    const inner = line.startsWith(open.prefix) ? line.slice(open.prefix.length) : line.replace(/^[\s>]+/, '')
    if (inner.trimEnd().startsWith(open.mark) && inner.trim().replaceAll(open.mark[0]!, '') === '') {
      const { language, line: start, lines } = open
      fences.push({ file: document.file, line: start, language, text: lines.join('\n') + '\n' })
      open = undefined
    } else {
      open.lines.push(inner)
    }
  })
  if (open !== undefined) throw new Error(`${document.file}: a fence is not closed`)
  return fences
}

/** The text of the fence of a page that has these words. @throws Error where there is none */
export function fenceOf(page: string, language: string, words: RegExp): string {
  const found = fencesOf(readDocument(page)).find((fence) => fence.language === language && words.test(fence.text))
  if (found === undefined) throw new Error(`${page} has no such fence: ${words.source}`)
  return found.text
}

/** A document without its fences, line for line, for checks of its prose. */
export function proseOf(document: Document): string {
  const lines = document.text.split('\n')
  for (const fence of fencesOf(document)) {
    const count = fence.text.split('\n').length - 1
    lines.fill('', fence.line - 2, fence.line + count)
  }
  return lines.join('\n')
}

/** What a diff of YAML leads to (`+`) or begins with (`-`); every line stays where it is, and those of the other are empty. */
export function sideOf(fence: Fence, sign: '+' | '-'): Fence {
  const lines = fence.text.split('\n').map((line) => (line[0] === ' ' || line[0] === sign ? line.slice(1) : ''))
  return { ...fence, language: 'yaml', text: lines.join('\n') }
}
