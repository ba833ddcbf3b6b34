import type { Exchange } from '../exchange.ts'
import { few, quoted, showable } from '../text.ts'
import { aboutBatch, login } from '../vault/login.ts'
import { readServer, type VaultServer } from '../vault/server.ts'

interface Settings {
  readonly server: VaultServer
  readonly outlivesJob: boolean
}

/** A token of Vault or OpenBao, for whatever the policies of the role allow; revoked when the job ends. */
export const vault: Exchange<Settings> = {
  settings: (inputs) => ({ server: readServer(inputs), outlivesJob: inputs.boolean('skip-token-revoke') }),

  exchange: async ({ server, outlivesJob }, tools) => {
    const given = await login(server, tools)
    const { token, policies, expiresAt, revocable } = given
    const names = showable(few(policies.map(quoted)))
    return {
      secrets: [token],
      outputs: { token, policies: JSON.stringify(policies) },
      summary: `Vault token granted${names === undefined ? '' : ` with the policies ${names}`}.${aboutBatch(given)}`,
      ...(expiresAt && { expiresAt }),
      ...(revocable && { revocable, outlivesJob }),
    }
  },
}
