import { describe, expect, test } from 'vitest'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import { serve } from '../../../dev/fakes/serve.ts'
import { oauthError } from '../../../dev/fakes/oauth/request.ts'
import type { Ran } from '../in-process.ts'
import { asked, open, openAsUser, post, run, say, type OAuthWorld } from './fixture.ts'

const REFRESH = 'refresh-token-0123456789'

/** A main step that succeeded, with a state that differs from what it saved. */
function changed(ran: Ran, members: Readonly<Record<string, unknown>>): Ran {
  const saved = JSON.parse(ran.state['revocable']!) as object
  return { ...ran, state: { ...ran.state, revocable: JSON.stringify({ ...saved, ...members }) } }
}

async function granted(opening: Promise<OAuthWorld>): Promise<{ world: OAuthWorld; main: Ran }> {
  const world = await opening
  const main = await run(world)
  expect(main.succeeded).toBe(true)
  return { world, main }
}

describe('the post step', () => {
  test('revokes as the client, with a new ID token', async () => {
    const { world, main } = await granted(open())
    // It needs no input for that, which the runner may have lost.
    const inputs = { 'revocation-url': '', 'client-id': '', audience: '', 'token-url': '' }
    expect(await post(world, main, { inputs })).toMatchObject({ infos: ['The token was revoked.'], warnings: [] })
    expect(world.setup.tokens.living()).toEqual([])
    const [first, second] = asked(world)
    expect([...second!]).toEqual([
      ['token', main.outputs['token']],
      ['client_id', 'deploy'],
      ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
      ['client_assertion', world.issuer.issued[1]!.token],
    ])
    expect(second!.get('client_assertion')).not.toBe(first!.get('client_assertion'))
    expect(world.issuer.issued[1]!.audience).toBe(world.issuer.issued[0]!.audience)
  })

  test.each(['client_secret_basic', 'client_secret_post'])(
    'revokes by %s, at a URL with a query',
    async (authentication) => {
      const world = await openAsUser()
      const url = `${world.inputs['revocation-url']!}?tenant=a`
      const inputs = { 'client-authentication': authentication, 'revocation-url': url }
      const posted = await post(world, await run(world, { inputs }), { inputs })
      expect(posted).toMatchObject({ infos: ['The token was revoked.'], warnings: [] })
      expect(world.server('keycloak').requests[1]!.path).toMatch(/\/revoke\?tenant=a$/)
      expect(posted.masks).toContain(world.inputs['client-secret'])
      expect(world.setup.tokens.living()).toEqual([])
    },
  )

  test('sends a client without authentication by its name alone', async () => {
    const world = await openAsUser()
    const main = changed(await run(world), { extra: { authentication: 'none', clientId: 'public' } })
    world.server('keycloak').faults.push(fault.answer({ status: 200, body: '' }))
    await post(world, main)
    expect([...asked(world)[1]!]).toEqual([
      ['token', main.outputs['token']],
      ['client_id', 'public'],
    ])
  })

  test('sends headers for a gateway to no other origin than that of the token endpoint', async () => {
    const world = await open()
    const elsewhere = await serve(() => ({ status: 200, body: '' }))
    const inputs = { 'revocation-url': `${elsewhere.url}/revoke`, headers: 'X-A: obviously-a-secret' }
    const main = await run(world, { inputs })
    expect(main.state['revocable']).not.toContain('obviously')
    expect(await post(world, main, { inputs })).toMatchObject({ infos: ['The token was revoked.'] })
    expect(world.server('keycloak').requests[0]!.headers['x-a']).toBe('obviously-a-secret')
    expect(elsewhere.requests.map(({ headers }) => headers['x-a'])).toEqual([undefined])
    await elsewhere.close()
  })

  test('says that a token had ended where the server says so', async () => {
    const { world, main } = await granted(open())
    // As Keycloak does (TokenRevocationEndpoint.java).
    world.server('keycloak').faults.push(fault.answer(oauthError(200, 'invalid_token', 'Invalid token')))
    expect(await post(world, main)).toMatchObject({ infos: ['The token had ended already.'] })
  })

  test('revokes the refresh token too, which it masks first', async () => {
    const world = await open()
    say(world, { refresh_token: REFRESH })
    const main = await run(world)
    const posted = await post(world, main)
    expect(posted).toMatchObject({ infos: ['The token was revoked.'], warnings: [] })
    expect(posted.masks).toContain(REFRESH)
    const forms = asked(world).slice(1)
    expect(forms.map((form) => form.get('token'))).toEqual(expect.arrayContaining([main.outputs['token'], REFRESH]))
    expect(new Set(forms.map((form) => form.get('client_assertion'))).size).toBe(2)
  })

  test('revokes the token where the refresh token cannot be, and says so', async () => {
    const world = await open()
    say(world, { refresh_token: REFRESH })
    const main = await run(world)
    world
      .server('keycloak')
      .faults.push(
        forEver(({ body }) =>
          body.includes(REFRESH) ? fault.answer(oauthError(400, 'unsupported_token_type')) : undefined,
        ),
      )
    expect((await post(world, main)).warnings).toEqual([
      expect.stringContaining('unsupported_token_type. The server does not revoke tokens of this type'),
    ])
    expect(world.setup.tokens.living()).toEqual([])
  })
})

