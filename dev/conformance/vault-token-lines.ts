import { strict as assert } from 'node:assert'
import { fencesOf, readDocument } from '../documents/fences.ts'
import type { Ran } from './fixture.ts'
import { eventually, HOST, ROLE, type VaultFixture } from './vault-fixture.ts'
import { aliveTokens } from './vault-core-lines.ts'

const PAGE = 'vault/README.md'

export function take({ run }: VaultFixture, inputs: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return run({ action: 'vault', inputs: { url: `https://${HOST}`, role: 'deploy', ...inputs }, credential: 'token' })
}

/** What the server knows of a token; `undefined` where it knows none. @param namespace with a slash at its end */
export async function lookUp({ api }: VaultFixture, token: string, namespace = ''): Promise<Looked | undefined> {
  const response = await api('POST', `${namespace}auth/token/lookup`, { token })
  if (response.status === 200) return ((await response.json()) as { data: Looked }).data
  assert.match(await response.text(), /bad token|invalid token|token not found/)
  return undefined
}

interface Looked {
  readonly policies: readonly string[]
  readonly expire_time: string
  readonly type: string
}

/** The action `vault`: a token for the rest of the job. */
export async function jobTokens(vault: VaultFixture): Promise<void> {
  const { hold, setUp, shell, secret } = vault
  await setUp()
  await hold('the token of `vault` works until the job ends, and is dead afterwards', async () => {
    const ran = await take(vault)
    const token = ran.outputs['token']!
    const read = `vault kv get -mount=secret -field=DB_PASSWORD team/database`
    assert.equal(await shell(read, { VAULT_TOKEN: token }), secret)
    assert.equal((await aliveTokens(vault)).length, 1)
    const { log } = await ran.post()
    assert.match(log, /The Vault token was revoked/)
    assert.equal(await lookUp(vault, token), undefined)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await hold('its outputs are what the server knows of it', async () => {
    const { outputs, post } = await take(vault)
    const looked = await lookUp(vault, outputs['token']!)
    assert.deepEqual(JSON.parse(outputs['policies']!), looked?.policies)
    const apart = Date.parse(outputs['expires-at']!) - Date.parse(looked!.expire_time)
    assert(Math.abs(apart) < 3_000, `${apart} ms apart`)
    await post()
  })
  await hold('skip-token-revoke leaves it alive', async () => {
    const { outputs, post } = await take(vault, { 'skip-token-revoke': 'true' })
    await post()
    const token = outputs['token']!
    assert.equal((await lookUp(vault, token))?.type, 'service')
    await vault.api('POST', 'auth/token/revoke', { token })
  })
  await hold('a token that was revoked during the job is said to be gone', async () => {
    const { outputs, post } = await take(vault)
    await vault.api('POST', 'auth/token/revoke', { token: outputs['token'] })
    const { annotations, log } = await post()
    assert.deepEqual(annotations, [])
    assert.match(log, /The Vault token had ended already/)
  })
  await hold('a batch token is left to end by itself', async () => {
    await shell(`vault write ${ROLE} role_type=jwt token_type=batch`)
    const { outputs, told, post } = await take(vault)
    assert.match(told, /batch token/)
    assert.deepEqual((await post()).annotations, [])
    assert.equal((await lookUp(vault, outputs['token']!))?.type, 'batch')
  })
}

/** What the page does with a token, but for the database: there is none. */
export async function commandsOfPage(vault: VaultFixture, cli: 'vault' | 'bao'): Promise<void> {
  const { hold, setUp, shell, api, allow } = vault
  await setUp()
  await api('POST', 'sys/mounts/pki', { type: 'pki' })
  await api('POST', 'pki/root/generate/internal', { common_name: 'authority.example.com' })
  await api('POST', 'pki/roles/web', { allowed_domains: ['example.com'], allow_subdomains: true, generate_lease: true })
  await api('POST', 'sys/mounts/ssh', { type: 'ssh' })
  await api('POST', 'ssh/config/ca', { generate_signing_key: true })
  await api('POST', 'ssh/roles/deploy', {
    key_type: 'ca',
    allow_user_certificates: true,
    default_user: 'deploy',
    allowed_users: 'deploy',
  })
  await shell('ssh-keygen -q -t ed25519 -N "" -f id_ed25519')
  const fences = fencesOf(readDocument(PAGE))
  await allow(fences.find(({ language }) => language === 'hcl')!.text)
  const commands = fences
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => new RegExp(`^(?:${cli}|curl|jq) .*(?:pki/issue|ssh/sign)/`).test(line))
  const leases = async (): Promise<number> => {
    const response = await api('LIST', 'sys/leases/lookup/pki/issue/web')
    return response.ok ? ((await response.json()) as { data: { keys: string[] } }).data.keys.length : 0
  }
  await hold('the commands of its page issue certificates and sign keys, and post ends their leases', async () => {
    assert.equal(commands.length, 4, commands.join('\n'))
    const ran = await take(vault)
    for (const command of commands) {
      const { data } = JSON.parse(await shell(command, { VAULT_TOKEN: ran.outputs['token']! })) as {
        data: Record<string, string>
      }
      assert.match(data['certificate'] ?? data['signed_key'] ?? '', /BEGIN CERTIFICATE|^ssh-ed25519-cert/)
    }
    assert.equal(await leases(), 2)
    await ran.post()
    await eventually('no lease is left', async () => (await leases()) === 0)
  })
}
