import { strict as assert } from 'node:assert'
import { suggestionsOf } from '../suggestions.ts'
import type { Ran } from './fixture.ts'
import { given, holdKeys, holdRefusal } from './lines.ts'
import { ROLE, writeOf, type VaultFixture } from './vault-fixture.ts'

/** Lets a token read whatever there is, so that the engine answers and no policy. */
const EVERYTHING = 'path "*" { capabilities = ["read"] }'

/** Reads secrets. */
export async function reads(vault: VaultFixture): Promise<void> {
  const { hold, read, gives, refuses, api, secret, allow } = vault
  const write = (path: string, data: object): Promise<unknown> => api('POST', `secret/data/${path}`, { data })
  await write('team/database', { DB_USER: 'app', DB_PASSWORD: 'an older one' })
  await write('team/database', { DB_USER: 'application', DB_PASSWORD: secret })
  for (const path of ['team/deleted', 'team/destroyed']) await write(path, { DB_PASSWORD: secret })
  await api('DELETE', 'secret/data/team/deleted')
  await api('POST', 'secret/destroy/team/destroyed', { versions: [1] })

  await hold('the commands of the page let the step of the page in, which reads the newest version', async () => {
    assert.deepEqual((await gives()).annotations, [])
  })
  await hold('a whole secret, as JSON', async () => {
    const { outputs, told } = await read(given({ key: '' }))
    assert.deepEqual(JSON.parse(outputs['secret'] ?? told), { DB_USER: 'application', DB_PASSWORD: secret })
  })
  await hold('several values with one login', async () => {
    const secrets = 'user: team/database#DB_USER\npassword: team/database#DB_PASSWORD\n'
    const { outputs, told } = await read(given({ secrets }))
    assert.deepEqual([outputs['user'], outputs['password']], ['application', secret], told)
  })
  await allow(EVERYTHING)
  const wrong: readonly [string, RegExp, Record<string, string>, string?][] = [
    ['a deleted version', /version 1 of ".*" is deleted/, { path: 'team/deleted' }],
    ['a destroyed version', /version 1 of ".*" is destroyed/, { path: 'team/destroyed' }],
    ['no such path', /404[\s\S]*"team\/none"/, { path: 'team/none' }],
    ['a KV engine of version 1', /404[\s\S]*"kv1" is a KV version 2 engine/, { engine: 'kv1' }],
    ['no such engine', /no handler for route/, { engine: 'none' }],
    [
      'an engine with a part of the path',
      /404|Invalid path for a versioned K\/V/,
      { engine: 'secret/team', path: 'database' },
    ],
    ['a path given with data/', /\n- path /, { path: 'data/team/database' }, 'INVALID_INPUT'],
  ]
  for (const [name, words, inputs, code] of wrong) {
    await hold(name, async () => {
      await refuses(words, given(inputs), code)
    })
  }
}

/** What is written to the role of the page, and Vault's own words about it; a role is suggested that mends it. */
const MENDED: readonly (readonly [name: string, words: RegExp, role: object])[] = [
  ['another audience', /\(aud\) claim|audience/, { bound_audiences: ['https://other.example.com'] }],
  [
    'no audience in the role',
    /audience claim found in JWT but no audiences bound to the role/,
    { bound_audiences: [] },
  ],
  ['another subject', /\(sub\) claim|subject/, { bound_subject: 'repo:octo-org/workflows:ref:refs/heads/main' }],
  ['another bound claim', /error validating claims/, { bound_claims: { repository_id: '1' } }],
  [
    'a role written without role_type',
    /role with oidc role_type is not allowed/,
    { role_type: 'oidc', allowed_redirect_uris: ['https://vault.example.com/callback'] },
  ],
]

export async function refusals(vault: VaultFixture): Promise<void> {
  const { hold, read, gives, refuses, shell, api, setUp, withRole, page } = vault
  // A method that was just set up has no keys yet.
  await holdKeys(vault, read)
  for (const [name, words, role] of MENDED) {
    await withRole(role)
    await mends(vault, name, words)
  }
  await hold('a write of the role keeps the claim that it omits, and the refusal shows it', async () => {
    await withRole({ bound_claims: { repository_id: '1' } })
    await shell(writeOf({ bound_audiences: ['https://vault.example.com'] }))
    await refuses(/The claim "repository_id" of the ID token was "216219028"/, {})
  })
  await api('DELETE', ROLE)
  await mends(vault, 'no such role', /role "deploy" could not be found/)
  await setUp()
  const token = /error validating token/
  const ended = Math.floor(Date.now() / 1_000) - 3_600
  await holdRefusal(hold, read, ['another issuer', token, { claims: { iss: 'https://issuer.example' } }])
  await holdRefusal(hold, read, ['an ID token that ended an hour ago', token, { claims: { exp: ended } }])
  await withRole({ token_bound_cidrs: ['192.0.2.0/24'] })
  const address = /\b403\b[\s\S]*permission denied[\s\S]*token_bound_cidrs/
  await holdRefusal(hold, read, ['an address that the role leaves out', address])
  await hold('the job’s own environment as bound_subject, as the page has it', async () => {
    const [, subject] = /"bound_subject": "([^"]+)"/.exec(page.text) ?? []
    await withRole({ bound_subject: subject, bound_claims: { repository_id: '216219028' } })
    await gives({ identity: { environment: 'production' } })
  })
}

