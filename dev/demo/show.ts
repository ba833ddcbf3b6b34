import { styleText } from 'node:util'
import { claimsOf } from '../../src/identity/claims.ts'
import type { RecordedRequest } from '../fakes/serve.ts'
import type { StageResult } from '../runner/runner.ts'

/** Claims that say who asks, of the many that there are. */
const CLAIMS = ['iss', 'aud', 'sub', 'repository', 'ref', 'event_name', 'job_workflow_ref']

export function heading(text: string): void {
  console.log(`\n${styleText('bold', text)}`)
}

/** Text behind a line that sets it apart from what the demo says. */
export function quote(text: string): void {
  for (const line of text.trimEnd().split('\n')) console.log(`  │ ${line}`.trimEnd())
}

/** The log of a stage, as GitHub shows it. */
export function showLog(stage: StageResult): void {
  quote(stage.log)
  const annotations = stage.annotations.map(({ level }) => level)
  console.log(`  ${stage.outcome}${annotations.length > 0 ? ` (${annotations.join(', ')})` : ''}`)
}

/** A request without its credentials: what they say is shown instead. */
export function showRequest(role: string, { method, path, headers, body, answered }: RecordedRequest): void {
  console.log(`  ${styleText('cyan', role)}: ${method} ${path} → ${answered ?? 'nothing'}`)
  for (const header of ['authorization', 'x-authorization']) {
    const value = headers[header]
    if (value === undefined) continue
    const claims = claimsOf(value)
    if (claims) console.log(`    ${header}: an ID token that says ${claimList(claims)}`)
    else
      console.log(
        `    ${header}: ${value.replace(/^(\S+) [^\s=]+$/, '$1 ***').replace(/Signature=\w+/, 'Signature=***')}`,
      )
  }
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(body) : []
  for (const [key, value] of form) console.log(`    ${key}=${withoutTokens(value)}`)
  if (body.startsWith('{')) console.log(`    ${withoutTokens(body)}`)
}

/** Text with the claims of each ID token instead of the token. */
function withoutTokens(text: string): string {
  return text.replace(
    /eyJ[\w-]+\.[\w-]+\.[\w-]+/g,
    (jwt) => `(an ID token that says ${claimList(claimsOf(jwt) ?? {})})`,
  )
}

function claimList(claims: Readonly<Record<string, unknown>>): string {
  return CLAIMS.filter((claim) => claim in claims)
    .map((claim) => `${claim}=${String(claims[claim])}`)
    .join(', ')
}
