import { strict as assert } from 'node:assert'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { fenceOf } from '../../documents/fences.ts'
import { defaultIdentity, subjectOf, type Identity } from '../../fakes/identity.ts'
import { randomText } from '../../fakes/secrets.ts'
import { createFixture, type Fixture, type Ran, type Run } from '../fixture.ts'
import type { Hold, Judge } from '../judge.ts'
import { claimsOf, given, holdRefusal, type Denial } from '../lines.ts'
import { ownBuild } from '../program.ts'

const VERSION = 'ab64ed7'
const DEX = ownBuild('dex/dex', `cmd/dex at ${VERSION}`)

const HOST = 'dex.example.com'
/** With characters that have to be encoded for HTTP Basic. */
const SECRET = `${randomText(24)} +%:`

/** Dex with the configuration of the page, in memory. */
export const dex: Judge = {
  name: 'dex',
  title: '[Dex](https://github.com/dexidp/dex)',
  judges: '`oauth-token`: the configuration of its page, token exchange, clients with and without a secret, refusals',
  program: DEX,
  version: () => VERSION,
  run: async (hold) => {
    await using fixture = await createFixture(hold, [HOST])
    await start(fixture)
    // The step of the page.
    const run = fixture.stepsOf('oauth-token', {
      'token-url': `https://${HOST}/token`,
      'client-id': 'deploy',
      'subject-token-type': 'id_token',
      scope: 'openid federated:id',
      parameters: 'connector_id=github',
    })
    await exchanges(hold, run)
    for (const denial of DENIALS) await holdRefusal(hold, run, denial)
  },
}

async function start({ folder, start }: Fixture): Promise<void> {
  const settings = parse(fenceOf('oauth-token/README.md', 'yaml', /^oauth2:/)) as { staticClients: object[] }
  settings.staticClients.push({ id: 'with-secret', name: 'With a secret', secret: SECRET })
  const file = join(folder, 'dex.yaml')
  await writeFile(file, stringify({ issuer: `https://${HOST}`, storage: { type: 'memory' }, ...settings }))
  await start(HOST, (port) => ({
    file: DEX.path,
    args: ['serve', '--web-http-addr', `127.0.0.1:${port}`, file],
    ready: '/healthz',
  }))
}

/** The token is for this job, as the page says how to find out. */
function granted(ran: Ran, identity: Partial<Identity> = {}, client = 'deploy'): void {
  const { aud, federated_claims: federated, exp = 0, iat = 0 } = claimsOf(ran)
  assert.deepEqual(federated, { connector_id: 'github', user_id: subjectOf({ ...defaultIdentity, ...identity }) })
  assert.deepEqual([aud, exp - iat], [client, 600])
  assert.equal(ran.outputs['token-type'], 'Bearer')
  assert.equal(ran.outputs['issued-token-type'], 'urn:ietf:params:oauth:token-type:access_token')
}

async function exchanges(hold: Hold, run: Run): Promise<void> {
  await hold(
    'the configuration of the page lets its step in; the token is for 10 minutes and names the job',
    async () => {
      granted(await run())
    },
  )
  await hold('it looks at no audience, as the page warns', async () => {
    granted(await run({ inputs: { audience: 'https://another.example.com' } }))
  })
  await hold('it lets a repository in that nobody named, as the page warns', async () => {
    const identity = { owner: 'stranger', repository: 'theirs' }
    granted(await run({ identity }), identity)
  })
  for (const authentication of ['client_secret_basic', 'client_secret_post']) {
    await hold(`a client with a secret of odd characters, by ${authentication}`, async () => {
      const client = { 'client-id': 'with-secret', 'client-secret': SECRET, 'client-authentication': authentication }
      granted(await run({ inputs: client }), {}, 'with-secret')
    })
  }
  await hold('an ID token of Dex instead of an access token', async () => {
    const { outputs, told } = await run({ inputs: { 'requested-token-type': 'id_token' } })
    assert.equal(outputs['issued-token-type'], 'urn:ietf:params:oauth:token-type:id_token', told)
  })
}

const CLIENT = /\(401 Unauthorized\): invalid_client: Invalid client credentials\./
const TOKEN = /\(401 Unauthorized\): access_denied\.\n/
const GRANT = /\(400 Bad Request\): unsupported_grant_type\./

const DENIALS: readonly Denial[] = [
  [
    'the type jwt',
    /\(400 Bad Request\): request_not_supported: Invalid subject_token_type\./,
    given({ 'subject-token-type': 'jwt' }),
  ],
  [
    'another type to issue',
    /\(400 Bad Request\): request_not_supported: Invalid requested_token_type\./,
    given({ 'requested-token-type': 'refresh_token' }),
  ],
  [
    'another connector',
    /\(400 Bad Request\): invalid_request: Requested connector does not exist\./,
    given({ parameters: 'connector_id=another' }),
  ],
  ['another client', CLIENT, given({ 'client-id': 'another' })],
  ['a wrong secret', CLIENT, given({ 'client-id': 'with-secret', 'client-secret': 'wrong-wrong-wrong' })],
  ['an ID token that has ended', TOKEN, { claims: { exp: Math.floor(Date.now() / 1_000) - 60 } }],
  ['an ID token of another issuer', TOKEN, { claims: { iss: 'https://issuer.example' } }],
  ['another grant', GRANT, given({ 'grant-type': 'jwt-bearer', 'subject-token-type': '' })],
  ['JSON', GRANT, given({ body: 'json' })],
]
