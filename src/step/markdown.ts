import type { RepositoryFile } from '../explanation.ts'

/** A Markdown table; empty if there are no rows. Any text is shown as it is. */
export function table(head: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return ''
  const lines = rows.map(([name, value]) => `| ${escaped(name)} | <code>${escaped(value)}</code> |`)
  return [`| ${head.join(' | ')} |`, '| --- | --- |', ...lines].join('\n')
}

/** Text for Markdown, without any character that means something to it or to HTML: a dot makes a link of `www.`. */
export function escaped(text: string): string {
  return text.replace(/[^\w\s,()/'-]|_/gu, (char) => `&#${char.codePointAt(0) ?? 0};`).replace(/\n/g, '<br>')
}

/**
 * Links, as Markdown, that open a file in GitHub's editor: with the content in it if the file is new. GitHub's own pages
 * link to these addresses; its documentation ("Creating new files") does not describe their parameters.
 *
 * @param branch the default branch, or `HEAD`, which means the same
 */
export function editorLinks(
  { repository, path, exists }: RepositoryFile,
  content: string,
  server: string,
  branch: string,
): string {
  const at = `${server}/${urlPath(repository)}`
  const edit = `[edit it](${at}/edit/${urlPath(branch)}/${urlPath(path)})`
  const create = `[create it](${at}/new/${urlPath(branch)}?filename=${urlText(path)}&value=${urlText(`${content}\n`)})`
  if (exists === undefined) return `${create}, or ${edit} if it already exists`
  return exists ? edit : create
}

function urlPath(path: string): string {
  return path.split('/').map(urlText).join('/')
}

/** Text as a part of a URL, also without the characters that end a link in Markdown. */
function urlText(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*~_]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
