import { createHash } from 'node:crypto'
import type { AwsCredentials, CredentialSource } from '../../aws/credentials.ts'
import { judgeAws } from '../../aws/errors.ts'
import type * as awsLibrary from '../../aws/index.ts'
import type { Scope, signedHeaders } from '../../aws/signer.ts'
import type { Claims, Environment, Exchange, Explanation, Grant, Tools } from '../../exchange.ts'
import { few, type ActionError } from '../../errors.ts'
import { header, jsonObject, member, timeOf, type Answer } from '../../http/answer.ts'
import type { Judgement, Message } from '../../http/call.ts'
import { rescue } from '../../github/installation-token.ts'
import { credential } from '../../identity/credential.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import { readPermissions } from './permissions.ts'
import { explainIssues, issuesOf, type Permissions } from './policy.ts'
import { readRepositories } from './repositories.ts'
import { readAppServer, type AwsAuth } from './server.ts'

/** The server's own limit for one answer is 30 s where it runs on AWS Lambda; cutting earlier would lose tokens. */
const ATTEMPT_MS = 35_000
const SERVICE = 'the app server'
/** The server could not fetch the keys of GitHub's issuer: transient, though it says 401. */
const KEYS_TROUBLE =
  /request timed out|Expected 200 OK from the JSON Web Key Set|no applicable key found in the JSON Web Key Set/i
/** The server's clock is a little behind: the token is not valid yet. */
const NOT_YET = /"nbf" claim timestamp check failed/i

interface Aws {
  readonly library: typeof awsLibrary
  readonly source: CredentialSource
  readonly scope: Scope
}

interface Settings {
  readonly url: URL
  readonly audience: string
  /** Where AWS IAM protects the app server. */
  readonly aws: Aws | undefined
  readonly owner: string | undefined
  readonly repositories: readonly string[] | 'ALL' | undefined
  readonly permissions: Permissions
  /** `owner/name` of the workflow's own repository. */
  readonly workflowRepository: string
  readonly apiUrl: string
  readonly outlivesJob: boolean
}

/** A GitHub App installation token from an app server: `POST {app-server}/access_tokens` (docs/app-server.md). */
export const appServer: Exchange<Settings> = {
  settings: async (inputs, environment) => {
    const { url, auth } = await readAppServer(inputs, 'app-server')
    const workflowRepository = environment['GITHUB_REPOSITORY'] ?? ''
    const target = await readRepositories(inputs, workflowRepository)
    const permissions = await readPermissions(inputs, 'permissions')
    const apiUrl = inputs.url('github-api-url', inputs.text('github-api-url'), 'https://api.github.com')
    const outlivesJob = inputs.boolean('skip-token-revoke')
    inputs.check()
    return {
      url: new URL(`${url.href.replace(/\/+$/, '')}/access_tokens`),
      audience: inputs.line('audience') || url.hostname,
      aws: auth && (await readAws(auth, inputs, environment)),
      owner: target.owner,
      repositories: target.repositories,
      permissions,
      workflowRepository,
      apiUrl: apiUrl.href,
      outlivesJob,
    }
  },

  exchange: async (settings, tools) => {
    const { url, audience, aws } = settings
    const idToken = tools.idToken(audience)
    tools.connectEarly(url)
    if (aws && 'endpoint' in aws.source) tools.connectEarly(aws.source.endpoint)
    // Side by side: the signature needs all of them, STS only its own ID token.
    const [signature] = await Promise.all([aws && readyToSign(aws, tools), idToken])
    return tools.send({
      service: SERVICE,
      method: 'POST',
      url,
      audience,
      attemptMs: ATTEMPT_MS,
      grantEnds: 'within the hour',
      signed: aws !== undefined,
      prepare: (now) => message(settings, signature, tools, now),
      judge,
      read: (answer) => grantFrom(answer, settings, tools),
    })
  },

  explain,
}

async function readAws(
  { roleArn, audience = '', region, service }: AwsAuth,
  inputs: Inputs,
  environment: Environment,
): Promise<Aws> {
  const library = await import(/* webpackChunkName: "aws" */ '../../aws/index.ts')
  const role = roleArn === undefined ? undefined : { arn: roleArn, audience }
  const source = library.credentialSource(inputs, environment, role, region, 'app-server.auth.roleArn')
  return { library, source, scope: { region, service } }
}

