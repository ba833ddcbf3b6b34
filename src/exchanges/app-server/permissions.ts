import { not, type Inputs } from '../../inputs/inputs.ts'
import { itemsOf } from '../../inputs/items.ts'
import { isMapping, parseYaml, type YamlValue } from '../../inputs/yaml.ts'
import { isKnownScope, suggestScope } from './scopes.ts'

export type Level = 'read' | 'write' | 'admin'

/** Scopes in kebab-case, without prototype. */
export type Permissions = Readonly<Record<string, Level>>

const LEVELS: readonly unknown[] = ['read', 'write', 'admin'] satisfies Level[]
const PERMISSIONS_EXAMPLE = 'contents: read, pull-requests: write'

/**
 * Reads the required permissions: a YAML mapping, or `scope: level` separated by commas or line breaks. Scope names
 * are accepted in kebab, snake and blank-separated form and in any case. A scope that is not known is a warning.
 */
export async function readPermissions(inputs: Inputs, name: string): Promise<Permissions> {
  const permissions = Object.create(null) as Record<string, Level>
  const text = inputs.required(name, PERMISSIONS_EXAMPLE)
  const pairs = text === '' ? [] : (linePairs(text) ?? (await yamlPairs(inputs, name, text)))
  for (const [given, value] of pairs) {
    const scope = given
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, '-')
    const level = typeof value === 'string' ? value.trim().toLowerCase() : ''
    if (!/^(?=.{1,100}$)[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(scope)) {
      inputs.problem(name, `must have scope names of letters, digits and dashes${not(given)}`, PERMISSIONS_EXAMPLE)
    } else if (Object.hasOwn(permissions, scope)) {
      inputs.problem(name, `must name a scope only once, but has "${scope}" twice`, PERMISSIONS_EXAMPLE)
    } else if (!isLevel(level)) {
      inputs.problem(name, `must give "${scope}" the level read, write or admin${not(level)}`, `${scope}: read`)
    } else {
      permissions[scope] = level
      if (!isKnownScope(scope)) inputs.warn(unknownScope(name, scope))
    }
  }
  return permissions
}

/** Whether a value is a level. */
export function isLevel(value: unknown): value is Level {
  return LEVELS.includes(value)
}

function unknownScope(name: string, scope: string): string {
  if (scope === 'id-token') {
    return `${name} has the scope "id-token", which is a permission of the job, not of a GitHub App: it belongs to the permissions of the job.`
  }
  const suggestion = suggestScope(scope)
  const meant = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`
  return `${name} has the scope "${scope}", which this version does not know. It is sent unchanged.${meant}`
}

/**
 * Reads `scope: level`, separated by commas or line breaks: the plain forms, which need no YAML.
 *
 * @returns `undefined` for any other text
 */
export function linePairs(text: string): [string, string][] | undefined {
  const pairs: [string, string][] = []
  for (const item of itemsOf(text)) {
    const [, scope, level] = /^([a-z][\w -]*):\s*([a-z]+)$/i.exec(item) ?? []
    if (scope === undefined || level === undefined) return undefined
    pairs.push([scope.trim(), level])
  }
  return pairs.length === 0 ? undefined : pairs
}

async function yamlPairs(inputs: Inputs, name: string, text: string): Promise<(readonly [string, YamlValue])[]> {
  const result = await parseYaml(text)
  if ('fault' in result) inputs.problem(name, result.fault, PERMISSIONS_EXAMPLE)
  else if (!isMapping(result.value)) inputs.problem(name, `must give each scope a level${not(text)}`, mended(text))
  else if (result.value.size === 0) inputs.problem(name, 'must not be empty', PERMISSIONS_EXAMPLE)
  else return [...result.value]
  return []
}

/** The same with colons where it has equals signs; else an example. */
function mended(text: string): string {
  const items = itemsOf(text).map((item) => /^([a-z][\w -]{0,100}?)\s*=\s*(read|write|admin)$/i.exec(item))
  return items.length > 0 && items.every((item) => item !== null)
    ? items.map(([, scope, level]) => `${scope ?? ''}: ${level ?? ''}`).join(', ')
    : PERMISSIONS_EXAMPLE
}
