import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { repository } from './actions.ts'
import { proseOf, type Document } from './fences.ts'

/** A link or picture of a document. */
interface Link {
  /** From 1. */
  readonly line: number
  readonly target: string
}

/** The links and pictures of a document: inline, by reference, and as HTML. */
function linksOf(document: Document): Link[] {
  const links: Link[] = []
  proseOf(document)
    .split('\n')
    .forEach((text, index) => {
      const prose = text.replace(/(`+)[^`].*?\1/g, '')
      const found = [
        ...prose.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g),
        ...prose.matchAll(/^\s*\[[^\]]+\]:\s+<?([^\s>]+)/g),
        ...prose.matchAll(/<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)="([^"]+)"/g),
      ]
      links.push(...found.map(([, target]) => ({ line: index + 1, target: target! })))
    })
  return links
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
    const text = readFileSync(join(repository, file), 'utf8')
    return anchorsOf({ file, text }).has(anchor) ? [] : [`${place}: there is no such heading`]
  })
}

/** The anchors of a document as GitHub makes them: from its headings, and those given as HTML. */
function anchorsOf(document: Document): Set<string> {
  const prose = proseOf(document)
  const anchors = new Set<string>()
  for (const [, heading] of prose.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const text = heading!.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]+>/g, '')
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  for (const [, id] of prose.matchAll(/<\w+[^>]*?\b(?:id|name)="([^"]+)"/g)) anchors.add(id!)
  return anchors
}
