import { expect, test } from 'vitest'
import { OF_OTHER_ACTIONS, reportOtherActions } from '../../src/inputs/other-actions.ts'
import { inputsOf, problemsOf } from './fixture.ts'

/** As the runner sets them: what the action declares is there, empty where it is not given. */
function problemsIn(environment: Readonly<Record<string, string>>): string[] {
  const inputs = inputsOf()
  reportOtherActions(inputs, environment)
  return problemsOf(inputs)
}

const variable = (name: string): string => `INPUT_${name.replace('*', 'contents').toUpperCase()}`

test.each(OF_OTHER_ACTIONS)('$name is reported by an action that has $here, and by no other', (foreign) => {
  const { name, here, is, example } = foreign
  const given = { [variable(name)]: 'obviously-fake' }
  const problem = `${name.replace('*', 'contents')} ${is}; for example: ${example}`
  expect(problemsIn({ ...given, [variable(here)]: '' })).toContain(problem)
  expect(problemsIn({ ...given, INPUT_OTHER: '' })).toEqual([])
  expect(problemsIn({ [variable(name)]: ' ', [variable(here)]: '' })).toEqual([])
})

test.each(['skip_token_revoke', 'app_server', 'github_api_url'])('%s is an input with dashes here', (name) => {
  const dashed = name.replaceAll('_', '-')
  const problem = `${name} is called ${dashed} here; for example: ${dashed}: …`
  expect(problemsIn({ [variable(name)]: 'x', [variable(dashed)]: '' })).toContain(problem)
  expect(problemsIn({ [variable(name)]: 'x' })).toEqual([])
})
