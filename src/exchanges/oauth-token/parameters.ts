import type { Inputs } from '../../inputs/inputs.ts'
import type { Field } from './client.ts'

/** RFC 6749, appendix A: the characters of a parameter's name. */
const LINE = /^([\w.-]+)=(.*)$/u

/** Where the parameters that the step sets come from. */
const OWN: Readonly<Record<string, string>> = {
  grant_type: 'the input grant-type',
  subject_token: 'the job itself',
  subject_token_type: 'the input subject-token-type',
  requested_token_type: 'the input requested-token-type',
  assertion: 'the job itself',
  client_id: 'the input client-id',
  client_secret: 'the input client-secret',
  client_assertion: 'the job itself',
  client_assertion_type: 'the input client-authentication',
  scope: 'the input scope',
  resource: 'the input resource',
}

/** Reads the input `parameters`: lines of `name=value`, each name once (RFC 6749 section 3.2). Lines of `#` are comments. */
export function readParameters(inputs: Inputs): Field[] {
  const found = new Map<string, string>()
  const example = 'connector_id=github'
  for (const each of inputs.text('parameters').split(/\r?\n/)) {
    const line = each.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name, value = ''] = LINE.exec(line) ?? []
    if (name === undefined) {
      inputs.problem('parameters', 'must be lines of name=value', example)
    } else if (Object.hasOwn(OWN, name)) {
      inputs.problem('parameters', `must not contain ${name}, which comes from ${OWN[name] ?? ''}`, example)
    } else if (found.has(name)) {
      inputs.problem('parameters', `must contain ${name} only once`, example)
    } else {
      found.set(name, value)
    }
  }
  return [...found]
}
