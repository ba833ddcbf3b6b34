import { strict as assert } from 'node:assert'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { fencesOf, readDocument } from '../documents/fences.ts'
import { randomText } from '../fakes/secrets.ts'
import type { Hold } from './judge.ts'
import { output } from './program.ts'
import type { Fixture, Ran, Step } from './fixture.ts'

/** The name under which steps reach the server, as in the pages. */
export const HOST = 'vault.example.com'
export const PAGE = 'secret/vault/README.md'
/** The role that the page sets up. */
export const ROLE = 'auth/jwt/role/deploy'

/** A server that speaks Vault's API, the command that a person gives it, and steps of a job that use it. */
export interface VaultFixture extends Omit<Fixture, typeof Symbol.asyncDispose> {
  readonly hold: Hold
  /** What `team/database` holds as `DB_PASSWORD`. */
  readonly secret: string
  /** A step of `secret/vault` that reads this value, with what is given added to it. */
  readonly read: (step?: Partial<Step>) => Promise<Ran>
  /** The same, which has to give the value. */
  readonly gives: (step?: Partial<Step>) => Promise<Ran>
  /** The same, which has to be refused in these words. */
  readonly refuses: (words: RegExp, step: Partial<Step>) => Promise<Ran>
  /** Runs a command line as a person at a shell would. */
  readonly shell: (script: string, env?: Readonly<Record<string, string>>) => Promise<string>
  readonly api: (method: string, path: string, body?: object) => Promise<Response>
  /** Every command of the page, one after the other; what was set up before is gone. */
  readonly setUp: () => Promise<void>
  /** Writes the policy `deploy`. */
  readonly allow: (policy: string) => Promise<void>
  /** The commands and policies of the page. */
  readonly page: VaultPage
}

interface VaultPage {
  readonly text: string
  readonly commands: readonly string[]
  readonly policies: readonly string[]
}

/**
 * @param command the program that takes the part of `vault` in the commands
 * @param token of the root
 */
export async function createVaultFixture(
  hold: Hold,
  fixture: Fixture,
  { address, command, token }: { readonly address: string; readonly command: string; readonly token: string },
): Promise<VaultFixture> {
  const page = readPage()
  const bin = join(fixture.folder, 'bin')
  await mkdir(bin)
  for (const name of new Set(['vault', basename(command)])) await symlink(command, join(bin, name))
  await writeFile(join(fixture.folder, 'deploy.hcl'), page.policies[0]!)
  const machine = { PATH: [bin, process.env['PATH']].join(delimiter), VAULT_ADDR: address, VAULT_TOKEN: token }
  const shell: VaultFixture['shell'] = (script, env) =>
    output('bash', ['-euo', 'pipefail', '-c', script], { cwd: fixture.folder, env: { ...machine, ...env } })
  const api: VaultFixture['api'] = (method, path, body) =>
    fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': token },
      ...(body && { body: JSON.stringify(body) }),
    })
  const secret = randomText(32)
  const read: VaultFixture['read'] = ({ inputs, ...more } = {}) =>
    fixture.run({
      action: 'secret/vault',
      inputs: {
        url: `https://${HOST}`,
        role: 'deploy',
        ...(inputs?.['secrets'] === undefined && { path: 'team/database', key: 'DB_PASSWORD' }),
        ...inputs,
      },
      ...(inputs?.['secrets'] === undefined && { credential: 'secret' }),
      ...more,
    })
  return {
    ...fixture,
    hold,
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
    async refuses(words, step) {
      const ran = await read(step)
      assert.deepEqual([ran.outcome, ran.outputs['secret']], ['failure', undefined])
      assert.match(ran.told, words)
      return ran
    },
    async setUp() {
      await api('DELETE', 'sys/auth/jwt')
      for (const each of page.commands) await shell(each)
    },
    async allow(policy) {
      await shell(`vault policy write deploy - <<'EOF'\n${policy}\nEOF`)
    },
  }
}

function readPage(): VaultPage {
  const document = readDocument(PAGE)
  const fences = fencesOf(document)
  const texts = (language: string): string[] =>
    fences.filter((fence) => fence.language === language).map(({ text }) => text)
  const commands = texts('sh').filter((text) => text.startsWith('vault '))
  assert(commands.length >= 3, `${PAGE} has no commands`)
  const policies = texts('hcl')
  assert(policies.length >= 2, `${PAGE} has no policies`)
  return { text: document.text, commands, policies }
}

/** How long {@link eventually} asks, in ms. */
const PATIENCE_MS = 30_000

/** Asks again and again until something is so. @throws AssertionError where it does not become so */
export async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await isSo());) {
    assert(Date.now() < deadline, `not within ${PATIENCE_MS / 1_000} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** The command that writes settings to the role of the page. */
export function writeOf(role: object): string {
  return `vault write ${ROLE} - <<'EOF'\n${JSON.stringify(role)}\nEOF`
}
