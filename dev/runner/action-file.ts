import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import { parse } from 'yaml'

/** What an `action.yml` says. */
export interface ActionFile {
  readonly name: string
  readonly description: string
  readonly inputs: Readonly<Record<string, { description?: string; default?: string; required?: boolean }>>
  readonly outputs: Readonly<Record<string, { description?: string }>>
  readonly runs: { readonly using: string; readonly main: string; readonly post?: string }
}

/** Reads `action.yml` or `action.yaml` of a folder. @throws Error where there is none, or it is not for Node 24 */
export function readAction(folder: string): ActionFile {
  const path = ['action.yml', 'action.yaml'].map((name) => join(folder, name)).find((name) => existsSync(name))
  if (path === undefined) throw new Error(`Can't find 'action.yml' or 'action.yaml' under '${folder}'.`)
  // The failsafe schema keeps every scalar as its text, as the runner does: a default of `false` is 'false'.
  const content = parse(readFileSync(path, 'utf8'), { schema: 'failsafe' }) as Partial<Omit<ActionFile, 'inputs'>> & {
    readonly inputs?: Readonly<Record<string, Readonly<Record<string, string>>>>
  }
  const { name = '', description = '', inputs = {}, outputs = {}, runs } = content
  if (runs?.using !== 'node24') throw new Error(`${path}: runs.using must be node24`)
  const withFlags = Object.entries(inputs).map(([input, { required, ...rest }]) => [
    input,
    { ...rest, ...(required !== undefined && { required: required === 'true' }) },
  ])
  return { name, description, inputs: Object.fromEntries(withFlags) as ActionFile['inputs'], outputs, runs }
}

/**
 * Fills in the `${{ … }}` of a text.
 *
 * @param contexts by name, as `github`
 * @param values of whole expressions that the contexts do not tell
 * @throws Error where an expression has no value, unlike on GitHub
 */
export function evaluate(
  text: string,
  contexts: Readonly<Record<string, object>>,
  values: Readonly<Record<string, string>> = {},
): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, (_, expression: string) => {
    const known = values[expression]
    if (known !== undefined) return known
    const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), []).parse()
    const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary
    const value = new Evaluator(tree, dictionary).evaluate()
    if (value.kind === data.Kind.Null) throw new Error(`nothing is known of ${expression}`)
    return value.coerceString()
  })
}
