import { fullName } from '../fakes/identity.ts'
import { certificateText, randomText } from '../fakes/secrets.ts'
import { createVault, type Dynamic, type Vault, type VaultEngine } from '../fakes/vault.ts'
import { roleOf, type VaultRole } from '../fakes/vault-writing.ts'
import type { Setup, System } from './system.ts'

export const ROLE = 'deploy'

/** Engines that make credentials, as a role \`app\` or \`deploy\` of each gives them. */
const DYNAMIC: Readonly<Record<string, Dynamic>> = {
  'database/creds/app': {
    capability: 'read',
    lease: 3_600,
    give: () => ({ username: `v-jwt-app-${randomText(20)}`, password: randomText(20) }),
  },
  'pki/issue/web': {
    capability: 'update',
    give: ({ common_name: name }) =>
      name === undefined
        ? undefined
        : {
            certificate: certificateText(),
            issuing_ca: certificateText(),
            private_key: certificateText().replaceAll('CERTIFICATE', 'RSA PRIVATE KEY'),
            private_key_type: 'rsa',
            serial_number: '39:dd:2e:90',
            expiration: 1_795_248_000,
          },
  },
  'ssh/sign/deploy': {
    capability: 'update',
    give: ({ public_key: key }) =>
      typeof key === 'string' && key.startsWith('ssh-')
        ? {
            serial_number: 'c73f26d2340276aa',
            signed_key: `ssh-ed25519-cert-v01@openssh.com ${randomText(60)}\n`,
          }
        : undefined,
  },
}

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
      const policies: Record<string, readonly string[]> = {
        deploy: ['database/creds/app', 'update pki/issue/web', 'update ssh/sign/deploy'],
      }
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
        dynamic: DYNAMIC,
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
        vault,
        roles,
        engines,
        policies,
      }
    },
  }
}

export const system = vaultTokenSystem()
