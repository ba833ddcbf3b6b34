import { strict as assert } from 'node:assert'
import { randomText } from '../../fakes/secrets.ts'
import type { Judge } from '../judge.ts'
import { output, type Program } from '../program.ts'
import { OPENBAO, VAULT } from '../programs.ts'
import { createStand, freePort, type Stand } from '../stand.ts'
import { createBench, eventually, HOST, ROLE, type Bench } from '../vault-bench.ts'
import { lives, mounts, policies, sealed } from '../vault-core-lines.ts'
import { reads, refusals, tokens, writeSuggested } from '../vault-lines.ts'
import { commandsOfPage, jobTokens, lookUp, take } from '../vault-token-lines.ts'

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
  readonly ofItsOwn: (bench: Bench, stand: Stand) => Promise<void>
}

function judgeOf({ command, ofItsOwn, ...kind }: Kind): Judge {
  return {
    ...kind,
    version: () => versionOf(kind.program),
    run: async (hold) => {
      await using stand = await createStand([HOST])
      const bench = await start(stand, hold, kind.program)
      await reads(bench)
      for (const lines of [tokens, refusals, lives, policies, mounts, ofItsOwn]) {
        await bench.setUp()
        await lines(bench, stand)
      }
      await jobTokens(bench, stand)
      await commandsOfPage(bench, stand, command)
      await bench.setUp()
      await sealed(bench)
    },
  }
}

/** Both print their name first: `Vault v1.21.4 (…), built …`. */
async function versionOf({ path }: Program): Promise<string> {
  const printed = await output(path, ['version'])
  return /\bv(\d+\.\d+\.\d+[^\s,]*)/.exec(printed)?.[1] ?? printed
}

/** A server in development mode: in memory, unsealed, with a KV engine of version 2 at `secret`. */
async function start(stand: Stand, hold: Bench['hold'], program: Program): Promise<Bench> {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const token = `root-${randomText(24)}`
  await stand.start(
    program.path,
    [
      'server',
      '-dev',
      '-dev-no-store-token',
      `-dev-root-token-id=${token}`,
      `-dev-listen-address=127.0.0.1:${port}`,
    ],
    { ready: `${address}/v1/sys/health` },
  )
  await stand.front(HOST, port)
  const bench = await createBench(hold, stand, { address, command: program.path, token })
  await eventually('the server has a KV engine', async () => (await bench.api('GET', 'secret/config')).ok)
  await bench.api('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } })
  return bench
}

async function noNamespaces({ hold, run, secret }: Bench): Promise<void> {
  await hold('an edition without namespaces takes no notice of one', async () => {
    const { outputs, told } = await run({ inputs: { namespace: 'team' } })
    assert.equal(outputs['secret'], secret, told)
  })
}

async function namespaces(bench: Bench, stand: Stand): Promise<void> {
  const { hold, run, shell, api, page, secret } = bench
  const env = { VAULT_NAMESPACE: 'team' }
  const step = { inputs: { namespace: 'team' } }
  await hold('no such namespace', async () => {
    const { outcome, told } = await run({ inputs: { namespace: 'none' } })
    assert.equal(outcome, 'failure')
    assert.match(told, /`namespace`/)
  })
  await shell('vault namespace create team')
  await hold('a namespace with its own auth method and engine', async () => {
    for (const command of page.commands) await shell(command, env)
    await shell('vault secrets enable -path=secret -version=2 kv', env)
    await eventually('the namespace has a KV engine', async () => (await api('GET', 'team/secret/config')).ok)
    await shell(`vault kv put -mount=secret team/database DB_PASSWORD=${secret}`, env)
    const { outputs, told } = await run(step)
    assert.equal(outputs['secret'], secret, told)
    assert.match(told, /The Vault token was revoked/)
  })
  await hold(
    'what it suggests for no such role, written in the namespace, lets the same run in',
    async () => {
      await api('DELETE', `team/${ROLE}`)
      const refused = await run(step)
      assert.match(refused.told, /role "deploy" could not be found/)
      await writeSuggested(bench, refused, env)
      const { outputs, told } = await run(step)
      assert.equal(outputs['secret'], secret, told)
    },
  )
  await hold('a token of a namespace works there until the job ends, and is dead afterwards', async () => {
    const { outputs, post } = await take(stand, step.inputs)
    const token = outputs['token']!
    const read = 'vault kv get -mount=secret -field=DB_PASSWORD team/database'
    assert.equal(await shell(read, { ...env, VAULT_TOKEN: token }), secret)
    const { log } = await post()
    assert.match(log, /The Vault token was revoked/)
    assert.equal(await lookUp(bench, token, 'team/'), undefined)
  })
}
