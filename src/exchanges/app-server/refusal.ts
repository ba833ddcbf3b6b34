import { awsError, awsRefusal } from '../../aws/errors.ts'
import { explainRefuser, refuserIn } from '../../aws/policies.ts'
import type { Claims, Explanation } from '../../explanation.ts'
import { header, member, textOf, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import { claimText } from '../../identity/claims.ts'
import { explainIssues, issuesOf, type Issue } from './issues.ts'
import type { Aws, Settings } from './settings.ts'

/** The server could not fetch the keys of GitHub's issuer: transient, though it says 401. */
const KEYS_TROUBLE =
  /request timed out|Expected 200 OK from the JSON Web Key Set|no applicable key found in the JSON Web Key Set/i
/** The server's clock is a little behind: the token is not valid yet. */
const NOT_YET = /"nbf" claim timestamp check failed/i

/** What the app server, or a gateway before it, means by an answer that is not 2xx. */
export function refusal(answer: Answer, settings: Settings): Refusal {
  // Only the app server itself has `status` in its body: the gateway before it (Lambda, API Gateway) has not.
  if (member(answer.json, 'status') === undefined) {
    const error = awsError(answer)
    return awsRefusal(answer, error, () => explainGateway(answer.status, error.message, settings))
  }
  // Without the subjects of the run at its end: claims are shown by the report, and only where they may be.
  const [message = ''] = textOf(member(answer.json, 'message')).split(/^Effective /m)
  const issues = issuesOf(message)
  const times = answer.status !== 401 ? 0 : KEYS_TROUBLE.test(message) ? 2 : NOT_YET.test(message) ? 1 : 0
  const said = issues.map((issue) => `${issue.target}: ${issue.text}`).join('; ')
  return {
    reason: said || message || member(answer.json, 'error'),
    requestId: member(answer.json, 'requestId') ?? header(answer, 'x-request-id'),
    retry: { times },
    explain: (claims) => explain(answer.status, message, issues, settings, claims),
  }
}

function explain(
  status: number,
  message: string,
  issues: readonly Issue[],
  settings: Settings,
  claims: Claims | undefined,
): Explanation {
  if (status === 403) return explainIssues(issues, settings.asked, claims)
  const hint =
    status === 401
      ? hintFor401(message, settings.audience, claimText(claims, 'iss'))
      : status === 404
        ? nothingAt(settings)
        : HINTS[status]
  return hint === undefined ? {} : { hint }
}

const HINTS: Readonly<Record<number, string>> = {
  400: 'The app server does not accept this request: check `permissions`, `owner` and `repositories`.',
  500: 'If this persists, the GitHub App may not be installed on a repository, or may lack a requested permission: the operator of the app server can find the reason with the request id.',
}

function nothingAt({ url }: Settings): string {
  return `There is no app server at ${url.href}: check the path in app-server.`
}

function hintFor401(message: string, audience: string, issuer = ''): string | undefined {
  if (/"aud" claim/.test(message)) {
    return `The audience of the ID token was "${audience}". Add it to the list of the app server (GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE), or set \`audience\` to one that it lists.`
  }
  if (/"iss" claim/.test(message)) {
    return 'The app server does not accept the issuer of this GitHub: GitHub Enterprise Server and enterprises with their own issuer need an app server that is set up for them.'
  }
  if (/JSON Web Key Set/.test(message) && URL.canParse(issuer) && new URL(issuer).pathname !== '/') {
    return `The issuer of the ID token is "${issuer}": an app server that was set up for another issuer looks for its keys in the wrong place.`
  }
  if (/"sub" claim/.test(message)) {
    return 'The app server accepts only some subjects (GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS): its operator must add the sub claim of this run.'
  }
  return /"(exp|nbf)" claim/.test(message) ? 'Check the clock of the app server.' : undefined
}

/** AWS, before the app server, refused. */
function explainGateway(status: number, message: string, settings: Settings): Explanation {
  const { aws, url } = settings
  if (status === 404) return { hint: nothingAt(settings) }
  if (status !== 403) return {}
  // Signed or not, this is what API Gateway says of a path that it does not have.
  if (/Missing Authentication Token/i.test(message)) {
    return {
      hint: `There is no "${url.pathname}" at ${url.host}: check the path in app-server, which must begin with the stage of the API Gateway.`,
    }
  }
  const refuser = refuserIn(message)
  // An unsigned request may lack its signature alone.
  if (refuser && (refuser.denies || (aws && refuser.kind !== 'identity-based policy'))) {
    return explainRefuser(refuser, `of what serves ${url.host}`)
  }
  return { hint: aws === undefined ? UNSIGNED : signedHint(aws, url, message) }
}

const UNSIGNED =
  'AWS refused the request before it reached the app server. If AWS IAM protects it, set app-server to a mapping of url and auth (type: aws).'

function signedHint({ scope: { region, service } }: Aws, { host }: URL, message: string): string {
  const wrong = [
    ...(/to a valid region/i.test(message) ? [`app-server.auth.region, which was "${region}"`] : []),
    ...(/to correct service/i.test(message) ? [`app-server.auth.service, which was "${service}"`] : []),
  ]
  if (wrong.length > 0) return `Correct ${wrong.join(', and ')}.`
  if (/\bsignature\b/i.test(message)) {
    return `Check app-server.auth: region was "${region}", service "${service}". A host name of your own in front of a function URL breaks the signature, as does a proxy that changes requests.`
  }
  if (/\bsecurity token\b/i.test(message)) {
    return 'AWS does not accept the credentials that signed the request: check whether they have expired.'
  }
  const actions = {
    lambda: 'lambda:InvokeFunctionUrl and lambda:InvokeFunction',
    'execute-api': 'execute-api:Invoke',
    'vpc-lattice-svcs': 'vpc-lattice-svcs:Invoke',
  }[service]
  return `AWS refused the signed request. The role needs ${actions ?? 'permission'} on ${host}; region was "${region}", service "${service}".`
}
