import { bearerOf, Refusal, refusing, type FakeReply, type Handler } from './handler.ts'
import { because, type Basis } from './issuer.ts'

export interface HttpSecretOptions extends Pick<Basis, 'verify'> {
  /** A function, since it may depend on where the fake is served. */
  readonly audience: () => string
  /** Of the repositories whose jobs may read. May be changed while the fake runs. */
  readonly repositoryIds: string[]
  /** By path and query: `/secret?name=database`. May be changed while the fake runs. */
  readonly secrets: Record<string, Uint8Array>
}

/** An endpoint that hands out secrets for ID tokens. */
export function createHttpSecret({ verify, audience, repositoryIds, secrets }: HttpSecretOptions): Handler {
  return refusing(async (request) => {
    if (request.method !== 'GET' || request.body !== '') return refused(405, 'Only GET')
    const token = bearerOf(request)
    if (token === undefined) return refused(401, 'No bearer token')
    const claims = await verify(token, { audience: audience() }).catch(
      because(({ message }) => new Refusal(refused(401, message))),
    )
    if (!repositoryIds.includes(String(claims['repository_id']))) {
      return refused(403, 'This repository may not read the secret')
    }
    const data = secrets[request.url.pathname + request.url.search]
    if (data === undefined) return refused(404, 'Not found')
    return { status: 200, body: { payload: { data: Buffer.from(data).toString('base64') } } }
  })
}

function refused(status: number, message: string): FakeReply {
  return { status, body: { message } }
}
