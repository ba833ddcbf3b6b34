import { describe, expect, it } from 'vitest'
import { fault, forEver, nameOf, type Fault } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system, type AppServerSetup } from '../../dev/systems/app-server.ts'
import { createWorld, type World, type WorldOptions } from '../../dev/world.ts'
import { CANCELLED_MS, expectWarned, rawServer, signalsReachHandlers } from './faults.ts'
import { answers, expectClean, expectGranted } from './support.ts'

interface Granted extends AsyncDisposable {
  readonly world: World<AppServerSetup>
  readonly main: StageResult
  readonly token: string
}

/** A job whose main step got a token, with what will go wrong in its post step. */
async function granted(faults: WorldOptions['faults'] = {}, options: WorldOptions = {}): Promise<Granted> {
  const world = await createWorld(system, { ...options, faults })
  const main = await world.run()
  const token = await expectGranted(world, main)
  return { world, main, token, [Symbol.asyncDispose]: () => world.close() }
}

/** A 401 without the time of the server. */
const BARE_401 = 'HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n'

/** Post ended well and said this one line. */
function expectSaid(world: World, post: StageResult, line: string): void {
  expectClean(world, post)
  expect(post).toMatchObject({
    outcome: 'success',
    exitCode: 0,
    annotations: [],
    log: `${line}\n`,
    state: {},
  })
}

