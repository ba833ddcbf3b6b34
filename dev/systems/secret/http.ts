import { createHttpSecret } from '../../fakes/http-secret.ts'
import { randomText } from '../../fakes/secrets.ts'
import type { Setup, System } from '../system.ts'

export interface HttpSecretSetup extends Setup {
  /** Of the repositories whose jobs may read; may be changed. */
  readonly repositoryIds: string[]
  /** By path and query; may be changed. */
  readonly secrets: Record<string, Uint8Array>
  readonly secret: string
}

/** An endpoint with one secret, which jobs of the repository may read. */
export const system: System<HttpSecretSetup> = {
  action: 'secret/http',
  variants: ['default'],
  setUp({ issuer, identity, issue, url }) {
    const secret = randomText(32)
    issue('secret', secret)
    const repositoryIds = [identity.repositoryId]
    const secrets: Record<string, Uint8Array> = { '/secrets?name=database': Buffer.from(secret) }
    const { handler } = createHttpSecret({
      verify: issuer.verify,
      audience: () => url('secret-endpoint'),
      repositoryIds,
      secrets,
    })
    return {
      handlers: { 'secret-endpoint': handler },
      exchangeRole: 'secret-endpoint',
      credential: 'secret',
      inputs: () => ({ url: `${url('secret-endpoint')}/secrets?name=database` }),
      deny: () => repositoryIds.splice(0),
      accepts: (text) => text === secret,
      repositoryIds,
      secrets,
      secret,
    }
  },
}