/** Writes the role that a refusal suggests, by the very command that it suggests. */
export async function writeSuggested(
  { shell }: VaultFixture,
  { summary }: Ran,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [suggestion] = suggestionsOf(summary)
  const [command] = /vault write [^\s)]+ @[\w.]+/.exec(suggestion?.before ?? '') ?? []
  assert(suggestion !== undefined && command !== undefined, summary)
  await shell(`cat > ${command.split('@')[1]!} <<'EOF'\n${suggestion.text}\nEOF\n${command}`, env)
}

/** Refused in Vault's words; the very command that is suggested lets the same run in. */
async function mends(vault: VaultFixture, name: string, words: RegExp): Promise<void> {
  const refused = await holdRefusal(vault.hold, vault.read, [name, words])
  await vault.hold(`what it suggests for ${name}, written as it says, lets the same run in`, async () => {
    await writeSuggested(vault, refused)
    await vault.gives()
  })
}

/** Tokens of jobs that are alive, by their accessors, as the root sees them. */
export async function aliveTokens({ api }: VaultFixture): Promise<string[]> {
  const { data } = (await api('LIST', 'auth/token/accessors')).body as { data: { keys: string[] } }
  const alive = []
  for (const accessor of data.keys) {
    const { body } = await api('POST', 'auth/token/lookup-accessor', { accessor })
    const { data } = body as { data?: { path: string } }
    if (data?.path.endsWith('/login') === true) alive.push(accessor)
  }
  return alive
}

/** Which tokens are dead after a step, as the server tells it. */
export async function lives(vault: VaultFixture): Promise<void> {
  const { hold, gives, refuses, withRole, page, allow } = vault
  await hold('the server has no token of a step that succeeded', async () => {
    assert.match((await gives()).told, /The Vault token was revoked/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await hold('nor of one that failed', async () => {
    const { told } = await refuses(/"NONE"/, given({ key: 'NONE' }), 'UNUSABLE_SECRET')
    assert.match(told, /The Vault token was revoked/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await hold('a batch token is not revoked', async () => {
    await withRole({ token_type: 'batch' })
    const { told } = await gives()
    assert.match(told, /batch token/)
    assert.doesNotMatch(told, /was revoked/)
  })
  await withRole({ token_num_uses: 1 })
  await hold('a token with a single use is gone after it', async () => {
    const { told, annotations } = await gives()
    assert.deepEqual(annotations, [])
    assert.match(told, /The Vault token had ended already/)
    assert.deepEqual(await aliveTokens(vault), [])
  })
  await allow(EVERYTHING)
  await hold('and cannot read a second secret, which is no matter of a policy', async () => {
    const secrets = 'one: team/database#DB_USER\ntwo: team/none#KEY\n'
    await refuses(/invalid token[\s\S]*was used up/, given({ secrets }))
  })
  await withRole({ token_no_default_policy: true })
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
  const other = given({ path: 'team/other', key: 'API_KEY' })
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
    await refuses(/\b403\b[\s\S]*"none"/, given({ engine: 'none' }))
  })
  await hold('of several values none is given where one is refused', async () => {
    await refuses(/two[\s\S]*403/, given({ secrets: 'one: team/database#DB_PASSWORD\ntwo: team/none#KEY\n' }))
  })
  await allow(EVERYTHING)
  await hold('a deleted version can be read again once it is undeleted, as the refusal says', async () => {
    const step = given({ path: 'team/deleted' })
    const [command] = /vault kv undelete/.exec((await read(step)).told) ?? []
    assert(command !== undefined, 'no command is suggested')
    await shell(`${command} -mount=secret -versions=1 team/deleted`)
    await gives(step)
  })
}

/** Where the auth method is. */
export async function mounts({ hold, gives, refuses, shell, api, page }: VaultFixture): Promise<void> {
  await hold('no such auth method', async () => {
    await refuses(/\b403\b[\s\S]*permission denied[\s\S]*"none"/, given({ 'auth-path': 'none' }))
  })
  await hold('the method mounted elsewhere, as the page says', async () => {
    const [enable] = /vault auth enable -path=github jwt/.exec(page.text) ?? []
    assert(enable !== undefined)
    for (const command of page.commands) {
      await shell(command.replace('vault auth enable jwt', enable).replaceAll('auth/jwt/', 'auth/github/'))
    }
    await gives(given({ 'auth-path': 'github' }))
    await api('DELETE', 'sys/auth/github')
  })
  await hold('a second factor', async () => {
    const { body } = await api('POST', 'identity/mfa/method/totp', { issuer: 'vault.example.com' })
    const { method_id: method } = body['data'] as { method_id: string }
    const enforcement = 'identity/mfa/login-enforcement/jobs'
    await api('POST', enforcement, { mfa_method_ids: [method], auth_method_types: ['jwt'] })
    try {
      await refuses(/factor/, {}, 'UNUSABLE_ANSWER')
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
    await refuses(/Vault is sealed/, given({ 'timeout-seconds': '3' }), 'OVERLOADED')
  })
}