describe.concurrent('post', () => {
  it('revokes: 204', async () => {
    await using job = await granted()
    const { world, main, token } = job
    expectSaid(world, await world.post(main), 'The token was revoked.')
    expect(answers(world, 'github')).toEqual([204])
    expect(world.server('github').requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
      'user-agent': 'OWNER/access-token/v1',
    })
    expect(await world.setup.accepts(token)).toBe(false)
  })

  it.each<[string, Fault]>([
    ['401, as GitHub does a token that it does not know', fault.status(401)],
    ['401 from a page', fault.html(401)],
    ['401 without a word', fault.answer({ status: 401, body: '' })],
    ['404', fault.status(404)],
    ['404 from a page', fault.html(404)],
    ['405', fault.status(405)],
    ['400', fault.status(400)],
    ['410', fault.status(410)],
    ['200', fault.answer({ status: 200, body: '{}' })],
    ['a page of 200', fault.html(200)],
    ['a redirect', fault.redirect('https://github.com/login')],
  ])('warns that the token lives on where the answer is %s', async (_name, each) => {
    await using job = await granted({ github: [each] })
    const { world, main, token } = job
    const post = await world.post(main)
    expectClean(world, post)
    const warning = expectWarned(post)
    const { host } = new URL(world.url('github'))
    expect(warning).toContain(
      `The token could not be revoked; it ends at ${main.outputs['expires-at'] ?? '?'}. GitHub (${host}) `,
    )
    expect(warning).toMatch(
      / `github-api-url` may point to a GitHub other than the one that issued the token\.$/,
    )
    expect(warning).not.toContain('An earlier try')
    expect(answers(world, 'github')).toEqual([nameOf(each)])
    expect(await world.setup.accepts(token)).toBe(true)
  })

  it('warns where somebody else has revoked it: GitHub answers as for a token of another GitHub', async () => {
    await using job = await granted()
    const { world, main } = job
    await world.post(main)
    const post = await world.post(main)
    expectClean(world, post)
    expect(expectWarned(post)).toMatch(
      / refused \(401 Unauthorized\): Bad credentials\. `github-api-url` may /,
    )
    expect(answers(world, 'github')).toEqual([204, 401])
  })

  it('tells that a try whose answer was lost may have revoked it', async () => {
    await using job = await granted({ github: [fault.lost()] })
    const { world, main, token } = job
    const post = await world.post(main)
    expectClean(world, post)
    expect(expectWarned(post)).toContain(' An earlier attempt, whose answer was lost, may have revoked it. ')
    expect(answers(world, 'github')).toEqual(['lost', 401])
    expect(await world.setup.accepts(token)).toBe(false)
  })

  it.each<[string, string, (expires: number) => Fault]>([
    ['at its end', '', (expires) => fault.status(401, { date: new Date(expires) })],
    ['long after', '', (expires) => fault.status(401, { date: new Date(expires + 86_400_000) })],
    [
      'where its end is past by the clock of this runner',
      '2020-01-01T00:00:00.000Z',
      () => fault.raw(BARE_401),
    ],
  ])('takes a 401 for the end of the token: %s', async (_name, ended, answer) => {
    await using job = await granted()
    const { world, main } = job
    const expires = ended || (main.outputs['expires-at'] ?? '')
    const each = answer(Date.parse(expires))
    world.server('github').faults.push(each)
    const post = await world.post({ ...main, state: { ...main.state, 'expires-at': expires } })
    expectSaid(world, post, 'The token had ended already.')
    expect(answers(world, 'github')).toEqual([nameOf(each)])
  })

  it.each<[string, (expires: number) => Fault]>([
    ['a second before its end', (expires) => fault.status(401, { date: new Date(expires - 1_000) })],
    ['by the clock of this runner', () => fault.raw(BARE_401)],
  ])('does not take a 401 for the end of the token: %s', async (_name, answer) => {
    await using job = await granted()
    const { world, main } = job
    const each = answer(Date.parse(main.outputs['expires-at'] ?? ''))
    world.server('github').faults.push(each)
    const post = await world.post(main)
    expectClean(world, post)
    expect(expectWarned(post)).toContain('refused (401 Unauthorized)')
    expect(answers(world, 'github')).toEqual([nameOf(each)])
  })

  it.each([
    ['has ended by the clock of this runner', '2020-01-01T00:00:00.000Z'],
    ['ends in a far year', '+275760-09-13T00:00:00.000Z'],
  ])('asks although the token %s', async (_name, expires) => {
    await using job = await granted()
    const { world, main, token } = job
    const post = await world.post({ ...main, state: { ...main.state, 'expires-at': expires } })
    expectSaid(world, post, 'The token was revoked.')
    expect(answers(world, 'github')).toEqual([204])
    expect(await world.setup.accepts(token)).toBe(false)
  })

  const passing: [string, Fault][] = [
    ...[500, 502, 503, 504, 429, 408].map((status): [string, Fault] => [
      String(status),
      fault.status(status),
    ]),
    ['a reset', fault.reset()],
    ['a cut body', fault.shortBody(500)],
    [
      'a rate limit',
      fault.status(403, { retryAfter: 1, body: { message: 'You have exceeded a secondary rate limit' } }),
    ],
    [
      'a primary rate limit',
      fault.status(403, {
        headers: { 'x-ratelimit-remaining': '0' },
        body: { message: 'API rate limit exceeded' },
      }),
    ],
  ]
  it.each(passing)('revokes after %s twice', async (_name, each) => {
    await using job = await granted({ github: [each, each] })
    const { world, main } = job
    expectSaid(world, await world.post(main), 'The token was revoked.')
    expect(answers(world, 'github')).toEqual([nameOf(each), nameOf(each), 204])
  })

  it('cuts a try that hangs after 5 s', async () => {
    await using job = await granted({ github: [fault.hang(), fault.hang()] })
    const { world, main } = job
    expectSaid(world, await world.post(main, { leaps: true }), 'The token was revoked.')
    expect(answers(world, 'github')).toEqual(['hang', 'hang', 204])
  })

  it('gives up after 15 s of trouble, with one warning', async () => {
    await using job = await granted({ github: [forEver(fault.status(503))] })
    const { world, main } = job
    const post = await world.post(main, { leaps: true })
    expectClean(world, post)
    const warning = expectWarned(post)
    expect(warning).toContain(
      `The token could not be revoked; it ends at ${main.outputs['expires-at'] ?? '?'}.`,
    )
    expect(warning).toMatch(
      /GitHub \(127\.0\.0\.1:\d+\) could not answer \(503 Service Unavailable\): status 503\. Gave up after \d+ attempts in 1[45] s; the limit is 15 s\./,
    )
    expect(answers(world, 'github').length).toBeGreaterThan(3)
  })

  const lasting: [string, Fault | undefined, RegExp][] = [
    ['500 for ever', fault.status(500), /could not answer \(500 Internal Server Error\)/],
    ['refused connections', undefined, /connection refused/],
    ['resets for ever', fault.reset(), /connection (reset|closed too early)/],
    ['no answer', fault.hang(), /no answer within [\d.]+ s, while waiting for the answer/],
    [
      'headers that never end',
      fault.endlessHeaders(),
      /no answer within [\d.]+ s, while waiting for the answer/,
    ],
    [
      'a body that never ends',
      fault.drip(),
      /no answer within [\d.]+ s, while waiting for the rest of the answer/,
    ],
    ['a flood', fault.flood(400), /the answer is larger than 1 MiB/],
    ['a page of HTML', fault.html(503), /could not answer \(503 Service Unavailable\)/],
    ['a redirect', fault.redirect('https://github.com/login'), /answered with a redirect \(302 Found\)/],
    [
      'a refusal',
      fault.status(403, { body: { message: 'Resource not accessible by integration' } }),
      /refused \(403 Forbidden\): Resource not accessible by integration\./,
    ],
    [
      'a wait beyond the limit',
      fault.status(429, { retryAfter: 60 }),
      /It asks to wait for 60 s, which leaves no time within the limit of 15 s\./,
    ],
    ['something that is not HTTP', fault.raw('SSH-2.0-OpenSSH_9.6\r\n'), /the answer is not HTTP/],
  ]
  it.each(lasting)('ends well, with one warning, after %s', async (_name, each, reason) => {
    await using job = await granted(each && { github: [forEver(each)] })
    const { world, main, token } = job
    if (each === undefined) await world.server('github').refuse()
    const post = await world.post(main, { leaps: true })
    expectClean(world, post)
    const warning = expectWarned(post)
    expect(warning).toMatch(reason)
    expect(warning).toContain(`it ends at ${main.outputs['expires-at'] ?? '?'}.`)
    expect(post.log.trim().split('\n##[')).toHaveLength(1)
    expect(post.durationMs).toBeLessThan(16_000)
    expect(await world.setup.accepts(token)).toBe(true)
    if (each !== undefined) expect(new Set(answers(world, 'github'))).toEqual(new Set([nameOf(each)]))
  })

  it('is over within 15 s by the clock, too', async () => {
    await using job = await granted({ github: [forEver(fault.hang())] })
    const { world, main } = job
    const post = await world.post(main)
    expect(expectWarned(post)).toContain('the limit is 15 s')
    expect(post.durationMs).toBeGreaterThan(14_000)
    // The rest is the start of a process on a slow machine; how exact the limit is, the leaps above tell.
    expect(post.durationMs).toBeLessThan(45_000)
  })

  it('sends nothing where nothing was saved', async () => {
    await using world = await createWorld(system)
    world.setup.deny()
    const main = await world.run()
    expect(main.state).toEqual({})
    expectSaid(world, await world.post(main), 'Nothing to revoke.')
    expect(answers(world, 'github')).toEqual([])
  })

  it.runIf(signalsReachHandlers).each(['SIGINT', 'SIGTERM'] as const)(
    'ends well when it is cancelled by %s',
    async (signal) => {
      await using job = await granted({ github: [forEver(fault.hang())] })
      const { world, main } = job
      const post = await world.post(main, { signals: [{ signal, when: world.server('github').seen(1) }] })
      expectClean(world, post)
      expect(expectWarned(post)).toContain(`The job was cancelled (${signal})`)
      expect(post.afterSignalMs).toBeLessThan(CANCELLED_MS)
    },
  )

  it.each(['output', 'state', 'step_summary'] as const)('does not need the %s file', async (file) => {
    await using job = await granted()
    const { world, main } = job
    expectSaid(world, await world.post(main, { unwritable: [file] }), 'The token was revoked.')
  })

  it('says why in debug mode without the token', async () => {
    await using job = await granted({ github: [fault.reset(), fault.echo(503), fault.status(500)] })
    const { world, main } = job
    const post = await world.post(main, { debug: true })
    expectClean(world, post)
    expect(post.log).toContain('##[debug]trying again in ')
    expect(post.annotations).toEqual([])
    expect(answers(world, 'github')).toEqual(['reset', 'echo', 'status 500', 204])
  })
})

