import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripTypeScriptTypes } from 'node:module'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { fencesOf } from '../../../dev/documents/fences.ts'
import { fault, forEver } from '../../../dev/fakes/faults.ts'
import type { Handler } from '../../../dev/fakes/handler.ts'
import { serve } from '../../../dev/fakes/serve.ts'
import { system } from '../../../dev/systems/secret/http.ts'
import { ROOT, type World, type WorldOptions } from '../../../dev/world.ts'
import { httpSecret } from '../../../src/exchanges/secret/http.ts'
import { FORK, LINK, opening, stepsOf, SUBJECT, withoutPort } from '../in-process.ts'

const open = opening(system)

const { run, refusal, problem } = stepsOf(httpSecret, 'secret/http')

test('a secret is asked for with the ID token, by one request, and named in the log without the query', async () => {
  const world = await open()
  const ran = await run(world)
  expect(ran.outputs).toEqual({ secret: world.setup.secret })
  const { requests } = world.server('secret-endpoint')
  expect(requests).toMatchObject([{ method: 'GET', path: '/secrets?name=database', body: '', answered: 200 }])
  expect(requests[0]!.headers).toMatchObject({
    accept: 'application/json',
    authorization: `Bearer ${world.issuer.issued[0]!.token}`,
  })
  expect(world.issuer.issued.map(({ audience }) => audience)).toEqual([world.url('secret-endpoint')])
  expect(ran.infos.map(withoutPort)).toEqual(['Secret "HOST/secrets" read.'])
})

test('a URL that is not safe is refused', async () => {
  expect(await problem(open(), { url: 'http://secrets.example.com/x' })).toBe(
    'url must begin with https:// (http:// works only on this machine: localhost, 127.0.0.1, [::1]); for example: https://secrets.example.com/database',
  )
})

test('URLs of one origin only are taken, so that no token reaches an origin that is not its audience', async () => {
  const world = await open()
  const origin = world.url('secret-endpoint')
  const secrets = `a: ${origin}/license\nb: https://elsewhere.example.com/x?y`
  expect(await problem(world, { secrets, url: '' })).toBe(
    'secrets.b must have the same origin as the first, http://HOST, because all get the same ID token; use one step for each origin; for example: http://HOST/x',
  )
})

describe('a refusal', () => {
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
    expect(await refusal(world, FORK)).toContain('its subject that of this job: the endpoint must accept both.')
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

  test('that is no JSON is not its own, nor about the URL', async () => {
    const world = await open()
    world.server('secret-endpoint').faults.push(fault.html(404))
    const text = await refusal(world)
    expect(text).toContain('\nThis answer is not from the secret endpoint: it is a web page.')
    expect(text).not.toContain('there is nothing')
  })
})

describe('the endpoint of the page', () => {
  const AUDIENCE = 'https://secrets.example.com'

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
    onTestFinished(() => server.close())
    return `${server.url}/database-password`
  }

  const NO_RULE = '403 Forbidden): no rule for this job'
  test.each<[string, WorldOptions, string, string]>([
    ['another repository', { identity: { repositoryId: '1' } }, AUDIENCE, NO_RULE],
    ['another branch', { identity: { ref: 'refs/heads/feature' } }, AUDIENCE, NO_RULE],
    ['another audience', {}, 'https://elsewhere.example', '401 Unauthorized): unexpected "aud" claim value'],
    ['another issuer', { claims: { iss: 'https://evil.example' } }, AUDIENCE, 'unexpected "iss" claim value'],
    ['a token that has ended', { claims: { exp: 1 } }, AUDIENCE, '"exp" claim timestamp check failed'],
  ])('refuses %s', async (_what, options, audience, text) => {
    const world = await open(options)
    const url = await served(world, 'not a real secret')
    expect(await refusal(world, { inputs: { url, audience } })).toContain(text)
  })

  test('refuses another path, a request without a token, and one that somebody else signed', async () => {
    const world = await open()
    const url = await served(world, 'not a real secret')
    const text = await refusal(world, { inputs: { url: `${url}/more`, audience: AUDIENCE } })
    expect(text).toContain(NO_RULE)
    const [header, payload] = (await world.issuer.mint(AUDIENCE)).split('.')
    const forged = `Bearer ${header!}.${payload!}.${'A'.repeat(342)}`
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: { authorization: forged } })).status).toBe(401)
  })

  test('gives the secret to the job of its rule; it says 503 where it cannot get the keys, which is tried again', async () => {
    const world = await open()
    const secret = 'ünïcödé: not a real secret'
    const url = await served(world, secret)
    let failed = 0
    const isFirst = (path: string): boolean => path === '/.well-known/jwks' && failed++ === 0
    const { faults } = world.server('oidc')
    faults.push(forEver((request) => (isFirst(request.url.pathname) ? fault.status(500) : undefined)))
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    onTestFinished(() => {
      logged.mockRestore()
    })
    const ran = await run(world, { inputs: { url, audience: AUDIENCE } })
    expect(ran.outputs).toEqual({ secret })
    expect(ran.slept).toHaveLength(1)
    expect(failed).toBeGreaterThan(1)
    expect(logged).toHaveBeenCalledOnce()
  })
})
