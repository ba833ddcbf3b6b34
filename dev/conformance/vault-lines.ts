import { strict as assert } from 'node:assert'
import { AGAIN, type Ran, type Step } from './fixture.ts'
import { suggestionsOf } from '../suggestions.ts'
import { ROLE, writeOf, type VaultFixture } from './vault-fixture.ts'

/** Lets a token read whatever there is, so that the engine answers and no policy. */
export const EVERYTHING = 'path "*" { capabilities = ["read"] }'

/** Sets up what the page does, and reads secrets. */
export async function reads(vault: VaultFixture): Promise<void> {
  const { hold, read, gives, refuses, api, secret, setUp, allow } = vault
  await setUp()
  const write = (path: string, data: object): Promise<Response> => api('POST', `secret/data/${path}`, { data })
  await write('team/database', { DB_USER: 'app', DB_PASSWORD: 'an older one' })
  await write('team/database', { DB_USER: 'application', DB_PASSWORD: secret })
  for (const path of ['team/deleted', 'team/destroyed']) await write(path, { DB_PASSWORD: secret })
  await api('DELETE', 'secret/data/team/deleted')
  await api('POST', 'secret/destroy/team/destroyed', { versions: [1] })

  await hold('the commands of the page let the step of the page in, which reads the newest version', async () => {
    assert.deepEqual((await gives()).annotations, [])
  })
  await hold('a whole secret, as JSON', async () => {
    const { outputs, told } = await read({ inputs: { key: '' } })
    assert.deepEqual(JSON.parse(outputs['secret'] ?? told), { DB_USER: 'application', DB_PASSWORD: secret })
  })
  await hold('several values with one login', async () => {
    const secrets = 'user: team/database#DB_USER\npassword: team/database#DB_PASSWORD\n'
    const { outputs, told } = await read({ inputs: { secrets } })
    assert.deepEqual([outputs['user'], outputs['password']], ['application', secret], told)
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
    ['a path given with data/', /\n- path [\s\S]*\nINVALID_INPUT: /, { path: 'data/team/database' }],
  ]
  for (const [name, words, inputs] of wrong) {
    await hold(name, async () => {
      await refuses(words, { inputs })
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
  const { hold, gives, refuses, shell, api, setUp, page, keys } = vault
  // A method that was just set up has no keys yet.
  await setUp()
  await hold('is asked again where it did not get the keys of the issuer', async () => {
    keys.missing = 1
    assert.match((await gives({ debug: true })).told, AGAIN)
    assert.equal(keys.missing, 0)
  })
  for (const [name, words, role] of MENDED) {
    await setUp()
    await shell(writeOf({ role_type: 'jwt', ...role }))
    await mends(vault, name, words)
  }
  await setUp()
  await hold('a write of the role keeps the claim that it omits, and the refusal shows it', async () => {
    await shell(writeOf({ role_type: 'jwt', bound_claims: { repository_id: '1' } }))
    await shell(writeOf({ role_type: 'jwt', bound_audiences: ['https://vault.example.com'] }))
    await refuses(/The claim "repository_id" of the ID token was "216219028"/, {})
  })
  await api('DELETE', ROLE)
  await mends(vault, 'no such role', /role "deploy" could not be found/)
  await setUp()
  const others: readonly [string, RegExp, Partial<Step>][] = [
    ['another issuer', /error validating token/, { claims: { iss: 'https://issuer.example' } }],
    [
      'an ID token that ended an hour ago',
      /error validating token/,
      { claims: { exp: Math.floor(Date.now() / 1_000) - 3_600 } },
    ],
  ]
  for (const [name, words, step] of others) {
    await hold(`refuses ${name}`, async () => {
      assert.match((await refuses(words, step)).told, /\nDENIED: /)
    })
  }
  await hold('refuses an address that the role leaves out', async () => {
    await shell(writeOf({ role_type: 'jwt', token_bound_cidrs: ['192.0.2.0/24'] }))
    const { told } = await refuses(/\b403\b[\s\S]*permission denied[\s\S]*token_bound_cidrs/, {})
    assert.match(told, /\nDENIED: /)
  })
  await setUp()
  await hold('the job’s own environment as bound_subject, as the page has it', async () => {
    const [, subject] = /"bound_subject": "([^"]+)"/.exec(page.text) ?? []
    await shell(writeOf({ role_type: 'jwt', bound_subject: subject, bound_claims: { repository_id: '216219028' } }))
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
  const { hold, read, gives } = vault
  const refused = await read()
  await hold(`refuses ${name}`, () => {
    assert.deepEqual([refused.outcome, refused.outputs['secret']], ['failure', undefined])
    assert.match(refused.told, words)
    assert.match(refused.told, /\nDENIED: /)
  })
  await hold(`what it suggests for ${name}, written as it says, lets the same run in`, async () => {
    await writeSuggested(vault, refused)
    await gives()
  })
}
