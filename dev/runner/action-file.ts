import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** What the runner reads of an `action.yml`. */
export interface ActionFile {
  /** Absolute folder. */
  readonly folder: string
  readonly name: string
  readonly inputs: Readonly<Record<string, { default?: string; required?: boolean; deprecationMessage?: string }>>
  readonly outputs: Readonly<Record<string, { description?: string }>>
  readonly runs: { readonly using: string; readonly main: string; readonly post?: string }
}

/** Reads `action.yml` or `action.yaml` of a folder. @throws Error where the runner would refuse the action */
export async function readAction(folder: string): Promise<ActionFile> {
  const path = ['action.yml', 'action.yaml'].map((name) => join(folder, name)).find((name) => existsSync(name))
  if (path === undefined) throw new Error(`Can't find 'action.yml' or 'action.yaml' under '${folder}'.`)
  // The failsafe schema keeps every scalar as its text, as the runner does: a default of `false` is 'false'.
  const content = parse(await readFile(path, 'utf8'), { schema: 'failsafe' }) as {
    name?: string
    inputs?: Record<string, Record<string, string>>
    outputs?: Record<string, Record<string, string>>
    runs?: Record<string, string>
  }
  const runs = content.runs ?? {}
  if (runs['using']?.toLowerCase() !== 'node24') {
    throw new Error(`'using: ${runs['using'] ?? ''}' is not supported by this emulation, use 'node24'.`)
  }
  if (runs['main'] === undefined) throw new Error(`'runs.main' is missing in ${path}`)
  return {
    folder,
    name: content.name ?? '',
    inputs: Object.fromEntries(
      Object.entries(content.inputs ?? {}).map(([name, { required, ...input }]) => [
        name,
        { ...input, ...(required === undefined ? {} : { required: required === 'true' }) },
      ]),
    ),
    outputs: content.outputs ?? {},
    runs: { using: 'node24', main: runs['main'], ...(runs['post'] === undefined ? {} : { post: runs['post'] }) },
  }
}

/**
 * Fills in the `${{ … }}` of a default: paths into the contexts, quoted text, and `||` between them.
 *
 * @throws Error for any other expression
 */
export function evaluate(text: string, contexts: Readonly<Record<string, unknown>>): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    for (const operand of expression.split('||').map((part) => part.trim())) {
      const value = operandValue(operand, contexts)
      if (value !== '') return value
    }
    return ''
  })
}

function operandValue(operand: string, contexts: Readonly<Record<string, unknown>>): string {
  const quoted = /^'((?:[^']|'')*)'$/.exec(operand)?.[1]
  if (quoted !== undefined) return quoted.replaceAll("''", "'")
  if (!/^[a-z_]\w*(\.[a-z_][\w-]*)*$/i.test(operand)) throw new Error(`cannot evaluate: ${operand}`)
  let value: unknown = contexts
  for (const key of operand.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  }
  if (typeof value === 'object' && value !== null) return 'Object'
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
