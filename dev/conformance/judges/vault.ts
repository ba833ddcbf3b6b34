import { strict as assert } from 'node:assert'
import { createFixture, eventually } from '../fixture.ts'
import type { Judge } from '../judge.ts'
import { given } from '../lines.ts'
import { goProgram, imageProgram, output, type Program } from '../program.ts'
import { createVaultFixture, ROLE, type VaultFixture } from '../vault-fixture.ts'
import { lives, mounts, policies, reads, refusals, sealed, writeSuggested } from '../vault-lines.ts'
import { commandsOfPage, expectLife, jobTokens } from '../vault-token-lines.ts'

/**
 * Its tag `minimal` leaves out the plugins for clouds and databases: half of the build. 1.21.4 does not compile
 * outside of its repository, since it asks for a release of its SDK that is not the one next to it.
 */
const VAULT = goProgram('vault', 'github.com/hashicorp/vault@v1.21.2', { tag: 'minimal' })
/** Not to be had from the Go module proxy. */
const OPENBAO = imageProgram('openbao', 'openbao/openbao:2.6.2', '/usr/bin/bao')

const JUDGES =
  '`secret/vault`, `vault`: the commands of their pages, logins, refusals, suggested roles and policies, reads, revocation'

export const vault: Judge = {
  name: 'vault',
  title: '[Vault](https://github.com/hashicorp/vault)',
  judges: JUDGES,
  ...judgeOf(VAULT, 'vault', noNamespaces),
}

export const openbao: Judge = {
  name: 'openbao',
  title: '[OpenBao](https://github.com/openbao/openbao)',
  judges: `${JUDGES}, namespaces`,
  ...judgeOf(OPENBAO, 'bao', namespaces),
}

/**
 * @param command as the pages call it
 * @param ofItsOwn what the other does not have
 */
function judgeOf(
  program: Program,
  command: 'vault' | 'bao',
  ofItsOwn: (vault: VaultFixture) => Promise<void>,
): Pick<Judge, 'program' | 'version' | 'run'> {
  return {
    program,
    version: async () => {
      const printed = await output(program.path, ['version'])
      // Both print their name first: `Vault v1.21.4 (…), built …`.
      return /\bv(\d+\.\d+\.\d+[^\s,]*)/.exec(printed)?.[1] ?? printed
    },
    run: async (hold) => {
      await using fixture = await createFixture(hold, ['vault.example.com'])
      const vault = await createVaultFixture(fixture, program.path)
      const pages = (vault: VaultFixture): Promise<void> => commandsOfPage(vault, command)
      for (const lines of [reads, refusals, lives, policies, mounts, ofItsOwn, jobTokens, pages, sealed]) {
        await vault.setUp()
        await lines(vault)
      }
    },
  }
}

async function noNamespaces({ hold, gives }: VaultFixture): Promise<void> {
  await hold('an edition without namespaces takes no notice of one', async () => {
    await gives(given({ namespace: 'team' }))
  })
}

async function namespaces(vault: VaultFixture): Promise<void> {
  const { hold, gives, refuses, shell, api, page, secret, setUp, allow, take } = vault
  const env = { VAULT_NAMESPACE: 'team' }
  const step = given({ namespace: 'team' })
  await hold('no such namespace', async () => {
    await refuses(/`namespace`/, given({ namespace: 'none' }))
  })
  await shell('vault namespace create team')
  await hold('a namespace with its own auth method and engine', async () => {
    for (const command of page.commands) await shell(command, env)
    await shell('vault secrets enable -path=secret -version=2 kv', env)
    const engine = async (): Promise<boolean> => (await api('GET', 'team/secret/config')).status === 200
    await eventually('the namespace has a KV engine', engine)
    await shell(`vault kv put -mount=secret team/database DB_PASSWORD=${secret}`, env)
    assert.match((await gives(step)).told, /The Vault token was revoked/)
  })
  await hold('a login in the namespace above, with the namespace before the engine', async () => {
    await setUp()
    await allow('path "team/secret/data/team/database" { capabilities = ["read"] }')
    await gives(given({ engine: 'team/secret' }))
  })
  await hold('what it suggests for no such role, written in the namespace, lets the same run in', async () => {
    await api('DELETE', `team/${ROLE}`)
    const refused = await refuses(/role "deploy" could not be found/, step)
    await writeSuggested(vault, refused, env)
    await gives(step)
  })
  await hold('a token of a namespace works there until the job ends, and is dead afterwards', async () => {
    await expectLife(vault, await take(step), 'team/')
  })
}
