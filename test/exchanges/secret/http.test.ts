import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripTypeScriptTypes } from 'node:module'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fencesOf } from '../../../dev/documents/fences.ts'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import type { Handler } from '../../../dev/fakes/handler.ts'
import { serve, type FakeServer } from '../../../dev/fakes/serve.ts'
import { system } from '../../../dev/systems/secret/http.ts'
import { ROOT, type World, type WorldOptions } from '../../../dev/world.ts'
import { httpSecret } from '../../../src/exchanges/secret/http.ts'
import { expectClaimsHidden, LINK, opening, PAGE, stepsOf, SUBJECT, withoutPort } from '../in-process.ts'

const open = opening(system)

const { run, refusal } = stepsOf(httpSecret, 'secret/http')

describe('a secret', () => {
  test('is asked for with the ID token, by one request', async () => {
    const world = await open()
    const ran = await run(world)
    expect(ran.outputs).toEqual({ secret: world.setup.secret })
    expect(ran.masks).toContain(world.setup.secret)
    const { requests } = world.server('secret-endpoint')
    expect(requests).toMatchObject([{ method: 'GET', path: '/secrets?name=database', body: '', answered: 200 }])
    expect(requests[0]!.headers).toMatchObject({
      accept: 'application/json',
      authorization: `Bearer ${world.issuer.issued[0]!.token}`,
    })
    expect(world.issuer.issued.map(({ audience }) => audience)).toEqual([world.url('secret-endpoint')])
  })

  test('is named in the log without the query of its URL', async () => {
    const ran = await run(await open())
    expect(ran.infos.map(withoutPort)).toEqual(['Secret "HOST/secrets" read.'])
  })
})

describe('settings', () => {
  test.each([
    [
      'http://secrets.example.com/x',
      'must begin with https:// (http:// works only on this machine: localhost, 127.0.0.1, [::1])',
    ],
    ['https://user:pass@secrets.example.com/x', 'must be a URL without a user name and password'],
    ['https://secrets.example.com/x#y', 'must be a URL without a fragment (#…)'],
    ['secrets.example.com/x', 'must be a URL'],
    ['', 'is required, or secrets instead'],
  ])('%s is refused', async (url, rule) => {
    const world = await open()
    expect(await refusal(world, { inputs: { url } })).toBe(
      `The inputs are invalid. Nothing was sent.\n- url ${rule}; for example: https://secrets.example.com/database\nINVALID_INPUT: ${PAGE}invalid_input`,
    )
    expect(world.issuer.issued).toEqual([])
  })
})

