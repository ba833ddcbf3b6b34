import type { Environment } from '../../exchange.ts'
import type { Headers } from '../../inputs/headers.ts'
import type { Inputs } from '../../inputs/inputs.ts'

const URL_EXAMPLE = 'https://bytebase.example.com'
const EMAIL_EXAMPLE = 'github-actions@workload.bytebase.com'
/** Lower case; with the project's id for an identity that belongs to a project. */
const EMAIL = /^[^\s\p{Lu}@]+@(?:[a-z\d][a-z\d-]*\.)?workload\.bytebase\.com$/u

export interface Settings {
  readonly url: URL
  readonly email: string
  readonly audience: string
  readonly headers: Headers
}

/** Reads the inputs. */
export function readSettings(inputs: Inputs, environment: Environment): Settings {
  const base = inputs.url('url', inputs.required('url', URL_EXAMPLE), URL_EXAMPLE)
  return {
    url: new URL(`${base.href.replace(/\/+$/, '')}/v1/auth:exchangeToken`),
    email: inputs.matching(
      'email',
      inputs.required('email', EMAIL_EXAMPLE),
      EMAIL,
      'must be the e-mail of a workload identity, in lower case: NAME@workload.bytebase.com or NAME@PROJECT.workload.bytebase.com',
      EMAIL_EXAMPLE,
    ),
    audience: inputs.line('audience') || `https://github.com/${environment['GITHUB_REPOSITORY_OWNER'] ?? ''}`,
    headers: inputs.headers(),
  }
}
