import { createHttpSecret } from '../../fakes/http-secret.ts'
import { storedSecrets } from '../../fakes/secrets.ts'
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
  variants: ['default', 'several'],
  hosts: { 'secret-endpoint': 'secrets.example.com' },
  example: ({ secrets: several }) => ({
    variant: several === undefined ? 'default' : 'several',
    prepare({ secrets, secret }) {
      for (const path of ['/database-password', '/registry-password']) secrets[path] = Buffer.from(secret)
    },
  }),
  setUp({ issuer, identity, issue, url }, variant) {
    const { several, secret, database, license, outputs } = storedSecrets(variant, issue)
    const repositoryIds = [identity.repositoryId]
    const secrets: Record<string, Uint8Array> = {
      '/secrets?name=database': Buffer.from(secret),
      ...(several && { '/database': Buffer.from(database), '/license': Buffer.from(license) }),
    }
    const { handler } = createHttpSecret({
      verify: issuer.verify,
      audience: () => url('secret-endpoint'),
      repositoryIds,
      secrets,
    })
    return {
      handlers: { 'secret-endpoint': handler },
      exchangeRole: 'secret-endpoint',
      inputs: () => {
        const endpoint = url('secret-endpoint')
        return several
          ? {
              secrets: [
                `db-user: ${endpoint}/database#username`,
                `db-password: ${endpoint}/database#password`,
                `license: ${endpoint}/license`,
              ].join('\n'),
            }
          : { url: `${endpoint}/secrets?name=database` }
      },
      deny: () => repositoryIds.splice(0),
      mend() {
        repositoryIds.push(identity.repositoryId)
      },
      store(name, fields) {
        secrets[`/${name}`] = Buffer.from(JSON.stringify(fields))
        return `${url('secret-endpoint')}/${name}`
      },
      ...outputs,
      repositoryIds,
      secrets,
    }
  },
}
