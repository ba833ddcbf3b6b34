/** What YAML text holds when every scalar is text: numbers, `true` and `~` too. Nothing at all is empty text. */
export type YamlValue = string | readonly YamlValue[] | ReadonlyMap<string, YamlValue>

/** A value, or what is wrong, to follow the input's name in a sentence; the text is never repeated in it. */
export type YamlResult = { readonly value: YamlValue } | { readonly fault: string }

/**
 * Reads one YAML 1.2 document (JSON too) of strings, lists and mappings with unique string keys. Aliases and tags are
 * refused. The caller bounds the length of the text.
 */
export async function parseYaml(text: string): Promise<YamlResult> {
  const value = plainYaml(text)
  return value === undefined ? fullYaml(text) : { value }
}

/** `key:` or `key: value`, with its indentation, and a comment. A YAML key may be 1024 characters away from its colon. */
const ENTRY = /^( *)(\w[\w.-]{0,99}):(?: +([^\s#]\S*))?(?: +#.*)? *$/
const ITEM = /^( *)- +(\S+) *$/
/** Characters that mean nothing to YAML in these places. `...` would end the document. */
const SCALAR = /^\.?[\w/](?:[\w./:@+=,~#?&%!-]*[\w./@+=,~#?&%!-])?$/

/**
 * Reads the plain forms of YAML without the YAML package, which takes as long to load as a small answer to arrive: a
 * scalar, a list of scalars, or a mapping of scalars and, one level deep, of such mappings; with comments on their own
 * lines. A test compares it with the package.
 *
 * @returns `undefined` for any other text, be it YAML or not
 */
export function plainYaml(text: string): YamlValue | undefined {
  const lines = text.split(/\r?\n/).filter((line) => !/^ *(?:#.*)?$/.test(line))
  const [first] = lines
  if (first === undefined) return undefined
  if (lines.length === 1 && SCALAR.test(first)) return first
  return plainList(lines) ?? plainMapping(lines)
}

function plainList(lines: readonly string[]): string[] | undefined {
  const list: string[] = []
  let indentation: string | undefined
  for (const line of lines) {
    const [, indent, item = ''] = ITEM.exec(line) ?? []
    indentation ??= indent
    if (indent === undefined || indent !== indentation || !SCALAR.test(item)) return undefined
    list.push(item)
  }
  return list
}

function plainMapping(lines: readonly string[]): Map<string, YamlValue> | undefined {
  const root = new Map<string, string | Map<string, string>>()
  let rootIndent: number | undefined
  let nested: { readonly indent: number; readonly map: Map<string, string> } | undefined
  /** The key of the root whose value is still to come, if it is on lines of its own. */
  let open: string | undefined
  for (const line of lines) {
    const [, blanks, key, value = ''] = ENTRY.exec(line) ?? []
    if (blanks === undefined || key === undefined || (value !== '' && !SCALAR.test(value))) return undefined
    const indent = blanks.length
    rootIndent ??= indent
    if (indent > rootIndent && open !== undefined) {
      nested = { indent, map: new Map() }
      root.set(open, nested.map)
    }
    open = undefined
    if (indent === rootIndent) {
      nested = undefined
      if (root.has(key)) return undefined
      root.set(key, value)
      if (value === '') open = key
    } else {
      if (indent !== nested?.indent || nested.map.has(key)) return undefined
      nested.map.set(key, value)
    }
  }
  return root
}

/** Reads any YAML with the YAML package, which is loaded for it. */
export async function fullYaml(text: string): Promise<YamlResult> {
  const yaml = await import(/* webpackChunkName: "yaml" */ 'js-yaml')
  const schema = yaml.FAILSAFE_SCHEMA.withTags(yaml.realMapTag)
  try {
    const events = yaml.parseEvents(text, { maxDepth: MAX_DEPTH })
    const tagged = events.filter((event) => 'tagStart' in event).find(({ tagStart }) => tagStart >= 0)
    if (tagged !== undefined) yaml.YAMLException.throwAt(text, tagged.tagStart, TAG)
    const documents = yaml.constructFromEvents(events, { source: text, schema, maxAliases: 0 })
    if (documents.length > 1) return { fault: 'must be a single YAML document' }
    const value = documents[0] ?? ''
    return isYamlValue(value) ? { value } : { fault: 'must contain only text, lists and mappings' }
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error
    const fault = FAULTS[error.reason] ?? 'is not valid YAML'
    return { fault: error.mark === undefined ? fault : `${fault} (line ${error.mark.line + 1})` }
  }
}

/** As many levels as the YAML package allows by itself; an input needs three. */
const MAX_DEPTH = 100

const TAG = 'a tag'

/** Texts for what the package says that is worth telling apart. */
const FAULTS: Readonly<Record<string, string>> = {
  [TAG]: 'must not use YAML tags',
  'aliases exceeded maxAliases (0)': 'must not use YAML aliases',
  'duplicated mapping key': 'has a key twice',
  [`nesting exceeded maxDepth (${MAX_DEPTH})`]: 'is nested too deeply',
  'tab characters must not be used in indentation': 'must be indented with spaces, not tabs',
}

function isYamlValue(value: unknown): value is YamlValue {
  if (typeof value === 'string') return true
  if (Array.isArray(value)) return value.every(isYamlValue)
  return value instanceof Map && [...value].every(([key, each]) => typeof key === 'string' && isYamlValue(each))
}

/** Whether a value is a mapping. */
export function isMapping(value: YamlValue): value is ReadonlyMap<string, YamlValue> {
  return value instanceof Map
}
