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
  const { hold, read, shell, page, allow } = vault
  await hold('the server has no token of a step that succeeded', async () => {
    const { outcome, told } = await read({})
    assert.equal(outcome, 'success', told)
    assert.match(told, /The Vault token was revoked/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await hold('nor of one that failed', async () => {
    const { outcome, told } = await read({ inputs: { key: 'NONE' } })
    assert.equal(outcome, 'failure')
    assert.match(told, /"NONE"[\s\S]*The Vault token was revoked|The Vault token was revoked[\s\S]*"NONE"/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await hold('a batch token is not revoked', async () => {
    await shell(`vault write ${ROLE} role_type=jwt token_type=batch`)
    const { outcome, told } = await read({})
    assert.equal(outcome, 'success', told)
    assert.match(told, /batch token/)
    assert.doesNotMatch(told, /was revoked/)
    await shell(`vault write ${ROLE} role_type=jwt token_type=default`)
  })
  await hold('a token with a single use is gone after it', async () => {
    await shell(`vault write ${ROLE} role_type=jwt token_num_uses=1`)
    const { outcome, told, annotations } = await read({})
    assert.equal(outcome, 'success', told)
    assert.deepEqual(annotations, [])
    assert.match(told, /The Vault token had ended already/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await allow(EVERYTHING)
  await hold('and cannot read a second secret, which is no matter of a policy', async () => {
    const secrets = 'one: team/database#DB_USER\ntwo: team/none#KEY\n'
    const { outcome, told } = await read({ inputs: { secrets } })
    assert.equal(outcome, 'failure')
    assert.match(told, /invalid token[\s\S]*was used up/)
  })
  await allow(page.policies[0]!)
  await shell(`vault write ${ROLE} role_type=jwt token_num_uses=0`)
  await shell(`vault write ${ROLE} role_type=jwt token_no_default_policy=true`)
  await hold('without the policy default the token lives on, and the step warns of it', async () => {
    const { outcome, annotations, told } = await read({})
    assert.equal(outcome, 'success', told)
    assert.match(annotations.map(({ message }) => message).join('\n'), /revoke-self/)
    assert.equal((await aliveTokens(vault)).length, 1)
  })
  await hold('with the policy of the page for it, the token is dead', async () => {
    const before = await aliveTokens(vault)
    await allow(page.policies.join('\n'))
    const { annotations, told } = await read({})
    assert.deepEqual(annotations, [], told)
    assert.deepEqual(await aliveTokens(vault), before)
  })
}

/** What a 403 for a secret suggests. */
export async function policies({ hold, read, api, shell, page, allow, secret }: VaultFixture): Promise<void> {
  const other = { path: 'team/other', key: 'API_KEY' }
  await api('POST', 'secret/data/team/other', { data: { API_KEY: 'a key of another system' } })
  await hold('the policy that a 403 suggests, written, lets the read through', async () => {
    const { outcome, told } = await read({ inputs: other })
    assert.equal(outcome, 'failure')
    assert.match(told, /\b403\b[\s\S]*permission denied/)
    const [policy] = /path "secret\/data\/team\/other" \{[^}]*\}/.exec(told) ?? []
    assert(policy !== undefined, told)
    await allow(`${page.policies[0]!}\n${policy}`)
    const after = await read({ inputs: other })
    assert.equal(after.outputs['secret'], 'a key of another system', after.told)
  })
  await hold('no such engine, for a token that may not read there', async () => {
    const { outcome, told } = await read({ inputs: { engine: 'none' } })
    assert.equal(outcome, 'failure')
    assert.match(told, /\b403\b[\s\S]*"none"/)
  })
  await hold('a deleted version can be read again once it is undeleted, as the refusal says', async () => {
    await allow(EVERYTHING)
    const step = { inputs: { path: 'team/deleted' } }
    const [command] = /vault kv undelete/.exec((await read(step)).told) ?? []
    assert(command !== undefined, 'no command is suggested')
    await shell(`${command} -mount=secret -versions=1 team/deleted`)
    const { outputs, told } = await read(step)
    assert.equal(outputs['secret'], secret, told)
    await allow(page.policies[0]!)
  })
  await hold('of several values none is given where one is refused', async () => {
    const secrets = 'one: team/database#DB_PASSWORD\ntwo: team/none#KEY\n'
    const { outcome, outputs, told } = await read({ inputs: { secrets } })
    assert.deepEqual([outcome, outputs['one'], outputs['secrets']], ['failure', undefined, undefined])
    assert.match(told, /two[\s\S]*403/)
  })
}

/** Where the auth method is. */
export async function mounts({ hold, read, shell, api, page, secret }: VaultFixture): Promise<void> {
  await hold('no such auth method', async () => {
    const { outcome, told } = await read({ inputs: { 'auth-path': 'none' } })
    assert.equal(outcome, 'failure')
    assert.match(told, /\b403\b[\s\S]*permission denied[\s\S]*"none"/)
  })
  await hold('the method mounted elsewhere, as the page says', async () => {
    const [enable] = /vault auth enable -path=github jwt/.exec(page.text) ?? []
    assert(enable !== undefined)
    for (const command of page.commands) {
      await shell(command.replace('vault auth enable jwt', enable).replaceAll('auth/jwt/', 'auth/github/'))
    }
    const { outputs, told } = await read({ inputs: { 'auth-path': 'github' } })
    assert.equal(outputs['secret'], secret, told)
    await api('DELETE', 'sys/auth/github')
  })
  await hold('a second factor', async () => {
    const made = await api('POST', 'identity/mfa/method/totp', { issuer: 'vault.example.com' })
    const { data } = (await made.json()) as { data: { method_id: string } }
    const enforcement = 'identity/mfa/login-enforcement/jobs'
    await api('POST', enforcement, { mfa_method_ids: [data.method_id], auth_method_types: ['jwt'] })
    const { outcome, told } = await read({})
    await api('DELETE', enforcement)
    assert.equal(outcome, 'failure')
    assert.match(told, /\nUNUSABLE_ANSWER: /)
  })
}

/** Nothing works afterwards. */
export async function sealed({ hold, read, shell, allow }: VaultFixture): Promise<void> {
  await allow(EVERYTHING)
  await shell('vault operator seal')
  await hold('a sealed server: tried again until the time is over', async () => {
    const { outcome, told } = await read({ inputs: { 'timeout-seconds': '3' } })
    assert.equal(outcome, 'failure')
    assert.match(told, /Vault is sealed[\s\S]*\nOVERLOADED: /)
  })
}
