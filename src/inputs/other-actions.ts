import { OF_OTHER_ACTIONS } from './foreign.ts'
import type { Inputs } from './inputs.ts'

/**
 * Records inputs that are given under the names of other actions, or with `_` in place of `-`: the runner passes them on with
 * no more than a warning, and they would have no effect.
 *
 * @param environment the runner sets `INPUT_…` for every input that the action declares, and every other that is given
 */
export function reportOtherActions(inputs: Inputs, environment: Readonly<Record<string, string | undefined>>): void {
  const variables = new Set(Object.keys(environment))
  const isGiven = (name: string): boolean =>
    variables.has(variable(name)) && (environment[variable(name)] ?? '').trim() !== ''
  for (const { name, here, unless, is, example } of OF_OTHER_ACTIONS) {
    if (!variables.has(variable(here))) continue
    if (unless !== undefined && variables.has(variable(unless))) continue
    const names = name.endsWith('*') ? namesThatBegin(variables, name.slice(0, -1)) : [name]
    for (const each of names.filter(isGiven)) inputs.problem(each, is, example)
  }
  for (const name of namesThatBegin(variables, '').filter(isGiven)) {
    const dashed = name.replaceAll('_', '-')
    if (dashed === name || !variables.has(variable(dashed))) continue
    inputs.problem(name, `is called ${dashed} here`, `${dashed}: …`)
  }
}

function variable(name: string): string {
  return `INPUT_${name.toUpperCase()}`
}

function namesThatBegin(variables: ReadonlySet<string>, start: string): string[] {
  return [...variables]
    .filter((name) => /^INPUT_[A-Z_-]{1,100}$/.test(name) && name.startsWith(variable(start)))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
}
