import { fullName } from '../fakes/identity.ts'
import type { Basis } from '../fakes/issuer.ts'
import { createVault, roleOf, type Vault, type VaultOptions, type VaultRole } from '../fakes/vault.ts'
import type { Foundations, Setup, System } from './system.ts'

export const ROLE = 'deploy'

/** What is the same for both actions of Vault. */
interface VaultParts
  extends Required<Pick<Setup, 'deny' | 'mend' | 'alive' | 'saysEnded'>>, Pick<VaultOptions, 'engines' | 'policies'> {
  readonly vault: Vault
  /** By name; may be changed. */
  readonly roles: Record<string, VaultRole>
  /** Writes a role, that of the job unless named. @throws Refusal where Vault takes no such role */
  readonly write: (body: Readonly<Record<string, unknown>>, name?: string) => void
  /** Has the role accept another audience. */
  readonly accept: (audience: string) => void
}

export type VaultTokenSetup = Setup & VaultParts

/** A Vault with one role, that of the job. */
export function vaultOf(
  { url, identity, ...foundations }: Foundations,
  ofRole: Partial<VaultRole>,
  options: Omit<VaultOptions, 'auth' | keyof Basis>,
  authPath = 'jwt',
): VaultParts {
  const roles: Record<string, VaultRole> = {}
  const role = (change: Partial<VaultRole> = {}): VaultRole => ({
    boundAudiences: [url('vault')],
    boundClaims: { repository_id: identity.repositoryId, ref: identity.ref },
    policies: ['deploy'],
    ...ofRole,
    ...change,
  })
  const all = (): Record<string, VaultRole> => ({ [ROLE]: role(), ...roles })
  const write: VaultParts['write'] = (body, name = ROLE) => {
    roles[name] = roleOf(body, all()[name])
  }
  const vault = createVault({
    ...foundations,
    ...options,
    // Known once the world is up.
    auth: {
      get [authPath]() {
        return all()
      },
    },
  })
  return {
    deny() {
      roles[ROLE] = role({ boundClaims: { repository: `${fullName(identity)}-another` } })
    },
    accept(audience) {
      roles[ROLE] = role({ boundAudiences: [audience] })
    },
    mend([pasted]) {
      write(JSON.parse(pasted!.text) as Record<string, unknown>)
    },
    alive: vault.living,
    saysEnded: { vault: [204, 403] },
    vault,
    roles,
    write,
    engines: options.engines,
    policies: options.policies,
  }
}

/** A Vault whose role is for the token; what that may do is for its policies. */
export function vaultTokenSystem(settings: Partial<VaultRole> = {}): System<VaultTokenSetup> {
  return {
    action: 'vault',
    variants: ['default'],
    example: ({ audience }) => ({
      prepare({ accept }) {
        if (audience !== undefined) accept(audience)
      },
    }),
    setUp(foundations) {
      const { url } = foundations
      const parts = vaultOf(foundations, { ttl: 900, ...settings }, { inState: true, engines: {}, policies: {} })
      const { vault } = parts
      return {
        handlers: { vault: vault.handler },
        exchangeRole: 'vault',
        credential: 'token',
        inputs: () => ({ url: url('vault'), role: ROLE }),
        accepts: vault.alive,
        ...parts,
      }
    },
  }
}

export const system = vaultTokenSystem()
