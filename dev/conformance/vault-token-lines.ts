import { strict as assert } from 'node:assert'
import { fencesOf, readDocument } from '../documents/fences.ts'
import { eventually, type Ran } from './fixture.ts'
import { expectRevoked, given } from './lines.ts'
import type { VaultFixture } from './vault-fixture.ts'
import { aliveTokens } from './vault-lines.ts'

interface Looked {
  readonly policies: readonly string[]
  readonly expire_time: string
  readonly type: string
}

/** What the server knows of a token; `undefined` where it knows none. @param namespace with a slash at its end */
async function lookUp({ api }: VaultFixture, token: string, namespace = ''): Promise<Looked | undefined> {
  const { status, body } = await api('POST', `${namespace}auth/token/lookup`, { token })
  if (status === 200) return body['data'] as Looked
  assert.match(JSON.stringify(body), /bad token|invalid token|token not found/)
  return undefined
}

/** The token of a step of `vault` reads the secret of the page, and is dead once the post step has run. */
export async function expectLife(vault: VaultFixture, ran: Ran, namespace = ''): Promise<void> {
  const token = ran.outputs['token']!
  const read = 'vault kv get -mount=secret -field=DB_PASSWORD team/database'
  const env = { VAULT_TOKEN: token, VAULT_NAMESPACE: namespace }
  assert.equal(await vault.shell(read, env), vault.secret)
  await expectRevoked(ran)
  assert.equal(await lookUp(vault, token, namespace), undefined)
}

/** The action `vault`: a token for the rest of the job. */
export async function jobTokens(vault: VaultFixture): Promise<void> {
  const { hold, withRole, take, api } = vault
  await hold('the token of `vault` works until the job ends, and is dead afterwards', async () => {
    const ran = await take()
    assert.equal((await aliveTokens(vault)).length, 1)
    await expectLife(vault, ran)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await hold('its outputs are what the server knows of it', async () => {
    const { outputs, post } = await take()
    const looked = await lookUp(vault, outputs['token']!)
    assert.deepEqual(JSON.parse(outputs['policies']!), looked?.policies)
    const apart = Date.parse(outputs['expires-at']!) - Date.parse(looked!.expire_time)
    assert(Math.abs(apart) < 3_000, `${apart} ms apart`)
    await post()
  })
  await hold('skip-token-revoke leaves it alive', async () => {
    const { outputs, post } = await take(given({ 'skip-token-revoke': 'true' }))
    await post()
    const token = outputs['token']!
    assert.equal((await lookUp(vault, token))?.type, 'service')
    await api('POST', 'auth/token/revoke', { token })
  })
  await hold('a token that was revoked during the job is said to be gone', async () => {
    const { outputs, post } = await take()
    await api('POST', 'auth/token/revoke', { token: outputs['token'] })
    const { annotations, log } = await post()
    assert.deepEqual(annotations, [])
    assert.match(log, /The Vault token had ended already/)
  })
  await hold('a batch token is left to end by itself', async () => {
    await withRole({ token_type: 'batch' })
    const { outputs, told, post } = await take()
    assert.match(told, /batch token/)
    assert.deepEqual((await post()).annotations, [])
    assert.equal((await lookUp(vault, outputs['token']!))?.type, 'batch')
  })
}

/** What the page does with a token, but for the database: there is none. */
export async function commandsOfPage(vault: VaultFixture, cli: 'vault' | 'bao'): Promise<void> {
  const { hold, shell, api, allow, take } = vault
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
  const fences = fencesOf(readDocument('vault/README.md'))
  await allow(fences.find(({ language }) => language === 'hcl')!.text)
  const commands = fences
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => new RegExp(`^(?:${cli}|curl|jq) .*(?:pki/issue|ssh/sign)/`).test(line))
  const leases = async (): Promise<number> => {
    const { data } = (await api('LIST', 'sys/leases/lookup/pki/issue/web')).body as { data?: { keys: string[] } }
    return data?.keys.length ?? 0
  }
  await hold('the commands of its page issue certificates and sign keys, and post ends their leases', async () => {
    assert.equal(commands.length, 4, commands.join('\n'))
    const ran = await take()
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
