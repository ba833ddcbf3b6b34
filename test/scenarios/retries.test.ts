import * as net from 'node:net'
import { describe, expect, it } from 'vitest'
import { appServerError } from '../../dev/fakes/app-server.ts'
import { fault, nameOf, type Fault } from '../../dev/fakes/faults.ts'
import { stsError } from '../../dev/fakes/sts.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld, type WorldOptions } from '../../dev/world.ts'
import { at, endedAfter, PROMPTLY_MS, rawServer, waits } from './faults.ts'
import { answers, expectGranted, expectRefused } from './support.ts'

const ROLES = ['app-server', 'oidc'] as const
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504]

async function failsThenSucceeds(
  role: string,
  faults: readonly Fault[],
  options: WorldOptions = {},
): Promise<void> {
  await using world = await createWorld(system, { faults: { [role]: faults }, ...options })
  const main = await world.run()
  await expectGranted(world, main)
  expect(answers(world, role)).toEqual([...faults.map(nameOf), 200])
  expect(main.annotations).toEqual([])
}

/** The step failed for good at the first answer, at once. */
async function failsAtOnce(
  role: string,
  refusal: Fault,
  text: RegExp,
  options: WorldOptions = {},
): Promise<void> {
  await using world = await createWorld(system, { faults: { [role]: [refusal] }, ...options })
  const main = await world.run()
  expect(expectRefused(world, main)).toMatch(text)
  expect(answers(world, role)).toEqual([nameOf(refusal)])
  expect(endedAfter(world, role, main)).toBeLessThan(PROMPTLY_MS)
  expect(main.state).toEqual({})
  if (role !== 'app-server') expect(world.server('app-server').requests).toEqual([])
}

