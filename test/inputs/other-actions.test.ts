import { expect, test } from 'vitest'
import { OF_OTHER_ACTIONS } from '../../src/inputs/foreign.ts'
import { reportOtherActions } from '../../src/inputs/other-actions.ts'
import { inputsOf } from './fixture.ts'

/** As the runner sets them: what the action declares is there, empty where it is not given. */
function problemsOf(environment: Readonly<Record<string, string>>): string {
  const inputs = inputsOf()
  reportOtherActions(inputs, environment)
  try {
    inputs.check()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

const variable = (name: string): string => `INPUT_${name.replace('*', 'contents').toUpperCase()}`

test.each(OF_OTHER_ACTIONS)('$name is reported by an action that has $here, and by no other', ({ name, here, is }) => {
  const given = { [variable(name)]: 'obviously-fake' }
  expect(problemsOf({ ...given, [variable(here)]: '' })).toContain(`\n- ${name.replace('*', 'contents')} ${is};`)
  expect(problemsOf({ ...given, INPUT_OTHER: '' })).toBe('')
  expect(problemsOf({ [variable(name)]: ' ', [variable(here)]: '' })).toBe('')
})

test.each(['skip_token_revoke', 'app_server', 'github_api_url'])('%s is an input with dashes here', (name) => {
  const dashed = name.replaceAll('_', '-')
  expect(problemsOf({ [variable(name)]: 'x', [variable(dashed)]: '' })).toContain(
    `\n- ${name} is called ${dashed} here; for example: ${dashed}: …`,
  )
  expect(problemsOf({ [variable(name)]: 'x' })).toBe('')
})
