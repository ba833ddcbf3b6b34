import { join } from 'node:path'
import { randomText } from '../../fakes/secrets.ts'
import type { Judge } from '../judge.ts'
import { VAULT_PLUGINS, VAULT_PLUGINS_VERSION } from '../programs.ts'
import { createStand, freePort } from '../stand.ts'
import { createBench, HOST } from '../vault-bench.ts'
import { reads, refusals, tokens } from '../vault-lines.ts'

/** Vault's JWT auth method and its KV engine, without the core of Vault around them. */
export const vaultPlugins: Judge = {
  name: 'vault-plugins',
  title: 'the JWT auth method and the KV engine of Vault',
  judges: '`secret/vault`: the commands of its page, logins, refusals, suggested roles, reads',
  program: VAULT_PLUGINS,
  version: () => Promise.resolve(VAULT_PLUGINS_VERSION),
  run: async (hold) => {
    await using stand = await createStand([HOST])
    const port = await freePort()
    const address = `http://127.0.0.1:${port}`
    const token = `root-${randomText(24)}`
    await stand.start(VAULT_PLUGINS.path, [], {
      ready: `${address}/v1/sys/health`,
      env: { PORT: String(port), VAULT_TOKEN: token },
    })
    await stand.front(HOST, port)
    const command = join(import.meta.dirname, '../vault-cli.sh')
    const bench = await createBench(hold, stand, { address, command, token })
    await reads(bench)
    await tokens(bench)
    await refusals(bench)
  },
}
