import { strict as assert } from 'node:assert'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { fencesOf, readDocument } from '../documents/fences.ts'
import { randomText } from '../fakes/secrets.ts'
import { eventually, type Fixture, type Ran, type Run, type Step } from './fixture.ts'
import { callApi, expectRefusal, type Answer } from './lines.ts'
import { shell as run } from './program.ts'

/** The name under which steps reach the server, as in the pages. */
const HOST = 'vault.example.com'
/** The role that the page sets up. */
export const ROLE = 'auth/jwt/role/deploy'

/** A server that speaks Vault's API, the command that a person gives it, and steps of a job that use it. */
export interface VaultFixture extends Fixture {
  /** What `team/database` holds as `DB_PASSWORD`. */
  readonly secret: string
  /** A step of `secret/vault` that reads this value, with what is given added to it. */
  readonly read: Run
  /** The same, which has to give the value. */
  readonly gives: Run
  /** The same, which has to be refused in these words. */
  readonly refuses: (words: RegExp, step: Step, code?: string) => Promise<Ran>
  /** A step of `vault`. */
  readonly take: Run
  /** Runs a command line as a person at a shell would. */
  readonly shell: (script: string, env?: Readonly<Record<string, string>>) => Promise<string>
  readonly api: (method: string, path: string, body?: object) => Promise<Answer>
  /** Every command of the page, one after the other; what was set up before is gone. */
  readonly setUp: () => Promise<void>
  /** Writes the policy `deploy`. */
  readonly allow: (policy: string) => Promise<void>
  /** Sets up the page, and writes settings to its role. */
  readonly withRole: (role: object) => Promise<void>
  /** The commands and policies of the page. */
  readonly page: { readonly text: string; readonly commands: readonly string[]; readonly policies: readonly string[] }
}

/**
 * A server in development mode: in memory, unsealed, with a KV engine of version 2 at `secret`.
 *
 * @param command the program, which also takes the part of `vault` in the commands
 */
export async function createVaultFixture(fixture: Fixture, command: string): Promise<VaultFixture> {
  const document = readDocument('secret/vault/README.md')
  const fences = (language: string): string[] =>
    fencesOf(document).flatMap((fence) => (fence.language === language ? fence.text : []))
  const commands = fences('sh').filter((text) => text.startsWith('vault '))
  const page = { text: document.text, commands, policies: fences('hcl') }
  const bin = join(fixture.folder, 'bin')
  await mkdir(bin)
  for (const name of new Set(['vault', basename(command)])) await symlink(command, join(bin, name))
  await writeFile(join(fixture.folder, 'deploy.hcl'), page.policies[0]!)
  const token = `root-${randomText(24)}`
  const address = await fixture.start(HOST, (port) => ({
    file: command,
    args: [
      ...['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${token}`],
      `-dev-listen-address=127.0.0.1:${port}`,
    ],
    ready: '/v1/sys/health',
  }))
  const machine = { PATH: [bin, process.env['PATH']].join(delimiter), VAULT_ADDR: address, VAULT_TOKEN: token }
  const shell: VaultFixture['shell'] = (script, env) =>
    run(script, { cwd: fixture.folder, env: { ...machine, ...env } })
  const api: VaultFixture['api'] = (method, path, body) => callApi(method, `${address}/v1/${path}`, token, body)
  await eventually('the server has a KV engine', async () => (await api('GET', 'secret/config')).status === 200)
  await api('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } })

  const secret = randomText(32)
  const server = { url: `https://${HOST}`, role: 'deploy' }
  const steps = fixture.stepsOf('secret/vault', server)
  const read: Run = ({ inputs, ...more } = {}) => {
    const usual = inputs?.['secrets'] === undefined && { path: 'team/database', key: 'DB_PASSWORD' }
    return steps({ inputs: { ...usual, ...inputs }, ...more })
  }
  const setUp: VaultFixture['setUp'] = async () => {
    await api('DELETE', 'sys/auth/jwt')
    for (const each of page.commands) await shell(each)
  }
  return {
    ...fixture,
    secret,
    page,
    shell,
    api,
    read,
    async gives(step) {
      const ran = await read(step)
      assert.equal(ran.outputs['secret'], secret, ran.told)
      return ran
    },
    async refuses(words, step, code) {
      const ran = await read(step)
      expectRefusal(ran, words, code)
      return ran
    },
    take: fixture.stepsOf('vault', server),
    setUp,
    async allow(policy) {
      await shell(`vault policy write deploy - <<'EOF'\n${policy}\nEOF`)
    },
    async withRole(role) {
      await setUp()
      await shell(writeOf(role))
    },
  }
}

/** The command that writes settings to the role of the page. */
export function writeOf(role: object): string {
  return `vault write ${ROLE} - <<'EOF'\n${JSON.stringify({ role_type: 'jwt', ...role })}\nEOF`
}