describe('a refusal', () => {
  test('of the audience names the one that was sent', async () => {
    expect(await refusal(open(), { inputs: { audience: 'elsewhere' } })).toBe(
      [
        'The secret endpoint (HOST) refused (401 Unauthorized): unexpected "aud" claim value.',
        `The audience of the ID token was "elsewhere", its subject "${SUBJECT}": the endpoint must accept both. Set \`audience\` to the one that it expects.`,
        LINK,
      ].join('\n'),
    )
  })

  test('of the job names its subject', async () => {
    const world = await open()
    world.setup.deny()
    expect(await refusal(world)).toBe(
      [
        'The secret endpoint (HOST) refused (403 Forbidden): This repository may not read the secret.',
        `The audience of the ID token was "http://HOST", its subject "${SUBJECT}": the endpoint must accept both. Set \`audience\` to the one that it expects.`,
        LINK,
      ].join('\n'),
    )
  })

  test('shows no claims for a pull request from a fork', async () => {
    const world = await open()
    world.setup.deny()
    await expectClaimsHidden(run, world, 'its subject that of this job: the endpoint must accept both.')
  })

  test('of the URL shows it without its query', async () => {
    const world = await open()
    const url = `${world.url('secret-endpoint')}/nowhere?name=private`
    const text = await refusal(world, { inputs: { url } })
    expect(text).toBe(
      [
        'The secret endpoint (HOST) refused (404 Not Found): Not found.',
        'Check the URL: there is nothing at http://HOST/nowhere.',
        LINK,
      ].join('\n'),
    )
  })

  test('by the runner is not blamed on the endpoint', async () => {
    const world = await open({ env: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-another-job' } })
    expect(await refusal(world)).not.toContain('the endpoint must accept both')
    expect(world.server('secret-endpoint').requests).toEqual([])
  })

  test.each<[string, object]>([
    ['message', { message: 'in its words' }],
    ['error.message', { error: { message: 'in its words' } }],
    ['error_description', { error: 'code', error_description: 'in its words' }],
    ['error', { error: 'in its words' }],
    ['detail', { title: 'Denied', detail: 'in its words' }],
  ])('is told from %s', async (_name, body) => {
    const world = await open()
    world.server('secret-endpoint').faults.push(fault.status(400, { body }))
    expect(await refusal(world)).toBe(`The secret endpoint (HOST) refused (400 Bad Request): in its words.\n${LINK}`)
  })

  test('without a name for its text has none, and is the endpoint’s own', async () => {
    const world = await open()
    world.server('secret-endpoint').faults.push(fault.status(401, { body: { secret: 'not shown' } }))
    expect(await refusal(world)).toContain(
      'The secret endpoint (HOST) refused (401 Unauthorized): no reason given.\nThe audience of the ID token was ',
    )
  })

  test.each([
    [401, '<html><title>Sign in</title></html>', 'it is a web page'],
    [403, '<html><title>Request blocked</title></html>', 'it is a web page'],
    [404, '', 'it is empty'],
  ])('with %i that is no JSON (%j) is not its own, nor about the audience', async (status, body, what) => {
    const world = await open()
    world.server('secret-endpoint').faults.push(fault.status(status, { body }))
    const text = await refusal(world)
    expect(text).toContain(
      `\nThis answer is not from the secret endpoint: ${what}. Check that http://HOST/secrets is the right address, and whether a gateway, a firewall or a login page in front of it refuses this request.`,
    )
    expect(text).not.toMatch(/audience|there is nothing/)
  })
})

describe('the endpoint of the page', () => {
  const AUDIENCE = 'https://secrets.example.com'
  const servers: FakeServer[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })

  /** Serves the handler of the module on the page, with another address of the keys. */
  async function served(world: World, secret: string): Promise<string> {
    const file = 'secret/http/README.md'
    const [fence, ...more] = fencesOf({ file, text: readFileSync(join(ROOT, file), 'utf8') }).filter(
      ({ language }) => language === 'ts',
    )
    expect(more).toEqual([])
    const source = stripTypeScriptTypes(fence!.text)
      .replace("'jose'", `'${import.meta.resolve('jose')}'`)
      .replace('`${issuer}/.well-known/jwks`', `'${world.url('oidc')}/.well-known/jwks'`)
    expect(source).toContain(`${world.url('oidc')}/.well-known/jwks`)
    const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(source)}`)) as {
      default: { fetch: (request: Request, secrets: object) => Promise<Response> }
    }
    const handler: Handler = async ({ method, url, headers }) => {
      const answer = await module.default.fetch(new Request(url, { method, headers }), { DB_PASSWORD: secret })
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
    }
    const server = await serve(handler, { faults: [] })
    servers.push(server)
    return `${server.url}/database-password`
  }

  test('gives the secret to the job of its rule', async () => {
    const world = await open()
    const secret = 'ünïcödé: not a real secret'
    const url = await served(world, secret)
    expect((await run(world, { inputs: { url, audience: AUDIENCE } })).outputs).toEqual({ secret })
  })

  test.each<[string, WorldOptions, string, string, string]>([
    ['another repository', { identity: { repositoryId: '1' } }, AUDIENCE, '', '403 Forbidden): no rule for this job'],
    [
      'another branch',
      { identity: { ref: 'refs/heads/feature' } },
      AUDIENCE,
      '',
      '403 Forbidden): no rule for this job',
    ],
    ['another path', {}, AUDIENCE, '/more', '403 Forbidden): no rule for this job'],
    ['another audience', {}, 'https://elsewhere.example', '', '401 Unauthorized): unexpected "aud" claim value'],
    [
      'another issuer',
      { claims: { iss: 'https://evil.example' } },
      AUDIENCE,
      '',
      '401 Unauthorized): unexpected "iss" claim value',
    ],
    [
      'a token that has ended',
      { claims: { exp: 1 } },
      AUDIENCE,
      '',
      '401 Unauthorized): "exp" claim timestamp check failed',
    ],
  ])('refuses %s', async (_what, options, audience, more, text) => {
    const world = await open(options)
    const url = `${await served(world, 'not a real secret')}${more}`
    expect(await refusal(world, { inputs: { url, audience } })).toContain(text)
  })

  test('refuses a request without a token, and one that somebody else signed', async () => {
    const world = await open()
    const url = await served(world, 'not a real secret')
    const [header, payload] = (await world.issuer.mint(AUDIENCE)).split('.')
    const forged = `Bearer ${header!}.${payload!}.${'A'.repeat(342)}`
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: { authorization: forged } })).status).toBe(401)
  })

  test('says 503 where it cannot get the keys, which is tried again', async () => {
    const world = await open()
    const url = await served(world, 'not a real secret')
    let failed = 0
    world
      .server('oidc')
      .faults.push(
        forEver(({ url: { pathname } }) =>
          pathname === '/.well-known/jwks' && failed++ === 0 ? fault.status(500) : undefined,
        ),
      )
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    try {
      const ran = await run(world, { inputs: { url, audience: AUDIENCE } })
      expect(ran.outputs).toEqual({ secret: 'not a real secret' })
      expect(ran.slept).toHaveLength(1)
      expect(failed).toBeGreaterThan(1)
      expect(logged).toHaveBeenCalledOnce()
    } finally {
      logged.mockRestore()
    }
  })
})
