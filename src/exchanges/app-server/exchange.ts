import type { AwsCredentials } from '../../aws/credentials.ts'
import { judgeAws } from '../../aws/errors.ts'
import type { Scope, signedHeaders } from '../../aws/signer.ts'
import type { Exchange, Tools } from '../../exchange.ts'
import { header, member, type Answer } from '../../http/answer.ts'
import type { Judgement, Message } from '../../http/call.ts'
import { grantFrom } from './grant.ts'
import { issuesOf } from './issues.ts'
import { explain } from './refusal.ts'
import { readSettings, SERVICE, type Aws, type Settings } from './settings.ts'

/** The server's own limit for one answer is 30 s where it runs on AWS Lambda; cutting earlier would lose tokens. */
const ATTEMPT_MS = 35_000
/** The server could not fetch the keys of GitHub's issuer: transient, though it says 401. */
const KEYS_TROUBLE =
  /request timed out|Expected 200 OK from the JSON Web Key Set|no applicable key found in the JSON Web Key Set/i
/** The server's clock is a little behind: the token is not valid yet. */
const NOT_YET = /"nbf" claim timestamp check failed/i

/** A GitHub App installation token from an app server: `POST {app-server}/access_tokens` (docs/app-server.md). */
export const appServer: Exchange<Settings> = {
  settings: readSettings,

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