describe('the post step warns where', () => {
  test.each([
    [
      'the server does not know the client any more',
      fault.answer(oauthError(401, 'invalid_client', 'no')),
      'The revocation endpoint (HOST) refused (401 Unauthorized): invalid_client: no. The client must be able to authenticate here as it does at `token-url`.',
    ],
    [
      'the server cannot revoke such a token',
      fault.answer(oauthError(400, 'unsupported_token_type')),
      'refused (400 Bad Request): unsupported_token_type. The server does not revoke tokens of this type: leave out `revocation-url`.',
    ],
    [
      'a web page answers',
      fault.html(200),
      'The revocation endpoint (HOST) answered with a web page. Check `revocation-url`, and that no gateway or login page is in front of it.',
    ],
    [
      'the answer is another than 200',
      fault.answer({ status: 202, body: '' }),
      'The revocation endpoint (HOST) answered 202 instead of 200. Check `revocation-url`',
    ],
  ])('%s', async (_, each, words) => {
    const { world, main } = await granted(open())
    world.server('keycloak').faults.push(forEver(each))
    const { warnings } = await post(world, main)
    expect(warnings).toEqual([expect.stringContaining(words)])
    expect(warnings[0]).toMatch(/^The token could not be revoked; it ends at \S+Z\. /)
    expect(world.setup.tokens.living()).toHaveLength(1)
  })

  test.each([
    ['the secret is not there any more', { 'client-secret': '' }],
    ['the URL is another', { 'revocation-url': 'https://auth.example.com/revoke' }],
    ['the URL is none', { 'revocation-url': 'nowhere' }],
  ])('%s', async (_, inputs) => {
    const { world, main } = await granted(openAsUser())
    const { warnings } = await post(world, main, { inputs })
    expect(warnings[0]).toContain(
      'The runner did not pass the inputs `revocation-url` and `client-secret` on as they were. Composite actions that are called by others lose them (actions/runner#3514)',
    )
    expect(asked(world)).toHaveLength(1)
  })

  test('the state has headers that no input may have', async () => {
    const { world, main } = await granted(open())
    const { extra } = JSON.parse(main.state['revocable']!) as { extra: object }
    const { warnings } = await post(world, changed(main, { extra: { ...extra, headers: 'Host: elsewhere' } }))
    expect(warnings[0]).toContain('The headers that the main step saved are invalid: they must not contain host')
    expect(asked(world)).toHaveLength(1)
  })

  test('no time is known, without one', async () => {
    const world = await open()
    say(world, { expires_in: undefined })
    const main = await run(world)
    world.server('keycloak').faults.push(forEver(fault.html(200)))
    expect((await post(world, main)).warnings[0]).toMatch(
      /^The token could not be revoked; it ends when its server says so\. /,
    )
  })
})
