import type { ParserOptions } from 'prettier'
import { parsers } from 'prettier/plugins/markdown'

interface Point {
  /** From 1. */
  readonly line: number
  /** From 0, in UTF-16 code units. */
  readonly offset: number
}

/** A node of a Markdown document, as mdast has them (https://github.com/syntax-tree/mdast). */
export interface Node {
  readonly type: string
  readonly position: { readonly start: Point; readonly end: Point }
  readonly children?: readonly Node[]
  /** Of a fence. */
  readonly lang?: string | null
  /** Of text, code and HTML. */
  readonly value?: string
  /** Of links, definitions and pictures. */
  readonly url?: string
}

/** The nodes of a Markdown text, or below a node, that are of one of these types. */
export function nodesOf(markdown: string | Node, ...types: readonly string[]): Node[] {
  const root = typeof markdown === 'string' ? (parsers.markdown.parse(markdown, {} as ParserOptions) as Node) : markdown
  const below = (root.children ?? []).flatMap((child) => nodesOf(child, ...types))
  return types.includes(root.type) ? [root, ...below] : below
}

/** The words of a node without their marks. */
export function textOf(node: Node): string {
  return nodesOf(node, 'text', 'inlineCode')
    .map(({ value }) => value)
    .join('')
}
