import { describe, expect, it } from 'vitest'
import { appServerError } from '../../dev/fakes/app-server.ts'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { waits } from './faults.ts'
import { answers, expectGranted, expectRefused } from './support.ts'

const MINUTE = 60_000
const inputs = { 'timeout-seconds': '300' }

/** The ID token of each request to the app server. */
function bearers(world: World): string[] {
  return world
    .server('app-server')
    .requests.map(({ headers }) => headers['x-authorization'] ?? headers['authorization'] ?? '')
}

/** A header of each request to the app server. */
function headers(world: World, name: string): (string | undefined)[] {
  return world.server('app-server').requests.map((request) => request.headers[name])
}

describe.concurrent('the ID token of a retry', () => {
  it.each(['bearer', 'aws'])('is a new one more than 60 s after it was minted (%s)', async (variant) => {
    const faults = { 'app-server': [fault.status(503, { retryAfter: 61 })] }
    await using world = await createWorld(system, { variant, faults, inputs })
    const main = await world.run({ leaps: true })
    await expectGranted(world, main)
    expect(waits(main)[0]).toBeGreaterThan(MINUTE)
    expect(answers(world, 'app-server')).toEqual(['status 503', 200])
    const [first, second] = bearers(world)
    expect(first).toMatch(/^Bearer eyJ/)
    expect(second).toMatch(/^Bearer eyJ/)
    expect(second).not.toBe(first)
    expect(world.issuer.issued.filter(({ audience }) => audience === '127.0.0.1')).toHaveLength(2)
    // Both are masked.
    for (const { token } of world.issuer.issued) expect(main.masks).toContain(token)
  })

  it('is a new one after two tries that were not answered', async () => {
    const faults = { 'app-server': [fault.hang(), fault.hang()] }
    await using world = await createWorld(system, { faults, inputs })
    await expectGranted(world, await world.run({ leaps: true }))
    // Tries of 35 s: the third begins after 70 s.
    const [first, second, third] = bearers(world)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(answers(world, 'oidc')).toEqual([200, 200])
  })

  it('is the same within 60 s', async () => {
    const faults = { 'app-server': [fault.status(503, { retryAfter: 30 }), fault.reset(), fault.status(500)] }
    await using world = await createWorld(system, { faults, inputs })
    const main = await world.run({ leaps: true })
    await expectGranted(world, main)
    expect(waits(main)[0]).toBeGreaterThanOrEqual(30_000)
    expect(answers(world, 'app-server')).toEqual(['status 503', 'reset', 'status 500', 200])
    expect(new Set(bearers(world)).size).toBe(1)
    expect(answers(world, 'oidc')).toEqual([200])
  })

  it('is a new one for STS, too', async () => {
    const faults = { sts: [fault.status(503, { retryAfter: 61 })] }
    await using world = await createWorld(system, { variant: 'aws', faults, inputs })
    const main = await world.run({ leaps: true })
    await expectGranted(world, main)
    expect(answers(world, 'sts')).toEqual(['status 503', 200])
    const [first, second] = world
      .server('sts')
      .requests.map(({ body }) => new URLSearchParams(body).get('WebIdentityToken'))
    expect(second).not.toBe(first)
    // The one for the app server had grown old meanwhile, and was not sent.
    expect(bearers(world)).toEqual([`Bearer ${world.issuer.issued.at(-1)?.token ?? ''}`])
  })

  it('is awaited when the endpoint fails just then', async () => {
    const faults = {
      oidc: [fault.none(), fault.status(503), fault.reset()],
      'app-server': [fault.status(503, { retryAfter: 61 })],
    }
    await using world = await createWorld(system, { faults, inputs })
    await expectGranted(world, await world.run({ leaps: true }))
    expect(answers(world, 'oidc')).toEqual([200, 'status 503', 'reset', 200])
    expect(answers(world, 'app-server')).toEqual(['status 503', 200])
  })

  it('is the end where the endpoint refuses it', async () => {
    const faults = {
      oidc: [fault.none(), fault.status(401)],
      'app-server': [fault.status(503, { retryAfter: 61 })],
    }
    await using world = await createWorld(system, { faults, inputs })
    const message = expectRefused(world, await world.run({ leaps: true }))
    expect(message).toContain("The runner's ID-token endpoint")
    expect(message).toContain('\nID_TOKEN_REFUSED: ')
    expect(answers(world, 'app-server')).toEqual(['status 503'])
  })
})

