import type { Role } from '../../src/aws/refusal.ts'
import type { ActionError } from '../../src/errors.ts'
import type { Answer } from '../../src/http/answer.ts'
import type { Inputs } from '../../src/inputs/inputs.ts'

export const ROLE = 'arn:aws:iam::123456789012:role/ci/github-actions'

export const STS = new URL('https://sts.eu-central-1.amazonaws.com/')

/** The problems that were noted, or none. */
export function problemsOf(inputs: Inputs): string {
  try {
    inputs.check()
    return ''
  } catch (error) {
    return (error as ActionError).message
  }
}

/** An answer of a server. A text as body is sent as it is. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, text, json: typeof body === 'string' ? undefined : (JSON.parse(text) as unknown) }
}

export const SOURCE: Role = { roleArn: ROLE, endpoint: STS, audience: 'sts.amazonaws.com' }
