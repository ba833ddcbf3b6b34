import type { Role } from '../../src/aws/refusal.ts'
import type { Answer } from '../../src/http/answer.ts'

export const ROLE = 'arn:aws:iam::123456789012:role/ci/github-actions'

export const STS = new URL('https://sts.eu-central-1.amazonaws.com/')

/** An answer of a server. A text as body is sent as it is. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, text, json: typeof body === 'string' ? undefined : (JSON.parse(text) as unknown) }
}

export const SOURCE: Role = { roleArn: ROLE, endpoint: STS, audience: 'sts.amazonaws.com' }