describe.concurrent('state that is not what this version saves', () => {
  const NOT_USABLE = 'The state that the main step saved is invalid.'
  type Change = (state: Readonly<Record<string, string>>) => Record<string, string>
  const only: Change = ({ token = '' }) => ({ token })

  const revoked: [string, Change][] = [
    ['of an older version, with the token only', only],
    ['of an older version, with no version', ({ version = '', ...rest }) => (version === '1' ? rest : {})],
    ['of a newer version', (state) => ({ ...state, version: '2', more: '{"a":1}' })],
    ['of a version that is none', (state) => ({ ...state, version: '\n::add-path::/tmp' })],
    ['without an expiry', (state) => ({ ...state, 'expires-at': '' })],
    ['with an expiry that is no date', (state) => ({ ...state, 'expires-at': '\n::add-path::/tmp' })],
    ['with an expiry far away', (state) => ({ ...state, 'expires-at': '+275760-09-13T00:00:00.000Z' })],
    ['with a slash more in the URL', (state) => ({ ...state, 'api-url': `${state['api-url'] ?? ''}//` })],
    ['without the URL', (state) => ({ ...state, 'api-url': '' })],
  ]
  it.each(revoked)('%s: the token is revoked', async (_name, change) => {
    await using job = await granted()
    const { world, main, token } = job
    const post = await world.post({ ...main, state: change(main.state) })
    expectSaid(world, post, 'The token was revoked.')
    expect(await world.setup.accepts(token)).toBe(false)
    expect(answers(world, 'github')).toEqual([204])
  })

  const unusable: [string, Change][] = [
    ['a URL that is none', (state) => ({ ...state, 'api-url': 'github' })],
    [
      'a URL of a word too much',
      (state) => ({ ...state, 'api-url': 'https://api.github.com/ ::add-path::/tmp' }),
    ],
    ['a URL that is not https', (state) => ({ ...state, 'api-url': 'http://api.github.com' })],
    ['a URL of a file', (state) => ({ ...state, 'api-url': 'file:///etc/passwd' })],
    [
      'a URL with a password',
      (state) => ({ ...state, 'api-url': 'https://me:hush-hush-hush@api.github.com' }),
    ],
    [
      'a URL with a line break',
      (state) => ({ ...state, 'api-url': 'https://api.github.com\n::add-path::/tmp' }),
    ],
    ['a URL of 20 kB', (state) => ({ ...state, 'api-url': `https://${'a'.repeat(20_000)}.example` })],
    ['a token with a line break', (state) => ({ ...state, token: `${state['token'] ?? ''}\nx-evil: yes` })],
    ['a token with a blank', (state) => ({ ...state, token: `${state['token'] ?? ''} x` })],
    ['a token with an escape', (state) => ({ ...state, token: `${state['token'] ?? ''}\u001b[31m` })],
    ['a token that is not ASCII', (state) => ({ ...state, token: `${state['token'] ?? ''}é` })],
  ]
  it.each(unusable)('%s is a warning', async (_name, change) => {
    for (const debug of [false, true]) {
      await using job = await granted()
      const { world, main } = job
      const post = await world.post({ ...main, state: change(main.state) }, { debug })
      expectClean(world, post)
      expect(expectWarned(post)).toBe(
        `The token could not be revoked; it ends at ${main.outputs['expires-at'] ?? '?'}. ${NOT_USABLE}`,
      )
      expect(post.log).not.toContain('hush-hush')
      expect(post.log).not.toContain('add-path')
      expect(answers(world, 'github')).toEqual([])
    }
  })

  it('a token that is another is one that GitHub does not know', async () => {
    await using job = await granted()
    const { world, main } = job
    const post = await world.post({ ...main, state: { ...main.state, token: 'x'.repeat(10_000) } })
    expectClean(world, post)
    expect(expectWarned(post)).toContain('refused (401 Unauthorized): Bad credentials.')
    expect(answers(world, 'github')).toEqual([401])
  })

  it.each([
    ['blanks', '   '],
    ['nothing', ''],
  ])('a token of %s is nothing to revoke', async (_name, token) => {
    await using job = await granted()
    const { world, main } = job
    expectSaid(world, await world.post({ ...main, state: { ...main.state, token } }), 'Nothing to revoke.')
  })

  it('variables that another step set in between decide nothing', async () => {
    await using job = await granted()
    const { world, main } = job
    await using elsewhere = await rawServer(() => undefined)
    const there = `http://127.0.0.1:${elsewhere.port}`
    const env = {
      STATE_token: 'ghs_of_somebody_else',
      STATE_kind: 'vault',
      STATE_namespace: 'evil',
      'STATE_may-revoke-itself': 'true',
      'STATE_api-url': there,
      'STATE_expires-at': '2020-01-01T00:00:00.000Z',
      GITHUB_API_URL: there,
      'INPUT_GITHUB-API-URL': there,
    }
    expectSaid(world, await world.post({ ...main, env }), 'The token was revoked.')
    expect(answers(world, 'github')).toEqual([204])
    expect(elsewhere.connections()).toBe(0)
  })

  it('the inputs of the step are not looked at', async () => {
    await using job = await granted()
    const { world, main } = job
    const inputs = { 'app-server': '', permissions: '{', 'timeout-seconds': 'x', 'github-api-url': 'x' }
    expectSaid(world, await world.post(main, { inputs }), 'The token was revoked.')
  })
})
