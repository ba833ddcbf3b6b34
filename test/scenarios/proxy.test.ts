import * as net from 'node:net'
import { describe, expect, it } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld, type World, type WorldOptions } from '../../dev/world.ts'
import {
  CANCELLED_MS,
  endedAfter,
  expectWarned,
  PROMPTLY_MS,
  rawServer,
  type RawServer,
  signalsReachHandlers,
} from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'

/** A port where nobody listens: a free one could be taken by another scenario. */
const NOBODY = '127.0.0.1:1'

describe.concurrent('a proxy', () => {
  const PASSWORD = 'p@ss/word:with%20chars&é'
  const credentials = { user: 'runner', password: PASSWORD }
  const HINT =
    'The proxy comes from https_proxy in the environment of the runner; hosts in no_proxy are reached without it.'

  /** The step failed by the proxy, and says so. */
  function expectProxyFailed(world: World, main: StageResult, what: RegExp): string {
    const message = expectRefused(world, main)
    expect(message).toMatch(what)
    expect(message).toContain(HINT)
    expect(message).toContain('\nPROXY_FAILED: ')
    expect(
      main.raw
        .split('\n')
        .filter((line) => !line.startsWith('::add-mask::'))
        .join('\n'),
    ).not.toContain('p@ss')
    return message
  }

  it.each([false, true])(
    'with a password is used, and the password is never shown (debug: %s)',
    async (debug) => {
      await using world = await createWorld(system, { variant: 'aws', proxy: { credentials } })
      const main = await world.run({ debug })
      await expectGranted(world, main)
      const post = await world.post(main, { debug })
      expectClean(world, post)
      expect(post.log).toContain('The token was revoked.\n')
      expect(world.proxy?.targets.every(({ answered }) => answered === 200)).toBe(true)
      const basic = Buffer.from(`runner:${PASSWORD}`).toString('base64')
      expect(main.masks).toEqual(expect.arrayContaining([PASSWORD, basic]))
      expect(post.masks).toEqual(expect.arrayContaining([PASSWORD, basic]))
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), btoa('runner:x').slice(0, 8)]) {
        expect(main.log + post.log).not.toContain(secret)
      }
    },
  )

  it.each<[string, (url: URL) => void]>([
    ['no password', (url) => Object.assign(url, { username: '', password: '' })],
    ['another password', (url) => Object.assign(url, { password: 'hush-hush-hush-hush' })],
    ['a user without a password', (url) => Object.assign(url, { password: '' })],
  ])('that wants another password than %s: 407', async (_case, change) => {
    for (const debug of [false, true]) {
      await using world = await createWorld(system, { proxy: { credentials } })
      const url = new URL(world.proxy?.url ?? '')
      change(url)
      const main = await world.run({ debug, env: { https_proxy: url.href } })
      expectProxyFailed(
        world,
        main,
        /^The runner's ID-token endpoint \(oidc\.example\): the proxy 127\.0\.0\.1:\d+ refused the tunnel \(407: it requires a user name and a password\)\.\n/,
      )
      expect(main.log).not.toContain('hush-hush')
      // Asked once: a second time would lock the user out.
      expect(world.proxy?.targets).toEqual([{ target: 'oidc.example:443', answered: 407 }])
    }
  })

  it('that refuses the host: 403', async () => {
    await using world = await createWorld(system, { proxy: { mode: 'refuse' } })
    const main = await world.run()
    expectProxyFailed(world, main, /the proxy 127\.0\.0\.1:\d+ refused the tunnel \(403\)\./)
    expect(world.proxy?.targets).toEqual([{ target: 'oidc.example:443', answered: 403 }])
    expect(main.durationMs).toBeLessThan(PROMPTLY_MS)
  })

  it('that reaches nobody: 502, until the time is over', async () => {
    await using world = await createWorld(system, { proxy: { mode: 'bad-gateway' } })
    const main = await world.run({ leaps: true, inputs: { 'timeout-seconds': '1' } })
    expectProxyFailed(world, main, /refused the tunnel \(502\)\. Gave up after \d+ attempts/)
    expect(world.proxy?.targets.length).toBeGreaterThan(1)
    expect(main.durationMs).toBeLessThan(PROMPTLY_MS)
  })

  it('that cannot be reached', async () => {
    await using world = await createWorld(system, { proxy: {} })
    const main = await world.run({
      leaps: true,
      env: { https_proxy: `http://runner:p%40ss@${NOBODY}` },
      inputs: { 'timeout-seconds': '1' },
    })
    expectProxyFailed(
      world,
      main,
      /the proxy 127\.0\.0\.1:1 could not be reached \(connection refused\)\. Gave up after \d+ attempts/,
    )
    expect(main.durationMs).toBeLessThan(PROMPTLY_MS)
  })

  it('that has a name nobody knows', async () => {
    await using world = await createWorld(system, { proxy: {} })
    const main = await world.run({
      leaps: true,
      env: { https_proxy: 'http://runner:p@ss@proxy.invalid:3128' },
      inputs: { 'timeout-seconds': '1' },
    })
    expectProxyFailed(
      world,
      main,
      /the proxy proxy\.invalid:3128 could not be reached \(host name (not found|lookup failed)\)/,
    )
  })

  it.each(['p@ss word', 'p@ss:3128:9', 'http://runner:1/p@ss@127.0.0.1:3128', 'http://'])(
    'whose setting is no URL: %s',
    async (setting) => {
      await using world = await createWorld(system, { proxy: {} })
      const main = await world.run({ env: { https_proxy: setting }, debug: true })
      expectProxyFailed(world, main, /the proxy setting https_proxy is not a URL/)
      expect(main.log).not.toContain(setting)
      expect(world.proxy?.targets).toEqual([])
    },
  )

  it.each<[string, string, (proxy: URL) => Record<string, string>]>([
    ['without a scheme', 'p@ss', ({ host }) => ({ https_proxy: `runner:p%40ss@${host}` })],
    [
      'with a name and without a scheme',
      'p@ss',
      ({ port }) => ({ https_proxy: `runner:p@ss@localhost:${port}` }),
    ],
    ['with a % that is no escape', '100%', ({ host }) => ({ https_proxy: `http://runner:100%@${host}` })],
    ['with both', 'é%zz%é', ({ host }) => ({ https_proxy: `runner:é%zz%25%C3%A9@${host}` })],
    ['in capitals', 'p@ss', ({ host }) => ({ https_proxy: '', HTTPS_PROXY: `HTTP://runner:p%40ss@${host}` })],
  ])('whose setting is %s is used', async (_case, password, variables) => {
    await using world = await createWorld(system, { proxy: { credentials: { user: 'runner', password } } })
    const main = await world.run({ env: variables(new URL(world.proxy?.url ?? '')) })
    await expectGranted(world, main)
    // Nothing went another way: the proxy alone knows the hosts.
    expect(world.proxy?.targets.map(({ answered }) => answered)).toEqual([200, 200])
    expect(main.masks).toContain(password)
  })

  it.each([
    ['socks5://runner:p%40ss@socks.example:1080', 'socks.example:1080', 'socks5'],
    ['SOCKS4A://socks.example', 'socks.example', 'socks4a'],
    ['ftp://p@ss%@[::1]:21', '[::1]:21', 'ftp'],
  ])('with another scheme is refused by name: %s', async (setting, host, scheme) => {
    await using world = await createWorld(system, { proxy: {} })
    const main = await world.run({ env: { https_proxy: setting }, debug: true })
    const said = `the proxy ${host} (https_proxy) has the scheme "${scheme}", but a proxy must be http or https.`
    expect(expectProxyFailed(world, main, /^The runner's ID-token endpoint/)).toContain(said)
    expect(main.log).not.toContain('p%40ss')
    expect(world.proxy?.targets).toEqual([])
  })

  it.each(['http://runner:100%@127.0.0.1:9', 'socks5://127.0.0.1:9', 'localhost:9', 'nonsense:'])(
    'is never gone round: %s',
    async (https_proxy) => {
      // Reachable without a proxy, but for the loopback names that no client asks a proxy for.
      await using world = await createWorld(system)
      const inputs = {
        'app-server': world.url('app-server').replace(/^http:.*/, 'https://app-server.example'),
      }
      const main = await world.run({ env: { https_proxy }, inputs })
      expect(expectRefused(world, main)).toMatch(/^The app server \(app-server\.example\): the proxy /)
    },
  )

  it('that does not answer', async () => {
    await using world = await createWorld(system, { proxy: { mode: 'hang' } })
    const main = await world.run({ leaps: true, inputs: { 'timeout-seconds': '1' } })
    const message = expectRefused(world, main)
    expect(message).toContain('no answer within 1 s, while waiting for the proxy')
    expect(message).toContain('\nTIMED_OUT: ')
    expect(world.proxy?.targets).toEqual([{ target: 'oidc.example:443', answered: 'hang' }])
    expect(main.durationMs).toBeLessThan(PROMPTLY_MS)
  })

  const OK = 'HTTP/1.1 200 Connection established\r\n\r\n'
  const bad: [string, (client: net.Socket, world: World) => void, RegExp][] = [
    [
      'closes the connection',
      (client) => client.end(),
      /the proxy .* could not be reached \(connection (closed too early|reset)\)/,
    ],
    [
      'resets the connection',
      (client) => client.resetAndDestroy(),
      /the proxy .* could not be reached \(connection reset\)/,
    ],
    [
      'answers in another language',
      (client) => client.end('SSH-2.0-OpenSSH_9.6\r\n'),
      /the proxy .* could not be reached \(the answer is not HTTP\)/,
    ],
    [
      'answers with an upgrade',
      (client) =>
        client.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
      /the proxy .* refused the tunnel \(101\)/,
    ],
    ['answers without an end', drip('HTTP/1.1 200 OK\r\n', 'x: y\r\n'), /while waiting for the proxy/],
    ['opens a tunnel to nowhere', (client) => client.end(OK), /connection (closed too early|reset)/],
    [
      'opens a tunnel and resets it',
      (client) => client.write(OK, () => client.resetAndDestroy()),
      /connection (closed too early|reset)/,
    ],
    [
      'opens a tunnel and says nothing',
      (client, world) => {
        client.write(OK)
        world.holds(client)
      },
      /while waiting for the TLS handshake/,
    ],
    [
      'opens a tunnel and drips',
      drip(OK, 'x'),
      /the TLS handshake failed|while waiting for the TLS handshake/,
    ],
    [
      'opens a tunnel to something else',
      (client) => client.write(`${OK}220 mail.example ESMTP\r\n`),
      /the TLS handshake failed/,
    ],
  ]
  const rows = bad.flatMap((each) => [false, true].map((debug) => [...each, debug] as const))
  it.each(rows)('that %s is an error in time', async (_name, answer, what, debug) => {
    await using world = await createWorld(system, { hosts: { 'app-server': 'app-server.example' } })
    await using proxy = await proxyThat((client) => {
      answer(client, world)
    })
    const main = await world.run({
      debug,
      leaps: true,
      env: { https_proxy: `http://runner:p%40ss@127.0.0.1:${proxy.port}` },
      inputs: { 'timeout-seconds': '1' },
    })
    const message = expectRefused(world, main)
    expect(message).toMatch(/^The app server \(app-server\.example\): /)
    expect(message).toMatch(what)
    expect(proxy.connections()).toBeGreaterThan(0)
    expect(main.durationMs).toBeLessThan(PROMPTLY_MS)
    expect(world.server('app-server').requests).toEqual([])
  })

  it('that breaks the tunnel in the middle is tried again', async () => {
    let broken = 0
    await using world = await createWorld(system, { hosts: { 'app-server': 'app-server.example' } })
    const { port } = world.server('app-server')
    await using proxy = await proxyThat((client) => {
      const upstream = net.connect(port, '127.0.0.1').on('error', () => undefined)
      client.write(OK)
      client.pipe(upstream).pipe(client)
      // The second piece to the server ends the handshake.
      let pieces = 0
      if (broken < 2)
        client.on('data', () => {
          if (++pieces === 2) {
            broken++
            client.resetAndDestroy()
          }
        })
    })
    const main = await world.run({ env: { https_proxy: `http://127.0.0.1:${proxy.port}` } })
    await expectGranted(world, main)
    expect(broken).toBe(2)
    expect(proxy.connections()).toBe(3)
  })

  const faults: [string, NonNullable<WorldOptions['faults']>][] = [
    ['a reset', { 'app-server': [fault.reset(), fault.reset()], oidc: [fault.reset()] }],
    ['a cut body', { 'app-server': [fault.shortBody(), fault.resetInBody()], oidc: [fault.shortBody()] }],
    ['an error', { 'app-server': [fault.status(503), fault.status(429)], oidc: [fault.status(500)] }],
  ]
  it.each(faults)('makes no difference to %s: it is tried again', async (_name, each) => {
    await using world = await createWorld(system, { proxy: {}, faults: each })
    await expectGranted(world, await world.run())
    expect(answers(world, 'oidc')).toHaveLength(2)
    expect(answers(world, 'app-server')).toHaveLength(3)
  })

  it.each(['hang', 'endlessHeaders', 'drip'] as const)(
    'makes no difference to a server that does not end: %s',
    async (kind) => {
      await using world = await createWorld(system, {
        proxy: {},
        faults: { 'app-server': [forEver(fault[kind]())] },
      })
      const main = await world.run({ leaps: true, inputs: { 'timeout-seconds': '1' } })
      expect(expectRefused(world, main)).toMatch(/while waiting for the (answer|rest of the answer)/)
      expect(main.durationMs).toBeLessThan(PROMPTLY_MS)
    },
  )

  it.runIf(signalsReachHandlers).each(['SIGINT', 'SIGTERM'] as const)(
    'is left when the job is cancelled by %s',
    async (signal) => {
      await using world = await createWorld(system, {
        proxy: {},
        faults: { 'app-server': [forEver(fault.hang())] },
      })
      const main = await world.run({ signals: [{ signal, when: world.server('app-server').seen(1) }] })
      expect(expectRefused(world, main)).toContain('\nCANCELLED: ')
      expect(main.afterSignalMs).toBeLessThan(CANCELLED_MS)
      expect(endedAfter(world, 'app-server', main)).toBeLessThan(PROMPTLY_MS)
    },
  )

  it.each<[string, Record<string, string>]>([
    ['is down', { https_proxy: `http://runner:p%40ss@${NOBODY}` }],
    ['has a setting that is no URL', { https_proxy: 'p@ss word' }],
  ])('that %s is a warning in post', async (_case, env) => {
    await using world = await createWorld(system, { proxy: {} })
    const main = await world.run()
    await expectGranted(world, main)
    const post = await world.post(main, { leaps: true, env })
    expectClean(world, post)
    expect(expectWarned(post)).toMatch(
      /the proxy (127\.0\.0\.1:1 could not be reached|setting https_proxy is not a URL)/,
    )
    expect(post.log).not.toContain('p@ss')
  })
})

/** Sends a beginning, and then a little more every 100 ms. */
function drip(beginning: string, more: string): (client: net.Socket, world: World) => void {
  return (client, world) => {
    client.write(beginning)
    world.holds(client)
    const timer = setInterval(() => client.write(more), 100)
    client.once('close', () => {
      clearInterval(timer)
    })
  }
}

/** A server that does with a client what it is told as soon as the client has asked for a tunnel. */
function proxyThat(answer: (client: net.Socket) => unknown): Promise<RawServer> {
  return rawServer((client) => client.once('data', () => answer(client)))
}
