import { strict as assert } from 'node:assert'
import { fencesOf, readDocument } from '../documents/fences.ts'
import { suggestionsOf } from '../suggestions.ts'
import { eventually, type Ran } from './fixture.ts'
import { expectRevoked, given, holdKeys, holdRefusal } from './lines.ts'
import { ROLE, writeOf, type VaultFixture } from './vault-fixture.ts'

/** Lets a token read whatever there is, so that the engine answers and no policy. */
const EVERYTHING = 'path "*" { capabilities = ["read"] }'

/** Reads secrets. */
async function reads(vault: VaultFixture): Promise<void> {
  const { hold, read, gives, api, secret, allow } = vault
  const write = (path: string, data: object): Promise<unknown> => api('POST', `secret/data/${path}`, { data })
  await write('team/database', { DB_USER: 'app', DB_PASSWORD: 'an older one' })
  await write('team/database', { DB_USER: 'application', DB_PASSWORD: secret })
  for (const path of ['team/deleted', 'team/destroyed']) await write(path, { DB_PASSWORD: secret })
  await api('DELETE', 'secret/data/team/deleted')
  await api('POST', 'secret/destroy/team/destroyed', { versions: [1] })

  await hold('the commands of the page let the step of the page in, which reads the newest version', async () => {
    assert.deepEqual((await gives()).annotations, [])
  })
  await allow(EVERYTHING)
  const wrong: readonly [string, RegExp, Record<string, string>][] = [
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
  ]
  for (const [name, words, inputs] of wrong) {
    await holdRefusal(hold, read, [name, words, given(inputs)])
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

async function refusals(vault: VaultFixture): Promise<void> {
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
async function writeSuggested(
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

/** How many tokens are alive beside the root's. */
async function tokensAlive({ api }: VaultFixture): Promise<number> {
  const { data } = (await api('LIST', 'auth/token/accessors')).body as { data: { keys: string[] } }
  return data.keys.length - 1
}

/** Which tokens are dead after a step, as the server tells it. */
async function lives(vault: VaultFixture): Promise<void> {
  const { hold, gives, refuses, withRole, page, allow } = vault
  await hold('the server has no token of a step that succeeded', async () => {
    assert.match((await gives()).told, /The Vault token was revoked/)
    assert.equal(await tokensAlive(vault), 0)
  })
  await withRole({ token_num_uses: 1 })
  await hold('a token with a single use is gone after it', async () => {
    const { told, annotations } = await gives()
    assert.deepEqual(annotations, [])
    assert.match(told, /The Vault token had ended already/)
    assert.equal(await tokensAlive(vault), 0)
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
    assert.equal(await tokensAlive(vault), 1)
  })
  await hold('with the policy of the page for it, the token is dead', async () => {
    const before = await tokensAlive(vault)
    await allow(page.policies.join('\n'))
    assert.deepEqual((await gives()).annotations, [])
    assert.equal(await tokensAlive(vault), before)
  })
}

/** What a 403 for a secret suggests. */
async function policies(vault: VaultFixture): Promise<void> {
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
async function mounts({ hold, read, gives, refuses, shell, api, page }: VaultFixture): Promise<void> {
  const none = /\b403\b[\s\S]*permission denied[\s\S]*"none"/
  await holdRefusal(hold, read, ['no such auth method', none, given({ 'auth-path': 'none' })])
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
async function expectLife(vault: VaultFixture, ran: Ran, namespace = ''): Promise<void> {
  const token = ran.outputs['token']!
  const read = 'vault kv get -mount=secret -field=DB_PASSWORD team/database'
  const env = { VAULT_TOKEN: token, VAULT_NAMESPACE: namespace }
  assert.equal(await vault.shell(read, env), vault.secret)
  await expectRevoked(ran)
  assert.equal(await lookUp(vault, token, namespace), undefined)
}

/** The action `vault`: a token for the rest of the job. */
async function jobTokens(vault: VaultFixture): Promise<void> {
  const { hold, withRole, take } = vault
  await hold('the token of `vault` works until the job ends, and is dead afterwards', async () => {
    const ran = await take()
    const looked = await lookUp(vault, ran.outputs['token']!)
    assert.deepEqual(JSON.parse(ran.outputs['policies']!), looked?.policies)
    const apart = Date.parse(ran.outputs['expires-at']!) - Date.parse(looked!.expire_time)
    assert(Math.abs(apart) < 3_000, `${apart} ms apart`)
    await expectLife(vault, ran)
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
async function commandsOfPage(vault: VaultFixture, cli: 'vault' | 'bao'): Promise<void> {
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

/** Nothing works afterwards. */
async function sealed({ hold, refuses, shell, allow }: VaultFixture): Promise<void> {
  await allow(EVERYTHING)
  await shell('vault operator seal')
  await hold('a sealed server: tried again until the time is over', async () => {
    await refuses(/Vault is sealed/, given({ 'timeout-seconds': '3' }), 'OVERLOADED')
  })
}

/** Every line of a server, each group on the set-up of the page. */
export function linesOf(command: 'vault' | 'bao'): ((vault: VaultFixture) => Promise<void>)[] {
  const ofItsOwn = command === 'bao' ? namespaces : noNamespaces
  const pages = (vault: VaultFixture): Promise<void> => commandsOfPage(vault, command)
  return [reads, refusals, lives, policies, mounts, ofItsOwn, jobTokens, pages, sealed]
}