describe.concurrent('tried again', () => {
  const faults: [string, Fault][] = [
    ['a reset before headers', fault.reset()],
    ['a reset in the middle of the body', fault.resetInBody()],
    ['a body shorter than its Content-Length', fault.shortBody()],
    ['an end of the connection instead of an answer', fault.raw('')],
    ['an answer that is not HTTP', fault.raw('220 mail.example ESMTP\r\n')],
    ['an answer cut in its headers', fault.raw('HTTP/1.1 200 OK\r\ncontent-le')],
    [
      'an upgrade that nobody asked for',
      fault.raw('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    ],
    ['an error cut in its body', fault.shortBody(403)],
    ...TRANSIENT.map((status): [string, Fault] => [String(status), fault.status(status)]),
    ['a page of HTML with 502', fault.html(502)],
  ]
  const rows = ROLES.flatMap((role) => faults.map(([name, each]) => [role, name, each] as const))
  it.each(rows)('%s: %s, once', async (role, _name, each) => failsThenSucceeds(role, [each]))
  it.each(rows)('%s: %s, twice', async (role, _name, each) => failsThenSucceeds(role, [each, each]))

  it.each(ROLES)('%s: each of them another', async (role) =>
    failsThenSucceeds(role, [fault.reset(), fault.status(503), fault.shortBody(), fault.status(429)]),
  )

  const pending = (message: string): Fault => fault.status(403, { body: { message } })
  it.each(['Pending', "Server won't issue ID_TOKEN for non-inprogress job"])(
    'oidc: 403 %s',
    async (message) => {
      await failsThenSucceeds('oidc', [pending(message)])
      await failsThenSucceeds('oidc', [pending(message), pending(message), pending(message)])
    },
  )

  const state = (name: string): string => `Can't issue ID_TOKEN for job in '${name}' state.`
  it.each([400, 401, 404, 409, 422])('oidc: %i for a job that is not running yet', async (status) => {
    for (const name of ['Pending', 'Delayed', 'Queued']) {
      await failsThenSucceeds('oidc', [fault.status(status, { body: { message: state(name) } })])
    }
  })

  it.each<[string, number, string]>([
    ['a job that is over', 400, state('Completed')],
    ['a job that is over, with 403', 403, state('completed')],
    ['"pending" with 401', 401, 'A pending approval is missing'],
  ])('oidc: not for %s', async (_name, status, message) => {
    const faults = { oidc: [fault.status(status, { body: { message } })] }
    await using world = await createWorld(system, { faults })
    expect(expectRefused(world, await world.run())).toContain('\nID_TOKEN_REFUSED: ')
    expect(answers(world, 'oidc')).toEqual([`status ${status}`])
  })

  const aws = { variant: 'aws' }
  const later: [string, Fault][] = [
    ['Throttling', fault.answer(stsError(400, 'Throttling', 'Rate exceeded'))],
    ['Throttling in XML', fault.answer(stsError(400, 'Throttling', 'Rate exceeded', { json: false }))],
    [
      'IDPCommunicationError',
      fault.answer(stsError(400, 'IDPCommunicationError', 'The request to the IDP endpoint failed')),
    ],
    ['503', fault.answer(stsError(503, 'ServiceUnavailable', 'Try again'))],
    ['503 of a gateway', fault.html(503)],
    ['a reset', fault.reset()],
    ['a body shorter than its Content-Length', fault.shortBody()],
  ]
  it.each(later)('sts: %s', async (_name, each) => {
    await failsThenSucceeds('sts', [each], aws)
    await failsThenSucceeds('sts', [each, each], aws)
  })

  it.each(['Throttling', 'ThrottlingException'])('the gateway of the app server: %s', async (type) =>
    failsThenSucceeds(
      'app-server',
      [
        fault.answer({
          status: 400,
          headers: { 'x-amzn-errortype': `${type}:http://x/` },
          body: { message: 'Rate exceeded' },
        }),
      ],
      aws,
    ),
  )

  it.each(ROLES)('%s: connection refused until it is up 3 s later', async (role) => {
    await using world = await createWorld(system)
    const server = world.server(role)
    await server.refuse()
    const up = new Promise((resolve) => setTimeout(resolve, 3_000)).then(() => server.listen())
    const [main] = await Promise.all([world.run(), up])
    await expectGranted(world, main)
    expect(main.debugLines.filter((line) => line.includes('connection refused')).length).toBeGreaterThan(1)
    expect(main.durationMs).toBeGreaterThan(2_900)
    expect(answers(world, role)).toEqual([200])
  })
})

describe.concurrent('a connection that was opened early', () => {
  const ends: [string, (socket: net.Socket) => unknown, boolean][] = [
    ['closed', (socket) => socket.end(), false],
    ['reset', (socket) => socket.resetAndDestroy(), false],
    ['reset when the request comes', (socket) => socket.once('data', () => socket.resetAndDestroy()), false],
    ['closed when the request comes', (socket) => socket.once('data', () => socket.end()), false],
    ['never answered', () => undefined, true],
  ]
  it.each(ends)('and is %s is no harm', async (_end, end, counts) => {
    await using world = await createWorld(system, { faults: { oidc: [fault.delay(300)] } })
    const { port } = world.server('app-server')
    await using between = await rawServer((socket, n) => {
      if (n === 0) {
        if (counts) world.holds(socket)
        return end(socket)
      }
      const upstream = net.connect(port, '127.0.0.1').on('error', () => undefined)
      return socket.pipe(upstream).pipe(socket)
    })
    const main = await world.run({
      leaps: true,
      inputs: { 'app-server': `http://127.0.0.1:${between.port}` },
    })
    await expectGranted(world, main)
    // It is no try that failed, unless the request went out and stayed without an answer.
    expect(waits(main)).toHaveLength(counts ? 1 : 0)
    expect(between.connections()).toBe(2)
    expect(answers(world, 'app-server')).toEqual([200])
  })
})

describe.concurrent('Retry-After', () => {
  const rows = ROLES.flatMap((role) => [429, 503].map((status) => [role, status] as const))

  it.each(rows)('%s: %i with seconds is waited for, not less', async (role, status) => {
    const faults = { [role]: [fault.status(status, { retryAfter: 1 })] }
    await using world = await createWorld(system, { faults })
    await expectGranted(world, await world.run())
    expect(answers(world, role)).toEqual([`status ${status}`, 200])
    expect(at(world, role, 1) - at(world, role)).toBeGreaterThanOrEqual(1_000)
  })

  it.each(rows)('%s: %i with a date is waited for, not less', async (role, status) => {
    let until = NaN
    const busy = (): Fault => {
      until = Math.floor(Date.now() / 1_000 + 2) * 1_000
      return fault.status(status, { retryAfter: new Date(until) })
    }
    await using world = await createWorld(system, { faults: { [role]: [busy] } })
    await expectGranted(world, await world.run())
    expect(answers(world, role)).toEqual([`status ${status}`, 200])
    expect(at(world, role, 1)).toBeGreaterThanOrEqual(until)
  })

  it.each(ROLES)('%s: half a minute is waited for', async (role) => {
    await using world = await createWorld(system, {
      faults: { [role]: [fault.status(503, { retryAfter: 30 })] },
    })
    const main = await world.run({ leaps: true })
    await expectGranted(world, main)
    expect(waits(main)).toHaveLength(1)
    expect(waits(main)[0]).toBeGreaterThanOrEqual(30_000)
    expect(answers(world, role)).toEqual(['status 503', 200])
  })

  it('a date in the past, or no date at all, is no reason to wait', async () => {
    const faults = [
      fault.status(503, { retryAfter: new Date(0) }),
      fault.status(503, { headers: { 'retry-after': 'soon' } }),
      fault.status(503, { headers: { 'retry-after': '-5' } }),
    ]
    await using world = await createWorld(system, { faults: { 'app-server': faults } })
    const main = await world.run()
    await expectGranted(world, main)
    expect(waits(main)).toHaveLength(3)
    expect(Math.max(...waits(main))).toBeLessThan(1_000)
  })

  const beyond = rows.flatMap(([role, status]) =>
    (['seconds', 'a date'] as const).map((form) => [role, status, form] as const),
  )
  it.each(beyond)(
    '%s: %i with more than is left, in %s, fails at once and says so',
    async (role, status, form) => {
      const busy = (): Fault =>
        fault.status(status, { retryAfter: form === 'seconds' ? 120 : new Date(Date.now() + 120_000) })
      await using world = await createWorld(system, { faults: { [role]: [busy] } })
      const main = await world.run()
      const message = expectRefused(world, main)
      expect(message).toMatch(
        /It asks to wait for 1(19|20) s, which leaves no time within the limit of 60 s \(timeout-seconds\)\./,
      )
      expect(message).toContain(`could not answer (${status} `)
      expect(message).toContain('OVERLOADED')
      expect(answers(world, role)).toEqual([`status ${status}`])
      expect(endedAfter(world, role, main)).toBeLessThan(PROMPTLY_MS)
    },
  )
})

describe.concurrent('tried again at most twice', () => {
  const texts = [
    'request timed out',
    'Expected 200 OK from the JSON Web Key Set HTTP response',
    'no applicable key found in the JSON Web Key Set',
  ]
  const trouble = (text: string): Fault => fault.answer(appServerError(401, `Invalid token: ${text}`))

  it.each(texts)('app-server: %s', async (text) => {
    await failsThenSucceeds('app-server', [trouble(text)])
    await failsThenSucceeds('app-server', [trouble(text), trouble(text)])
  })

  it('app-server: three times is a refusal, also where each text is another', async () => {
    for (const faults of [texts.map(trouble), texts.map((_, n) => trouble(`request timed out (${n})`))]) {
      await using world = await createWorld(system, { faults: { 'app-server': faults } })
      expect(expectRefused(world, await world.run())).toContain('refused (401 Unauthorized): Invalid token:')
      expect(answers(world, 'app-server')).toHaveLength(3)
    }
  })

  it('app-server: a token that is not valid yet, once', async () => {
    const early = trouble('"nbf" claim timestamp check failed')
    await failsThenSucceeds('app-server', [early])
    await using world = await createWorld(system, { faults: { 'app-server': [early, early] } })
    expect(expectRefused(world, await world.run())).toContain('"nbf" claim timestamp check failed')
    expect(answers(world, 'app-server')).toHaveLength(2)
  })

  it('sts: the keys of the issuer could not be fetched', async () => {
    const keys = fault.answer(
      stsError(400, 'InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider"),
    )
    await failsThenSucceeds('sts', [keys, keys], { variant: 'aws' })
    await using world = await createWorld(system, { variant: 'aws', faults: { sts: [keys, keys, keys] } })
    expect(expectRefused(world, await world.run())).toContain("Couldn't retrieve verification key")
    expect(answers(world, 'sts')).toHaveLength(3)
  })

  it('beside errors that are tried again without limit', async () => {
    const keys = trouble('request timed out')
    await failsThenSucceeds('app-server', [fault.status(503), keys, fault.status(503), keys, fault.reset()])
  })
})

describe.concurrent('not tried again', () => {
  const statuses = [400, 401, 403, 404, 413, 422]
  const own = (status: number): Fault => fault.answer(appServerError(status, `No: ${status}.`))
  const roles = ROLES.flatMap((role) => statuses.map((status) => [role, status] as const))

  it.each(roles)('%s: %i', async (role, status) =>
    failsAtOnce(
      role,
      fault.status(status),
      new RegExp(` refused \\(${status} [A-Z][a-zA-Z ]+\\): status ${status}\\.`),
    ),
  )
  it.each(statuses)('app-server: %i in its own words', async (status) =>
    failsAtOnce(
      'app-server',
      own(status),
      new RegExp(` refused \\(${status} [A-Z][a-zA-Z ]+\\): No: ${status}\\.\n`),
    ),
  )
  it.each(roles)('%s: %i with a page of HTML', async (role, status) =>
    failsAtOnce(role, fault.html(status), new RegExp(` refused \\(${status} [A-Z][a-zA-Z ]+\\)\\.\n`)),
  )

  const redirects = ROLES.flatMap((role) =>
    [300, 301, 302, 303, 304, 307, 308].map((status) => [role, status] as const),
  )
  it.each(redirects)('%s: a redirect by %i', async (role, status) =>
    failsAtOnce(
      role,
      fault.redirect('http://127.0.0.1:9/', status),
      new RegExp(`answered with a redirect \\(${status} `),
    ),
  )

  const codes: [number, string, string][] = [
    [403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'],
    [400, 'InvalidIdentityToken', 'Incorrect token audience'],
    [400, 'ValidationError', '1 validation error detected'],
  ]
  it.each(codes)('sts: %i %s', async (status, code, message) => {
    for (const json of [true, false]) {
      await failsAtOnce(
        'sts',
        fault.answer(stsError(status, code, message, { json })),
        new RegExp(`AWS STS .* refused \\(${status} [A-Z][a-z A-Z]+\\): ${code}: ${message}\\.\n`),
        { variant: 'aws' },
      )
    }
  })
  it.each([301, 307, 308])('sts: a redirect by %i', async (status) =>
    failsAtOnce('sts', fault.redirect('http://127.0.0.1:9/', status), /answered with a redirect/, {
      variant: 'aws',
    }),
  )
})
