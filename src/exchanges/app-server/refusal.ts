import type { ActionError } from '../../errors.ts'
import type { Claims, Explanation } from '../../exchange.ts'
import { explainIssues, issuesOf } from './issues.ts'
import { SERVICE, type Settings } from './settings.ts'

/** What a person can do about a refusal by the app server, or by the gateway or the STS before it. */
export function explain(settings: Settings, error: ActionError, claims: Claims | undefined): Explanation {
  const { code, refused } = error
  if (refused?.service !== SERVICE)
    return settings.aws?.library.explainSts(settings.aws.source, error, claims) ?? {}
  const message = refused.message ?? ''
  switch (refused.status) {
    case 400:
      return {
        hint: 'The app server does not accept this request: check `permissions`, `owner` and `repositories`.',
      }
    case 401:
      return { ...hintFor401(message, settings.audience) }
    case 403: {
      if (refused.message === undefined)
        return settings.aws && code === 'CLOCK_SKEWED' ? {} : { hint: gatewayHint(settings, refused.reason) }
      const [workflowOwner = '', workflowName = ''] = settings.workflowRepository.split('/')
      return explainIssues(
        issuesOf(message),
        {
          owner: settings.owner ?? workflowOwner,
          repositories: settings.repositories ?? [workflowName],
          permissions: settings.permissions,
        },
        claims,
      )
    }
    case 404:
      return { hint: `There is no app server at ${settings.url.href}: check the path in app-server.` }
    case 500:
      return {
        hint: 'If this persists, the GitHub App may not be installed on a repository, or may lack a requested permission: the operator of the app server can find the reason with the request id.',
      }
    default:
      return {}
  }
}

function hintFor401(message: string, audience: string): Explanation {
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
  if (/"sub" claim/.test(message)) {
    return {
      hint: 'The app server accepts only some subjects (GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS): its operator must add the sub claim of this run.',
    }
  }
  if (/"(exp|nbf)" claim/.test(message)) return { hint: 'Check the clock of the app server.' }
  return {}
}

/** The gateway before the app server refused: AWS IAM, for the most part. */
function gatewayHint({ aws, url }: Settings, reason = ''): string {
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