/** What a signature takes, once it is there. */
interface Signature {
  readonly credentials: AwsCredentials
  readonly signedHeaders: typeof signedHeaders
  readonly scope: Scope
}

async function readyToSign({ library, source, scope }: Aws, tools: Tools): Promise<Signature> {
  const [credentials, { signedHeaders }] = await Promise.all([
    library.awsCredentials(source, tools),
    library.loadSigner(),
  ])
  return { credentials, signedHeaders, scope }
}

async function message(
  { url, audience, owner, repositories, permissions }: Settings,
  signature: Signature | undefined,
  tools: Tools,
  now: number,
): Promise<Message> {
  const bearer = `Bearer ${await tools.idToken(audience)}`
  const body = JSON.stringify({ owner, repositories, permissions })
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  if (!signature) return { headers: { ...headers, authorization: bearer }, body }
  // The signature takes the Authorization header; the server looks for the ID token in this one instead.
  const request = { method: 'POST', url, headers: { ...headers, 'x-authorization': bearer }, body }
  const { signedHeaders, credentials, scope } = signature
  return { headers: await signedHeaders(request, credentials, scope, now), body }
}

function judge(answer: Answer): Judgement {
  const text = member(answer.json, 'message')
  // Without the subjects of the run at its end: claims are shown by `explain`, and only where they may be.
  const [message = ''] = typeof text === 'string' ? text.split(/^Effective /m) : []
  // Only the app server itself has `status` in its body: the gateway before it (Lambda, API Gateway) has not.
  if (member(answer.json, 'status') === undefined) return judgeAws(answer)
  const issues = issuesOf(message).map(({ target, text: issue }) => `${target}: ${issue}`)
  return {
    reason: issues.length > 0 ? issues.join('; ') : message,
    requestId: member(answer.json, 'requestId') ?? header(answer, 'x-request-id'),
    message,
    ...(answer.status === 401 &&
      (KEYS_TROUBLE.test(message) ? { again: 2 } : NOT_YET.test(message) ? { again: 1 } : {})),
  }
}

function explain(settings: Settings, error: ActionError, claims: Claims | undefined): Explanation {
  const { code, refused } = error
  if (refused?.service !== SERVICE)
    return settings.aws?.library.explainSts(settings.aws.source, error, claims) ?? {}
  const message = refused.message ?? ''
  switch (refused.status) {
    case 400:
      return {
        hint: 'The app server does not take the request as it is: check `permissions`, `owner` and `repositories`.',
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
        hint: 'Where this lasts, the GitHub App may not be installed on a repository, or may lack a permission that was asked for: the operator of the app server finds the reason by the request id.',
      }
    default:
      return {}
  }
}

function hintFor401(message: string, audience: string): Explanation {
  if (/"aud" claim/.test(message)) {
    return {
      hint: `The audience of the ID token was "${audience}". The app server must list it (GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE), or give the one it lists as \`audience\`.`,
    }
  }
  if (/"iss" claim/.test(message)) {
    return {
      hint: 'The app server takes ID tokens of another issuer than this GitHub: GitHub Enterprise Server and enterprises with an issuer of their own need an app server set up for them.',
    }
  }
  if (/"sub" claim/.test(message)) {
    return {
      hint: 'The app server takes only some subjects (GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS): its operator must add the sub claim of this run.',
    }
  }
  if (/"(exp|nbf)" claim/.test(message)) return { hint: 'Check the clock of the app server.' }
  return {}
}

