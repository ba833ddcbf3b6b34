import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { randomText } from '../../fakes/secrets.ts'
import type { Judge } from '../judge.ts'
import { goProgramOf, imageProgram, output, type Program } from '../program.ts'
import { createFixture, type Fixture } from '../fixture.ts'
import { createVaultFixture, eventually, HOST, ROLE, type VaultFixture } from '../vault-fixture.ts'
import { lives, mounts, policies, sealed } from '../vault-core-lines.ts'
import { reads, refusals, writeSuggested } from '../vault-lines.ts'
import { commandsOfPage, jobTokens, lookUp, take } from '../vault-token-lines.ts'

/**
 * Its tag `minimal` leaves out the plugins for clouds and databases: half of the build. 1.21.4 does not compile
 * outside of its repository, since it asks for a release of its SDK that is not the one next to it.
 */
const VAULT = goProgramOf(
  'vault',
  join(import.meta.dirname, '../vault.go'),
  ['github.com/hashicorp/vault@v1.21.2'],
  'minimal',
)
/** Not to be had from the Go module proxy. */
const OPENBAO = imageProgram('openbao', 'openbao/openbao:2.6.2', '/usr/bin/bao')

const JUDGES =
  '`secret/vault`, `vault`: the commands of their pages, logins, refusals, suggested roles and policies, reads, revocation'

export const vault = judgeOf({
  name: 'vault',
  title: '[Vault](https://github.com/hashicorp/vault)',
  judges: JUDGES,
  program: VAULT,
  command: 'vault',
  ofItsOwn: noNamespaces,
})

export const openbao = judgeOf({
  name: 'openbao',
  title: '[OpenBao](https://github.com/openbao/openbao)',
  judges: `${JUDGES}, namespaces`,
  program: OPENBAO,
  command: 'bao',
  ofItsOwn: namespaces,
})

interface Kind extends Omit<Judge, 'version' | 'run'> {
  /** As the pages call it. */
  readonly command: 'vault' | 'bao'
  /** What the other does not have. */
  readonly ofItsOwn: (vault: VaultFixture) => Promise<void>
}

function judgeOf({ command, ofItsOwn, ...kind }: Kind): Judge {
  return {
    ...kind,
    version: () => versionOf(kind.program),
    run: async (hold) => {
      await using fixture = await createFixture([HOST])
      const vault = await start(fixture, hold, kind.program)
      await reads(vault)
      for (const lines of [refusals, lives, policies, mounts, ofItsOwn]) {
        await vault.setUp()
        await lines(vault)
      }
      await jobTokens(vault)
      await commandsOfPage(vault, command)
      await vault.setUp()
      await sealed(vault)
    },
  }
}

/** Both print their name first: `Vault v1.21.4 (…), built …`. */
async function versionOf({ path }: Program): Promise<string> {
  const printed = await output(path, ['version'])
  return /\bv(\d+\.\d+\.\d+[^\s,]*)/.exec(printed)?.[1] ?? printed
}

/** A server in development mode: in memory, unsealed, with a KV engine of version 2 at `secret`. */
async function start(fixture: Fixture, hold: VaultFixture['hold'], { path }: Program): Promise<VaultFixture> {
  const token = `root-${randomText(24)}`
  const address = await fixture.start(HOST, (port) => ({
    file: path,
    args: [
      ...['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${token}`],
      `-dev-listen-address=127.0.0.1:${port}`,
    ],
    ready: '/v1/sys/health',
  }))
  const vault = await createVaultFixture(hold, fixture, { address, command: path, token })
  await eventually('the server has a KV engine', async () => (await vault.api('GET', 'secret/config')).ok)
  await vault.api('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } })
  return vault
}

async function noNamespaces({ hold, gives }: VaultFixture): Promise<void> {
  await hold('an edition without namespaces takes no notice of one', async () => {
    await gives({ inputs: { namespace: 'team' } })
  })
}

async function namespaces(vault: VaultFixture): Promise<void> {
  const { hold, gives, refuses, shell, api, page, secret, setUp, allow } = vault
  const env = { VAULT_NAMESPACE: 'team' }
  const step = { inputs: { namespace: 'team' } }
  await hold('no such namespace', async () => {
    await refuses(/`namespace`/, { inputs: { namespace: 'none' } })
  })
  await shell('vault namespace create team')
  await hold('a namespace with its own auth method and engine', async () => {
    for (const command of page.commands) await shell(command, env)
    await shell('vault secrets enable -path=secret -version=2 kv', env)
    await eventually('the namespace has a KV engine', async () => (await api('GET', 'team/secret/config')).ok)
    await shell(`vault kv put -mount=secret team/database DB_PASSWORD=${secret}`, env)
    assert.match((await gives(step)).told, /The Vault token was revoked/)
  })
  await hold('a login in the namespace above, with the namespace before the engine', async () => {
    await setUp()
    await allow('path "team/secret/data/team/database" { capabilities = ["read"] }')
    await gives({ inputs: { engine: 'team/secret' } })
  })
  await hold('what it suggests for no such role, written in the namespace, lets the same run in', async () => {
    await api('DELETE', `team/${ROLE}`)
    const refused = await refuses(/role "deploy" could not be found/, step)
    await writeSuggested(vault, refused, env)
    await gives(step)
  })
  await hold('a token of a namespace works there until the job ends, and is dead afterwards', async () => {
    const { outputs, post } = await take(vault, step.inputs)
    const token = outputs['token']!
    const read = 'vault kv get -mount=secret -field=DB_PASSWORD team/database'
    assert.equal(await shell(read, { ...env, VAULT_TOKEN: token }), secret)
    const { log } = await post()
    assert.match(log, /The Vault token was revoked/)
    assert.equal(await lookUp(vault, token, 'team/'), undefined)
  })
}
