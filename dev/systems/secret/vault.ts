import { fullName } from '../../fakes/identity.ts'
import { certificateText, randomText } from '../../fakes/secrets.ts'
import { createVault, type Vault, type VaultEngine, type VaultVersion } from '../../fakes/vault.ts'
import { roleOf, type VaultRole } from '../../fakes/vault-writing.ts'
import type { Setup, System } from '../system.ts'

export const ROLE = 'deploy'
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

export interface VaultSetup extends Setup {
  readonly vault: Vault
  /** By name; may be changed. */
  readonly roles: Record<string, VaultRole>
  /** By mount path; may be changed. */
  readonly engines: Record<string, VaultEngine>
  /** Paths by policy; may be changed. */
  readonly policies: Record<string, readonly string[]>
  readonly secret: string
  /** Has the role accept another audience. */
  readonly accept: (audience: string) => void
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
    setUp({ issuer, identity, now, issue, url }, variant) {
      const several = variant === 'several'
      const secret = randomText(32)
      issue('secret', secret)
      const tls = { certificate: certificateText(), key: randomText(40) }
      if (several) issue('key', tls.key)
      const values = { 'db-user': USER, 'db-password': secret, tls: JSON.stringify(tls) }
      const roles: Record<string, VaultRole> = {}
      const boundClaims = { repository_id: identity.repositoryId, ref: identity.ref }
      const role = (): VaultRole => ({
        boundAudiences: [url('vault')],
        boundClaims,
        policies: ['deploy'],
        ttl: 300,
        ...settings.role,
      })
      const secrets: Record<string, VaultVersion[]> = {
        [path]: [{ data: { DB_USER: USER, [KEY]: secret, ...settings.data } }],
        'team/tls': [{ data: tls }],
      }
      const engines: Record<string, VaultEngine> = { secret: { kv: 2, secrets } }
      const policies: Record<string, readonly string[]> = {
        deploy: [`secret/data/${path}`, ...(several ? ['secret/data/team/tls'] : [])],
      }
      const vault = createVault({
        verify: issuer.verify,
        now,
        issue,
        // Known once the world is up.
        auth: {
          get [authPath]() {
            return { [ROLE]: role(), ...roles }
          },
        },
        engines,
        policies,
        requireRequestHeader: settings.requireRequestHeader !== false,
        ...(namespace !== undefined && { namespace }),
      })
      return {
        handlers: {
          vault: (request) => {
            if (!request.url.pathname.startsWith(`${prefix}/`)) return { status: 404, body: 'no such page' }
            request.url.pathname = request.url.pathname.slice(prefix.length)
            return vault.handler(request)
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
        deny() {
          roles[ROLE] = { ...role(), boundClaims: { repository: `${fullName(identity)}-another` } }
        },
        accept(audience) {
          roles[ROLE] = { ...role(), boundAudiences: [audience] }
        },
        mend([pasted]) {
          roles[ROLE] = roleOf(JSON.parse(pasted!.text) as Record<string, unknown>, roles[ROLE])
        },
        store(name, data) {
          secrets[name] = [{ data }]
          policies['deploy'] = [...policies['deploy']!, `secret/data/${name}`]
          return name
        },
        accepts: (text) => text === (several ? JSON.stringify(values) : secret),
        alive: vault.living,
        saysEnded: { vault: [204, 403] },
        vault,
        roles,
        engines,
        policies,
        secret,
      }
    },
  }
}

export const system = vaultSystem()
