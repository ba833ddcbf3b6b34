import { errors } from 'jose'
import { bearerOf, type FakeReply, type FakeRequest, type Handler } from './handler.ts'
import type { Issuer } from './issuer.ts'

interface HttpSecretOptions {
  readonly verify: Issuer['verify']
  /** A function, since it may depend on where the fake is served. */
  readonly audience: () => string
  /** Of the repositories whose jobs may read. May be changed while the fake runs. */
  readonly repositoryIds: readonly string[]
  /** By path and query: `/secret?name=database`. May be changed while the fake runs. */
  readonly secrets: Readonly<Record<string, Uint8Array>>
}

/** An endpoint that hands out secrets for ID tokens. */
export function createHttpSecret({ verify, audience, repositoryIds, secrets }: HttpSecretOptions): {
  readonly handler: Handler
} {
  async function handler(request: FakeRequest): Promise<FakeReply> {
    if (request.method !== 'GET' || request.body !== '') {
      return { status: 405, body: { message: 'Only GET' } }
    }
    const token = bearerOf(request)
    if (token === undefined) return { status: 401, body: { message: 'No bearer token' } }
    try {
      const claims = await verify(token, { audience: audience() })
      if (!repositoryIds.includes(String(claims['repository_id']))) {
        return { status: 403, body: { message: 'This repository may not read the secret' } }
      }
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
      return { status: 401, body: { message: error.message } }
    }
    const data = secrets[request.url.pathname + request.url.search]
    if (data === undefined) return { status: 404, body: { message: 'Not found' } }
    return { status: 200, body: { payload: { data: Buffer.from(data).toString('base64') } } }
  }
  return { handler }
}
