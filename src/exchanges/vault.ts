import { few, quoted, showable } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import type * as vaultLibrary from '../vault/index.ts'
import type { VaultServer } from '../vault/server.ts'

interface Settings {
  readonly library: typeof vaultLibrary
  readonly server: VaultServer
  readonly outlivesJob: boolean
}

/** A token of Vault or OpenBao, for whatever the policies of the role allow; revoked when the job ends. */
export const vault: Exchange<Settings> = {
  settings: async (inputs) => {
    const library = await import(/* webpackChunkName: "vault-login" */ '../vault/index.ts')
    return {
      library,
      server: library.readServer(inputs),
      outlivesJob: inputs.boolean('skip-token-revoke'),
    }
  },

  exchange: async ({ library, server, outlivesJob }, tools) => {
    tools.connectEarly(new URL(server.api))
    const login = await library.login(server, tools)
    const { token, policies, expiresAt, isBatch, api: apiUrl, namespace, mayRevokeItself } = login
    const names = showable(few(policies.map(quoted)))
    return {
      secrets: [token],
      outputs: { token, policies: JSON.stringify(policies) },
      summary: `Vault token granted${names === undefined ? '' : ` with the policies ${names}`}.${isBatch ? ` ${library.aboutBatch(login)}` : ''}`,
      ...(expiresAt && { expiresAt }),
      ...(!isBatch && {
        revocation: { kind: 'vault', token, apiUrl, namespace, mayRevokeItself, outlivesJob },
      }),
    }
  },

  explain: ({ library, server }, error, claims) => library.explainLogin(server, error, claims),
}
