import { expect, test } from 'vitest'
import { ELSEWHERE, reportElsewhere } from '../../src/inputs/elsewhere.ts'
import { readInputs } from '../../src/inputs/inputs.ts'

/** As the runner sets them: what the action declares is there, empty where it is not given. */
function problemsOf(environment: Readonly<Record<string, string>>): string {
  const inputs = readInputs(() => '')
  reportElsewhere(inputs, environment)
  try {
    inputs.check()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

const variable = (name: string): string => `INPUT_${name.replace('*', 'contents').toUpperCase()}`

test.each(ELSEWHERE)(
  '$name is reported by an action that has $here, and by no other',
  ({ name, here, is }) => {
    const given = { [variable(name)]: 'obviously-fake' }
    expect(problemsOf({ ...given, [variable(here)]: '' })).toContain(
      `\n- ${name.replace('*', 'contents')} ${is};`,
    )
    expect(problemsOf({ ...given, INPUT_OTHER: '' })).toBe('')
    expect(problemsOf({ [variable(name)]: ' ', [variable(here)]: '' })).toBe('')
  },
)
