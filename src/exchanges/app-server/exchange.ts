import type { Signing } from '../../aws/signing.ts'
import type { Exchange, Tools } from '../../exchange.ts'
import type { Message } from '../../http/call.ts'
import { grantFrom } from './grant.ts'
import { refusal } from './refusal.ts'
import { readSettings, SERVICE, type Aws, type Settings } from './settings.ts'

/** The server's own limit for one answer is 30 s where it runs on AWS Lambda; cutting earlier would lose tokens. */
const ATTEMPT_MS = 35_000

/** A GitHub App installation token from an app server: `POST {app-server}/access_tokens` (docs/app-server.md). */
export const appServer: Exchange<Settings> = {
  settings: readSettings,

  exchange: (settings, tools) => {
    const { url, audience, headers, aws } = settings
    let signing: Promise<Signing> | undefined
    return tools.send({
      service: SERVICE,
      method: 'POST',
      url,
      audience,
      // Not part of what is signed: a gateway may take them out.
      gateway: headers,
      attemptMs: ATTEMPT_MS,
      grantEnds: 'within the hour',
      signed: aws !== undefined,
      prepare: async (now) => {
        // In parallel: the signature needs all of them, STS only its own ID token.
        const idToken = tools.idToken(audience)
        signing ??= aws && readyToSign(aws, tools)
        const [bearer, ready] = await Promise.all([idToken, signing])
        return message(settings, bearer, ready, now())
      },
      refusal: (answer) => refusal(answer, settings),
      read: (answer) => grantFrom(answer, settings, tools),
    })
  },
}

async function readyToSign({ source }: Aws, tools: Tools): Promise<Signing> {
  const signing = await import(/* webpackChunkName: "aws" */ '../../aws/signing.ts')
  return signing.readyToSign(source, tools)
}

async function message(
  { url, aws, owner, repositories, permissions }: Settings,
  idToken: string,
  signing: Signing | undefined,
  now: number,
): Promise<Message> {
  const body = JSON.stringify({ owner, repositories, permissions })
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const bearer = `Bearer ${idToken}`
  if (!aws || !signing) return { headers: { ...headers, authorization: bearer }, body }
  // The signature takes the Authorization header; the server looks for the ID token in this one instead.
  const request = { method: 'POST', url, headers: { ...headers, 'x-authorization': bearer }, body }
  return { headers: await signing.signer.signedHeaders(request, signing.credentials, aws.scope, now), body }
}
