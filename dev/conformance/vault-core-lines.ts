import { strict as assert } from 'node:assert'
import { ROLE, type VaultFixture } from './vault-fixture.ts'
import { EVERYTHING } from './vault-lines.ts'

/** Tokens of jobs that are alive, by their accessors, as the root sees them. */
export async function aliveTokens({ api }: Pick<VaultFixture, 'api'>): Promise<string[]> {
  const { data } = (await (await api('LIST', 'auth/token/accessors')).json()) as { data: { keys: string[] } }
  const alive = []
  for (const accessor of data.keys) {
    const response = await api('POST', 'auth/token/lookup-accessor', { accessor })
    const { data } = (await response.json()) as { data?: { path: string } }
    if (data?.path.endsWith('/login') === true) alive.push(accessor)
  }
  return alive
}

/** Which tokens are dead after a step, as the server tells it. */
export async function lives(vault: VaultFixture): Promise<void> {
  const { hold, gives, refuses, shell, page, allow } = vault
  const setRole = (setting: string): Promise<string> => shell(`vault write ${ROLE} role_type=jwt ${setting}`)
  await hold('the server has no token of a step that succeeded', async () => {
    assert.match((await gives()).told, /The Vault token was revoked/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await hold('nor of one that failed', async () => {
    const { told } = await refuses(/"NONE"/, { inputs: { key: 'NONE' } })
    assert.match(told, /The Vault token was revoked/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await hold('a batch token is not revoked', async () => {
    await setRole('token_type=batch')
    const { told } = await gives()
    assert.match(told, /batch token/)
    assert.doesNotMatch(told, /was revoked/)
    await setRole('token_type=default')
  })
  await hold('a token with a single use is gone after it', async () => {
    await setRole('token_num_uses=1')
    const { told, annotations } = await gives()
    assert.deepEqual(annotations, [])
    assert.match(told, /The Vault token had ended already/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await allow(EVERYTHING)
  await hold('and cannot read a second secret, which is no matter of a policy', async () => {
    const secrets = 'one: team/database#DB_USER\ntwo: team/none#KEY\n'
    await refuses(/invalid token[\s\S]*was used up/, { inputs: { secrets } })
  })
  await allow(page.policies[0]!)
  await setRole('token_num_uses=0')
  await setRole('token_no_default_policy=true')
  await hold('without the policy default the token lives on, and the step warns of it', async () => {
    const { annotations } = await gives()
    assert.match(annotations.map(({ message }) => message).join('\n'), /revoke-self/)
    assert.equal((await aliveTokens(vault)).length, 1)
  })
  await hold('with the policy of the page for it, the token is dead', async () => {
    const before = await aliveTokens(vault)
    await allow(page.policies.join('\n'))
    assert.deepEqual((await gives()).annotations, [])
    assert.deepEqual(await aliveTokens(vault), before)
  })
}

/** What a 403 for a secret suggests. */
export async function policies(vault: VaultFixture): Promise<void> {
  const { hold, read, gives, refuses, api, shell, page, allow } = vault
  const other = { inputs: { path: 'team/other', key: 'API_KEY' } }
  await api('POST', 'secret/data/team/other', { data: { API_KEY: 'a key of another system' } })
  await hold('the policy that a 403 suggests, written, lets the read through', async () => {
    const { told } = await refuses(/\b403\b[\s\S]*permission denied/, other)
    const [policy] = /path "secret\/data\/team\/other" \{[^}]*\}/.exec(told) ?? []
    assert(policy !== undefined, told)
    await allow(`${page.policies[0]!}\n${policy}`)
    const after = await read(other)
    assert.equal(after.outputs['secret'], 'a key of another system', after.told)
  })
  await hold('no such engine, for a token that may not read there', async () => {
    await refuses(/\b403\b[\s\S]*"none"/, { inputs: { engine: 'none' } })
  })
  await hold('a deleted version can be read again once it is undeleted, as the refusal says', async () => {
    await allow(EVERYTHING)
    const step = { inputs: { path: 'team/deleted' } }
    const [command] = /vault kv undelete/.exec((await read(step)).told) ?? []
    assert(command !== undefined, 'no command is suggested')
    await shell(`${command} -mount=secret -versions=1 team/deleted`)
    await gives(step)
    await allow(page.policies[0]!)
  })
  await hold('of several values none is given where one is refused', async () => {
    const secrets = 'one: team/database#DB_PASSWORD\ntwo: team/none#KEY\n'
    const { outputs } = await refuses(/two[\s\S]*403/, { inputs: { secrets } })
    assert.deepEqual([outputs['one'], outputs['secrets']], [undefined, undefined])
  })
}

/** Where the auth method is. */
export async function mounts({ hold, gives, refuses, shell, api, page }: VaultFixture): Promise<void> {
  await hold('no such auth method', async () => {
    const step = { inputs: { 'auth-path': 'none' } }
    await refuses(/\b403\b[\s\S]*permission denied[\s\S]*"none"/, step)
  })
  await hold('the method mounted elsewhere, as the page says', async () => {
    const [enable] = /vault auth enable -path=github jwt/.exec(page.text) ?? []
    assert(enable !== undefined)
    for (const command of page.commands) {
      await shell(command.replace('vault auth enable jwt', enable).replaceAll('auth/jwt/', 'auth/github/'))
    }
    await gives({ inputs: { 'auth-path': 'github' } })
    await api('DELETE', 'sys/auth/github')
  })
  await hold('a second factor', async () => {
    const made = await api('POST', 'identity/mfa/method/totp', { issuer: 'vault.example.com' })
    const { data } = (await made.json()) as { data: { method_id: string } }
    const enforcement = 'identity/mfa/login-enforcement/jobs'
    await api('POST', enforcement, { mfa_method_ids: [data.method_id], auth_method_types: ['jwt'] })
    try {
      await refuses(/\nUNUSABLE_ANSWER: /, {})
    } finally {
      await api('DELETE', enforcement)
    }
  })
}

/** Nothing works afterwards. */
export async function sealed({ hold, refuses, shell, allow }: VaultFixture): Promise<void> {
  await allow(EVERYTHING)
  await shell('vault operator seal')
  await hold('a sealed server: tried again until the time is over', async () => {
    await refuses(/Vault is sealed[\s\S]*\nOVERLOADED: /, { inputs: { 'timeout-seconds': '3' } })
  })
}
