import { awsRefusal } from '../../aws/errors.ts'
import type { Claims, Explanation } from '../../explanation.ts'
import { header, member, type Answer } from '../../http/answer.ts'
import type { Refusal } from '../../http/call.ts'
import { claimText } from '../../identity/claims.ts'
import { explainIssues, issuesOf, type Issue } from './issues.ts'
import type { Settings } from './settings.ts'

/** The server could not fetch the keys of GitHub's issuer: transient, though it says 401. */
const KEYS_TROUBLE =
  /request timed out|Expected 200 OK from the JSON Web Key Set|no applicable key found in the JSON Web Key Set/i
/** The server's clock is a little behind: the token is not valid yet. */
const NOT_YET = /"nbf" claim timestamp check failed/i

/** What the app server, or a gateway before it, means by an answer that is not 2xx. */
export function refusal(answer: Answer, settings: Settings): Refusal {
  // Only the app server itself has `status` in its body: the gateway before it (Lambda, API Gateway) has not.
  if (member(answer.json, 'status') === undefined) {
    return awsRefusal(answer, ({ message }) => explainGateway(answer.status, message, settings))
  }
  const text = member(answer.json, 'message')
  // Without the subjects of the run at its end: claims are shown by the report, and only where they may be.
  const [message = ''] = typeof text === 'string' ? text.split(/^Effective /m) : []
  const issues = issuesOf(message)
  const times = answer.status !== 401 ? 0 : KEYS_TROUBLE.test(message) ? 2 : NOT_YET.test(message) ? 1 : 0
  return {
    reason: issues.length > 0 ? issues.map((issue) => `${issue.target}: ${issue.text}`).join('; ') : message,
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
  switch (status) {
    case 400:
      return {
        hint: 'The app server does not accept this request: check `permissions`, `owner` and `repositories`.',
      }
    case 401:
      return hintFor401(message, settings.audience, claimText(claims, 'iss'))
    case 403: {
      const [workflowOwner = '', workflowName = ''] = settings.workflowRepository.split('/')
      const asked = {
        workflowRepository: settings.workflowRepository,
        owner: settings.owner ?? workflowOwner,
        repositories: settings.repositories ?? [workflowName],
        permissions: settings.permissions,
      }
      return explainIssues(issues, asked, claims)
    }
    default:
      return explainStatus(status, settings)
  }
}

/** What these mean whoever answers. */
function explainStatus(status: number, { url }: Settings): Explanation {
  if (status === 404) {
    return { hint: `There is no app server at ${url.href}: check the path in app-server.` }
  }
  return status === 500
    ? {
        hint: 'If this persists, the GitHub App may not be installed on a repository, or may lack a requested permission: the operator of the app server can find the reason with the request id.',
      }
    : {}
}

/** The gateway before the app server refused. */
function explainGateway(status: number, message: string, settings: Settings): Explanation {
  if (status === 400) {
    return {
      hint: 'The app server does not accept this request: check `permissions`, `owner` and `repositories`.',
    }
  }
  return status === 403 ? { hint: gatewayHint(settings, message) } : explainStatus(status, settings)
}

function hintFor401(message: string, audience: string, issuer: string | undefined): Explanation {
  if (/"aud" claim/.test(message)) {
    return {
      hint: `The audience of the ID token was "${audience}". Add it to the list of the app server (GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE), or set \`audience\` to one that it lists.`,
    }
  }
  if (/"iss" claim/.test(message)) {
    return {
      hint: 'The app server does not accept the issuer of this GitHub: GitHub Enterprise Server and enterprises with their own issuer need an app server that is set up for them.',
    }
  }
  if (
    /JSON Web Key Set/.test(message) &&
    issuer !== undefined &&
    URL.canParse(issuer) &&
    new URL(issuer).pathname !== '/'
  ) {
    return {
      hint: `The issuer of the ID token is "${issuer}": an app server that was set up for another issuer looks for its keys in the wrong place.`,
    }
  }
  if (/"sub" claim/.test(message)) {
    return {
      hint: 'The app server accepts only some subjects (GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS): its operator must add the sub claim of this run.',
    }
  }
  if (/"(exp|nbf)" claim/.test(message)) return { hint: 'Check the clock of the app server.' }
  return {}
}

/** Before an app server, a gateway that refuses is AWS IAM for the most part. */
function gatewayHint({ aws, url }: Settings, reason: string): string {
  // Signed or not, this is what API Gateway says of a path that it does not have.
  if (/Missing Authentication Token/i.test(reason)) {
    return `There is no "${url.pathname}" at ${url.host}: check the path in app-server, which must begin with the stage of the API Gateway.`
  }
  if (!aws)
    return `Something in front of the app server refused the request. If that is AWS IAM, set app-server to a mapping of url and auth (type: aws).`
  const { region, service } = aws.scope
  const scope = [
    ...(/to a valid region/i.test(reason) ? [`app-server.auth.region, which was "${region}"`] : []),
    ...(/to correct service/i.test(reason) ? [`app-server.auth.service, which was "${service}"`] : []),
  ]
  if (scope.length > 0) return `Correct ${scope.join(', and ')}.`
  const actions = {
    lambda: 'lambda:InvokeFunctionUrl and lambda:InvokeFunction',
    'execute-api': 'execute-api:Invoke',
    'vpc-lattice-svcs': 'vpc-lattice-svcs:Invoke',
  }[service]
  return `AWS refused the signed request. The role needs ${actions ?? 'permission'} on ${url.host}; region was "${region}", service "${service}".`
}
