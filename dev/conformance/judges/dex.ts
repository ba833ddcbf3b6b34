import { strict as assert } from 'node:assert'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { parse, stringify } from 'yaml'
import { fenceOf } from '../../documents/fences.ts'
import { defaultIdentity, subjectOf, type Identity } from '../../fakes/identity.ts'
import { randomText } from '../../fakes/secrets.ts'
import type { Hold, Judge } from '../judge.ts'
import { PAGE } from '../keycloak-fixture.ts'
import { STORE, type Program } from '../program.ts'
import { createFixture, type Fixture, type Ran, type Step } from '../fixture.ts'

const VERSION = 'ab64ed7'
/** On no registry. */
const DEX: Program = {
  path: join(STORE, 'dex/dex'),
  from: `its own build of cmd/dex at ${VERSION}, put into .conformance/dex by hand`,
  isByHand: true,
}

const HOST = 'dex.example.com'
/** With characters that have to be encoded for HTTP Basic. */
const SECRET = `${randomText(24)} +%:`

/** Dex with the configuration of the page, in memory. */
export const dex: Judge = {
  name: 'dex',
  title: '[Dex](https://github.com/dexidp/dex)',
  judges: '`oauth-token`: the configuration of its page, token exchange, clients with and without a secret, refusals',
  program: DEX,
  version: () => Promise.resolve(VERSION),
  run: async (hold) => {
    await using fixture = await createFixture([HOST])
    await start(fixture)
    await exchanges(hold, fixture)
    await refusals(hold, fixture)
  },
}

async function start({ folder, start: startAt }: Fixture): Promise<void> {
  const settings = parse(fenceOf(PAGE, 'yaml', /^oauth2:/)) as { staticClients: object[] }
  settings.staticClients.push({ id: 'with-secret', name: 'With a secret', secret: SECRET })
  const file = join(folder, 'dex.yaml')
  await writeFile(file, stringify({ issuer: `https://${HOST}`, storage: { type: 'memory' }, ...settings }))
  await startAt(HOST, (port) => ({
    file: DEX.path,
    args: ['serve', '--web-http-addr', `127.0.0.1:${port}`, file],
    ready: '/healthz',
  }))
}

/** The step of the page, with what is given added to it. */
function run(fixture: Fixture, inputs: Step['inputs'] = {}, more: Partial<Step> = {}): Promise<Ran> {
  const page = {
    'token-url': `https://${HOST}/token`,
    'client-id': 'deploy',
    'subject-token-type': 'id_token',
    scope: 'openid federated:id',
    parameters: 'connector_id=github',
  }
  return fixture.run({ action: 'oauth-token', credential: 'token', ...more, inputs: { ...page, ...inputs } })
}

/** The token is for this job, as the page says how to find out. */
function granted({ outputs, told }: Ran, identity: Partial<Identity> = {}, client = 'deploy'): void {
  const { token, ...others } = outputs
  assert(token !== undefined, told)
  const { aud, federated_claims: federated, exp = 0, iat = 0 } = decodeJwt(token)
  assert.deepEqual(federated, { connector_id: 'github', user_id: subjectOf({ ...defaultIdentity, ...identity }) })
  assert.deepEqual([aud, exp - iat], [client, 600])
  assert.equal(others['token-type'], 'Bearer')
  assert.equal(others['issued-token-type'], 'urn:ietf:params:oauth:token-type:access_token')
}

async function exchanges(hold: Hold, fixture: Fixture): Promise<void> {
  await hold(
    'the configuration of the page lets its step in; the token is for 10 minutes and names the job',
    async () => {
      granted(await run(fixture))
    },
  )
  await hold('it looks at no audience, as the page warns', async () => {
    granted(await run(fixture, { audience: 'https://another.example.com' }))
  })
  await hold('it lets a repository in that nobody named, as the page warns', async () => {
    const identity = { owner: 'stranger', repository: 'theirs' }
    granted(await run(fixture, {}, { identity }), identity)
  })
  for (const authentication of ['client_secret_basic', 'client_secret_post']) {
    await hold(`a client with a secret of odd characters, by ${authentication}`, async () => {
      const client = { 'client-id': 'with-secret', 'client-secret': SECRET }
      granted(await run(fixture, { ...client, 'client-authentication': authentication }), {}, 'with-secret')
    })
  }
  await hold('an ID token of Dex instead of an access token', async () => {
    const { outputs, told } = await run(fixture, { 'requested-token-type': 'id_token' })
    assert.equal(outputs['issued-token-type'], 'urn:ietf:params:oauth:token-type:id_token', told)
  })
}

interface Denial extends Partial<Step> {
  readonly name: string
  readonly words: RegExp
}

const DENIALS: readonly Denial[] = [
  {
    name: 'the type jwt',
    inputs: { 'subject-token-type': 'jwt' },
    words: /\(400 Bad Request\): request_not_supported: Invalid subject_token_type\./,
  },
  {
    name: 'another type to issue',
    inputs: { 'requested-token-type': 'refresh_token' },
    words: /\(400 Bad Request\): request_not_supported: Invalid requested_token_type\./,
  },
  {
    name: 'another connector',
    inputs: { parameters: 'connector_id=another' },
    words: /\(400 Bad Request\): invalid_request: Requested connector does not exist\./,
  },
  {
    name: 'another client',
    inputs: { 'client-id': 'another' },
    words: /\(401 Unauthorized\): invalid_client: Invalid client credentials\./,
  },
  {
    name: 'a wrong secret',
    inputs: { 'client-id': 'with-secret', 'client-secret': 'wrong-wrong-wrong' },
    words: /\(401 Unauthorized\): invalid_client: Invalid client credentials\./,
  },
  {
    name: 'an ID token that has ended',
    claims: { exp: Math.floor(Date.now() / 1_000) - 60 },
    words: /\(401 Unauthorized\): access_denied\.\n/,
  },
  {
    name: 'an ID token of another issuer',
    claims: { iss: 'https://issuer.example' },
    words: /\(401 Unauthorized\): access_denied\.\n/,
  },
  {
    name: 'another grant',
    inputs: { 'grant-type': 'jwt-bearer', 'subject-token-type': '' },
    words: /\(400 Bad Request\): unsupported_grant_type\./,
  },
  { name: 'JSON', inputs: { body: 'json' }, words: /\(400 Bad Request\): unsupported_grant_type\./ },
]

async function refusals(hold: Hold, fixture: Fixture): Promise<void> {
  for (const { name, words, inputs, ...more } of DENIALS) {
    await hold(`refuses ${name}`, async () => {
      const { outcome, told } = await run(fixture, inputs, more)
      assert.equal(outcome, 'failure')
      assert.match(told, words)
    })
  }
}
