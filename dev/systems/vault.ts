import { fullName } from '../fakes/identity.ts'
import { createVault, type Vault, type VaultEngine } from '../fakes/vault.ts'
import { roleOf, type VaultRole } from '../fakes/vault-writing.ts'
import type { Setup, System } from './system.ts'

export const ROLE = 'deploy'

export interface VaultTokenSetup extends Setup {
  readonly vault: Vault
  /** By name; may be changed. */
  readonly roles: Record<string, VaultRole>
  /** Has the role accept another audience. */
  readonly accept: (audience: string) => void
  /** By mount path; may be changed. */
  readonly engines: Record<string, VaultEngine>
  /** Paths by policy; may be changed. */
  readonly policies: Record<string, readonly string[]>
}

/** A Vault with one role, that of the job; what the token may do is for its policies. */
export function vaultTokenSystem(settings: Partial<VaultRole> = {}): System<VaultTokenSetup> {
  return {
    action: 'vault',
    variants: ['default'],
    example: ({ audience }) => ({
      prepare({ accept }) {
        if (audience !== undefined) accept(audience)
      },
    }),
    setUp({ issuer, identity, now, issue, url }) {
      const role = (): VaultRole => ({
        boundAudiences: [url('vault')],
        boundClaims: { repository_id: identity.repositoryId, ref: identity.ref },
        policies: ['deploy'],
        ttl: 900,
        ...settings,
      })
      const roles: Record<string, VaultRole> = {}
      const engines: Record<string, VaultEngine> = {}
      const policies: Record<string, readonly string[]> = { deploy: ['database/creds/app'] }
      const vault = createVault({
        verify: issuer.verify,
        now,
        issue,
        inState: true,
        // Known once the world is up.
        auth: {
          get jwt() {
            return { [ROLE]: role(), ...roles }
          },
        },
        engines,
        dynamic: ['database/creds/app'],
        policies,
      })
      return {
        handlers: { vault: vault.handler },
        exchangeRole: 'vault',
        credential: 'token',
        inputs: () => ({ url: url('vault'), role: ROLE }),
        deny() {
          roles[ROLE] = { ...role(), boundClaims: { repository: `${fullName(identity)}-another` } }
        },
        accept(audience) {
          roles[ROLE] = { ...role(), boundAudiences: [audience] }
        },
        mend([pasted]) {
          roles[ROLE] = roleOf(JSON.parse(pasted!.text) as Record<string, unknown>, roles[ROLE])
        },
        accepts: (token) => vault.alive(token),
        alive: vault.living,
        saysEnded: { vault: [204, 403] },
        vault,
        roles,
        engines,
        policies,
      }
    },
  }
}

export const system = vaultTokenSystem()
