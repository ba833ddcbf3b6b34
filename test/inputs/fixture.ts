import { expect } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { Inputs } from '../../src/inputs/inputs.ts'

/** Inputs with these texts; the others are not given. */
export function inputsOf(
  texts: Readonly<Record<string, string>> = {},
  mask: (secret: string) => void = () => undefined,
): Inputs {
  return new Inputs((name) => (Object.hasOwn(texts, name) ? (texts[name] ?? '') : ''), mask)
}

/** The problems that `check` lists. */
export function problemsOf(inputs: Inputs): string[] {
  try {
    inputs.check()
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'INVALID_INPUT') throw error
    const [first, ...rest] = error.message.split('\n- ')
    expect(first).toBe('The inputs are invalid. Nothing was sent.')
    return rest
  }
  return []
}