/** The gateway before the app server refused: AWS IAM, for the most part. */
function gatewayHint({ aws, url }: Settings, reason = ''): string {
  // Signed or not, this is what API Gateway says of a path that it does not have.
  if (/Missing Authentication Token/i.test(reason)) {
    return `There is no ${url.pathname} at ${url.host}: check the path in app-server, which begins with the stage of the API Gateway.`
  }
  if (!aws)
    return `Something before the app server refused. If it is behind AWS IAM, give app-server as a mapping of url and auth (type: aws).`
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

function grantFrom(answer: Answer, settings: Settings, tools: Tools): Grant {
  const json = jsonObject(answer, SERVICE, settings.url)
  const ends = timeOf(json['expires_at'])
  const issued = { apiUrl: settings.apiUrl, expiresAt: ends }
  const token = credential(json['token'], 'token', SERVICE, tools.conceal, rescue(issued, tools))
  const [workflowOwner = ''] = settings.workflowRepository.split('/')
  const owner = nameOf(json['owner']) ?? settings.owner ?? workflowOwner
  const repositories = Array.isArray(json['repositories'])
    ? json['repositories'].map(nameOf).filter((name) => name !== undefined)
    : 'ALL'
  const permissions = permissionsOf(json['permissions']) ?? settings.permissions
  const hash = createHash('sha256').update(token).digest('base64')
  return {
    secrets: [token],
    outputs: {
      token,
      'token-hash': hash,
      owner,
      repositories: repositories === 'ALL' ? 'ALL' : JSON.stringify(repositories),
      permissions: JSON.stringify(permissions),
    },
    summary: `Token for ${targets(owner, repositories)}: ${list(permissions)}; ends ${ends?.toISOString() ?? 'within the hour'}; hash ${hash}`,
    ...(ends && { expiresAt: ends }),
    warnings: differences(settings, repositories, permissions),
    revocation: { token, apiUrl: settings.apiUrl, outlivesJob: settings.outlivesJob },
  }
}

const RANK: readonly (string | undefined)[] = [undefined, 'read', 'write', 'admin']

/** Where the grant is not what was asked. `metadata: read` comes with every grant and is no difference. */
function differences(
  settings: Settings,
  repositories: readonly string[] | 'ALL',
  permissions: Permissions,
): string[] {
  const less: string[] = []
  const more: string[] = []
  for (const scope of new Set([...Object.keys(settings.permissions), ...Object.keys(permissions)])) {
    const asked = settings.permissions[scope]
    const granted = permissions[scope]
    if (RANK.indexOf(granted) < RANK.indexOf(asked))
      less.push(`${scope}: ${granted ?? 'nothing'} instead of ${asked ?? ''}`)
    if (RANK.indexOf(granted) > RANK.indexOf(asked) && `${scope}: ${granted ?? ''}` !== 'metadata: read') {
      more.push(`${scope}: ${granted ?? ''}`)
    }
  }
  const [, workflowName = ''] = settings.workflowRepository.split('/')
  const asked = settings.repositories ?? [workflowName]
  if (asked === 'ALL') {
    if (repositories !== 'ALL') less.push('some repositories instead of all')
  } else if (repositories === 'ALL') {
    more.push('all repositories')
  } else {
    const has = (names: readonly string[], name: string): boolean =>
      names.some((each) => each.toLowerCase() === name.toLowerCase())
    less.push(...asked.filter((name) => !has(repositories, name)).map((name) => `not for repository ${name}`))
    more.push(...repositories.filter((name) => !has(asked, name)).map((name) => `repository ${name}`))
  }
  return [
    ...(less.length > 0 ? [`The app server granted less than asked: ${few(less)}.`] : []),
    ...(more.length > 0 ? [`The app server granted more than asked: ${few(more)}.`] : []),
  ]
}

function targets(owner: string, repositories: readonly string[] | 'ALL'): string {
  if (repositories === 'ALL') return `all repositories of ${owner}`
  return few(repositories.map((name) => `${owner}/${name}`)) || owner
}

function list(permissions: Permissions): string {
  return few(Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`))
}

/** A GitHub name from the answer: anything else than such a name does not get into log and outputs. */
function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) ? value : undefined
}

function permissionsOf(value: unknown): Permissions | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const known = Object.entries(value).filter(
    (entry): entry is [string, string] =>
      /^[a-z][a-z_-]{0,60}$/.test(entry[0]) &&
      typeof entry[1] === 'string' &&
      /^(read|write|admin)$/.test(entry[1]),
  )
  return Object.fromEntries(known.map(([scope, level]) => [scope.replaceAll('_', '-'), level]))
}