describe.concurrent('the signature of a retry', () => {
  it('is made anew', async () => {
    const faults = {
      'app-server': [fault.status(503, { retryAfter: 1 }), fault.status(429, { retryAfter: 1 })],
    }
    await using world = await createWorld(system, { variant: 'aws', faults })
    await expectGranted(world, await world.run())
    expect(answers(world, 'app-server')).toEqual(['status 503', 'status 429', 200])
    expect(new Set(headers(world, 'x-amz-date')).size).toBe(3)
    expect(new Set(headers(world, 'authorization')).size).toBe(3)
    expect(new Set(bearers(world)).size).toBe(1)
    expect(answers(world, 'sts')).toEqual([200])
  })

  it('is good also minutes later', async () => {
    const faults = { 'app-server': [fault.status(503, { retryAfter: 61 }), fault.hang()] }
    await using world = await createWorld(system, { variant: 'aws', faults, inputs })
    const main = await world.run({ leaps: true })
    await expectGranted(world, main)
    expect(answers(world, 'app-server')).toEqual(['status 503', 'hang', 200])
    expect(new Set(headers(world, 'authorization')).size).toBe(3)
  })
})

describe.concurrent('a skewed clock', () => {
  it.each([
    ['10 min behind', 10 * MINUTE],
    ['10 min ahead', -10 * MINUTE],
    ['a day behind', 1_440 * MINUTE],
  ])('is corrected: the runner is %s', async (_case, ms) => {
    await using world = await createWorld(system, { variant: 'aws', now: () => Date.now() + ms })
    const main = await world.run()
    await expectGranted(world, main)
    expect(answers(world, 'app-server')).toEqual([403, 200])
    expect(waits(main)).toEqual([])
    const [wrong, right] = headers(world, 'x-amz-date')
    expect(dateOf(right) - dateOf(wrong)).toBeGreaterThan(ms - MINUTE)
    expect(dateOf(right) - dateOf(wrong)).toBeLessThan(ms + MINUTE)
    expect(main.annotations).toEqual([])
  })

  it('is no matter within the tolerance', async () => {
    await using world = await createWorld(system, { variant: 'aws', now: () => Date.now() + 3 * MINUTE })
    await expectGranted(world, await world.run())
    expect(answers(world, 'app-server')).toEqual([200])
  })

  it('is corrected once, then an error', async () => {
    const refusal = forEver(() =>
      fault.answer({
        status: 403,
        headers: {
          date: new Date(Date.now() + 10 * MINUTE).toUTCString(),
          'x-amzn-errortype': 'InvalidSignatureException',
        },
        body: { message: 'Signature expired: 20261121T080000Z is now earlier than 20261121T080500Z' },
      }),
    )
    await using world = await createWorld(system, { variant: 'aws', faults: { 'app-server': [refusal] } })
    const main = await world.run()
    const message = expectRefused(world, main)
    expect(message).toContain('Signature expired')
    expect(message).toContain('\nCLOCK_SKEWED: ')
    // The clock is to blame, not the role.
    expect(message).not.toContain('The role needs')
    expect(answers(world, 'app-server')).toEqual(['status 403', 'status 403'])
  })

  it.each<[string, string, Record<string, string>]>([
    ['a difference of less than 4 min', 'aws', { date: new Date(Date.now() + 3.5 * MINUTE).toUTCString() }],
    [
      'a Date that a cache gave',
      'aws',
      { date: new Date(Date.now() - 10 * MINUTE).toUTCString(), age: '600' },
    ],
    ['a Date that is none', 'aws', { date: 'yesterday' }],
    ['a request without a signature', 'bearer', { date: new Date(Date.now() + 10 * MINUTE).toUTCString() }],
  ])('is not seen in %s', async (_case, variant, header) => {
    const refusal = appServerError(403, 'Not for you')
    const faults = { 'app-server': [fault.answer({ ...refusal, headers: header })] }
    await using world = await createWorld(system, { variant, faults })
    expect(expectRefused(world, await world.run())).toContain('\nDENIED: ')
    expect(answers(world, 'app-server')).toEqual(['status 403'])
  })

  it.each(['bearer', 'aws'])('does no harm to a wait until a date (%s)', async (variant) => {
    // The server's clock is 10 min ahead, and so is the date it asks to wait for.
    const now = (): number => Date.now() + 10 * MINUTE
    const busy = () => fault.status(503, { retryAfter: new Date(now() + 2_000), date: new Date(now()) })
    await using world = await createWorld(system, { variant, now, faults: { 'app-server': [busy] } })
    const main = await world.run()
    await expectGranted(world, main)
    // With 'aws', the Date is no reason to sign again at once: the server is busy, whatever the time.
    expect(answers(world, 'app-server')[0]).toBe('status 503')
    expect(waits(main)[0]).toBeLessThanOrEqual(3_000)
    expect(waits(main)[0]).toBeGreaterThanOrEqual(1_000)
  })
})

/** ms since the epoch of an `x-amz-date`. */
function dateOf(basic = ''): number {
  return Date.parse(basic.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}
