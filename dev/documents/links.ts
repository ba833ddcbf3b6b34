import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { repository } from './actions.ts'
import { readDocument, type Document } from './fences.ts'
import { nodesOf, textOf } from './markdown.ts'

/** The links and pictures of a document: inline, by reference, and as HTML, each with its line. */
function linksOf({ text }: Document): { readonly line: number; readonly target: string }[] {
  return nodesOf(text, 'link', 'image', 'definition', 'html').flatMap(({ position, url, value = '' }) => {
    const inHtml = [...value.matchAll(/<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)="([^"]+)"/g)]
    const targets = url === undefined ? inHtml.map(([, target]) => target!) : [url]
    return targets.map((target) => ({ line: position.start.line, target }))
  })
}

/** What is wrong with the links of a document that stay in the repository: no such file, no such heading. */
export function checkLinks(document: Document): string[] {
  return linksOf(document).flatMap(({ line, target }) => {
    if (/^[a-z][a-z+.-]*:/i.test(target)) return []
    const [path = '', anchor] = decodeURIComponent(target).split('#')
    const file = path === '' ? document.file : posix.join(posix.dirname(document.file), path)
    const place = `${document.file}:${line}: ${target}`
    if (file.startsWith('..') || !existsSync(join(repository, file))) return [`${place}: there is no such file`]
    if (anchor === undefined) return []
    if (statSync(join(repository, file)).isDirectory() || !file.endsWith('.md'))
      return [`${place}: only documents have headings`]
    return anchorsOf(readDocument(file).text).has(anchor) ? [] : [`${place}: there is no such heading`]
  })
}

/** The anchors of a document as GitHub makes them: from its headings, and those given as HTML. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const heading of nodesOf(text, 'heading')) {
    const slug = textOf(heading)
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  for (const { value = '' } of nodesOf(text, 'html')) {
    for (const [, id] of value.matchAll(/<\w+[^>]*?\b(?:id|name)="([^"]+)"/g)) anchors.add(id!)
  }
  return anchors
}
