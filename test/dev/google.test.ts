import { expect, test } from 'vitest'
import { PROVIDER, system } from '../../dev/systems/database/google-cloud-sql.ts'
import { createWorld, type World } from '../../dev/world.ts'

/* What Google's own client never sends (see test/judges/google.test.ts), as Google refuses it. */

const AUDIENCE = `https://iam.googleapis.com/${PROVIDER}`

interface Answer {
  readonly status: number
  readonly error?: string | { readonly status: string }
  readonly access_token?: string
}

async function exchange(
  world: World,
  changes: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: `//iam.googleapis.com/${PROVIDER}`,
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: await world.issuer.mint(AUDIENCE),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    ...changes,
  })
  const answer = await fetch(`${world.url('sts')}/v1/token`, { method: 'POST', body, headers })
  return { ...((await answer.json()) as object), status: answer.status }
}

test.each<[string, Record<string, string>, Record<string, string>, string]>([
  ['an authorization', {}, { authorization: 'Bearer x' }, 'invalid_client'],
  ['an unknown field', { resource: 'x' }, {}, 'invalid_request'],
  ['an audience with https:', { audience: AUDIENCE }, {}, 'invalid_request'],
  [
    'a project id',
    { audience: `//iam.googleapis.com/${PROVIDER.replace('123456789012', 'my-project')}` },
    {},
    'invalid_request',
  ],
  ['no scope', { scope: '' }, {}, 'invalid_scope'],
  ['another grant', { grant_type: 'client_credentials' }, {}, 'invalid_request'],
  ['no JWT', { subject_token: 'x' }, {}, 'invalid_request'],
  ['a JWT that nobody signed', { subject_token: 'e30.e30.c2ln' }, {}, 'invalid_grant'],
])('STS refuses %s', async (_what, changes, headers, error) => {
  await using world = await createWorld(system)
  expect(await exchange(world, changes, headers)).toMatchObject({ status: 400, error })
})
