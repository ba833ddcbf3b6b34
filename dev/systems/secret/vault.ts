import { fullName } from '../../fakes/identity.ts'
import { randomText } from '../../fakes/secrets.ts'
import { createVault, type Vault, type VaultEngine, type VaultRole } from '../../fakes/vault.ts'
import type { Setup, System } from '../system.ts'

export const ROLE = 'deploy'
export const KEY = 'DB_PASSWORD'

export interface VaultSettings {
  /** In which everything is; the root's unless given. */
  readonly namespace?: string
  /** Path before `/v1`, as of a gateway. */
  readonly prefix?: string
  /** Of the auth method. */
  readonly authPath?: string
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
}

/** A Vault with one role, that of the job, whose policy lets it read one secret. */
export function vaultSystem(settings: VaultSettings = {}): System<VaultSetup> {
  const { prefix = '', authPath = 'jwt', path = 'team/database', namespace } = settings
  return {
    action: 'secret/vault',
    variants: ['default'],
    setUp({ issuer, identity, now, issue, url }) {
      const secret = randomText(32)
      issue('secret', secret)
      const roles: Record<string, VaultRole> = {}
      const boundClaims = { repository_id: identity.repositoryId, ref: identity.ref }
      const role = (): VaultRole => ({
        boundAudiences: [url('vault')],
        boundClaims,
        policies: ['deploy'],
        ttl: 300,
        ...settings.role,
      })
      const engines: Record<string, VaultEngine> = {
        secret: {
          kv: 2,
          secrets: { [path]: [{ data: { DB_USER: 'app', [KEY]: secret, ...settings.data } }] },
        },
      }
      const policies: Record<string, readonly string[]> = { deploy: [`secret/data/${path}`] }
      const vault = createVault({
        verify: issuer.verify,
        now,
        issue,
        // Known once the world stands.
        auth: {
          get [authPath]() {
            return { [ROLE]: role(), ...roles }
          },
        },
        engines,
        policies,
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
        credential: 'secret',
        inputs: () => ({
          url: `${url('vault')}${prefix}`,
          role: ROLE,
          path,
          key: KEY,
          ...(authPath !== 'jwt' && { 'auth-path': authPath }),
          ...(namespace !== undefined && { namespace }),
        }),
        deny() {
          roles[ROLE] = { ...role(), boundClaims: { repository: `${fullName(identity)}-another` } }
        },
        accepts: (text) => text === secret,
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
