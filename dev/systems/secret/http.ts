import { createHttpSecret, type HttpSecretOptions } from '../../fakes/http-secret.ts'
import { storedSecrets } from '../../fakes/secrets.ts'
import type { Setup, System } from '../system.ts'

export interface HttpSecretSetup extends Setup, Pick<HttpSecretOptions, 'repositoryIds' | 'secrets'> {
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
  setUp({ verify, identity, issue, url }, variant) {
    const { several, secret, database, license, mapping, outputs } = storedSecrets(variant, issue)
    const repositoryIds = [identity.repositoryId]
    const secrets: Record<string, Uint8Array> = {
      '/secrets?name=database': Buffer.from(secret),
      ...(several && { '/database': Buffer.from(database), '/license': Buffer.from(license) }),
    }
    const audience = (): string => url('secret-endpoint')
    const handler = createHttpSecret({ verify, audience, repositoryIds, secrets })
    return {
      handlers: { 'secret-endpoint': handler },
      exchangeRole: 'secret-endpoint',
      inputs: () => {
        const endpoint = url('secret-endpoint')
        return several
          ? { secrets: mapping(`${endpoint}/database`, `${endpoint}/license`) }
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
