import { randomText } from '../../fakes/secrets.ts'
import type { VaultRole, VaultVersion } from '../../fakes/vault.ts'
import type { System } from '../system.ts'
import { ROLE, vaultOf, type VaultTokenSetup } from '../vault.ts'

export const KEY = 'DB_PASSWORD'
const USER = 'app_user'

export interface VaultSettings {
  /** In which everything is; the root's unless given. */
  readonly namespace?: string
  /** Path before `/v1`, as of a gateway. */
  readonly prefix?: string
  /** Of the auth method. */
  readonly authPath?: string
  /** Whether there is an agent in front that asks for `X-Vault-Request`; yes unless `false`. */
  readonly requireRequestHeader?: boolean
  /** Changes to the role. */
  readonly role?: Partial<VaultRole>
  /** Of the secret. */
  readonly path?: string
  /** Changes to the secret. */
  readonly data?: Readonly<Record<string, unknown>>
}

export interface VaultSetup extends VaultTokenSetup {
  readonly secret: string
}

/** A Vault with one role, that of the job, whose policy lets it read one secret. */
export function vaultSystem(settings: VaultSettings = {}): System<VaultSetup> {
  const { prefix = '', authPath = 'jwt', path = 'team/database', namespace } = settings
  return {
    action: 'secret/vault',
    variants: ['default', 'several'],
    example: ({ audience, secrets }) => ({
      variant: secrets === undefined ? 'default' : 'several',
      prepare({ accept }) {
        if (audience !== undefined) accept(audience)
      },
    }),
    setUp(foundations, variant) {
      const { issue, url } = foundations
      const several = variant === 'several'
      const secret = randomText(32)
      issue('secret', secret)
      const certificate = `-----BEGIN CERTIFICATE-----\n${randomText(64)}\n-----END CERTIFICATE-----\n`
      const tls = { certificate, key: randomText(40) }
      if (several) issue('key', tls.key)
      const values = { 'db-user': USER, 'db-password': secret, tls: JSON.stringify(tls) }
      const secrets: Record<string, VaultVersion[]> = {
        [path]: [{ data: { DB_USER: USER, [KEY]: secret, ...settings.data } }],
        'team/tls': [{ data: tls }],
      }
      const policies: Record<string, readonly string[]> = {
        deploy: [`secret/data/${path}`, ...(several ? ['secret/data/team/tls'] : [])],
      }
      const options = {
        engines: { secret: secrets },
        policies,
        requireRequestHeader: settings.requireRequestHeader !== false,
        ...(namespace !== undefined && { namespace }),
      }
      const parts = vaultOf(foundations, { ttl: 300, ...settings.role }, options, authPath)
      return {
        handlers: {
          vault: (request) => {
            if (!request.url.pathname.startsWith(`${prefix}/`)) return { status: 404, body: 'no such page' }
            request.url.pathname = request.url.pathname.slice(prefix.length)
            return parts.vault.handler(request)
          },
        },
        exchangeRole: 'vault',
        credential: several ? 'secrets' : 'secret',
        ...(several && { carriers: Object.keys(values) }),
        inputs: () => ({
          url: `${url('vault')}${prefix}`,
          role: ROLE,
          ...(several
            ? { secrets: `db-user: ${path}#DB_USER\ndb-password: ${path}#${KEY}\ntls: team/tls` }
            : { path, key: KEY }),
          ...(authPath !== 'jwt' && { 'auth-path': authPath }),
          ...(namespace !== undefined && { namespace }),
        }),
        store(name, data) {
          secrets[name] = [{ data }]
          policies['deploy'] = [...policies['deploy']!, `secret/data/${name}`]
          return name
        },
        accepts: (text) => text === (several ? JSON.stringify(values) : secret),
        ...parts,
        secret,
      }
    },
  }
}

export const system = vaultSystem()
