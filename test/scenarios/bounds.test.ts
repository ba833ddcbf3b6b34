import { describe, expect, it } from 'vitest'
import { fault, forEver, nameOf, type Fault } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { preload, rawServer } from './faults.ts'
import { answers, expectGranted, expectRefused } from './support.ts'

/** `timeout-seconds` of most scenarios here. */
const SECONDS = 2
const MIB = 1024 * 1024

const ROLES: [role: string, variant: string, asked: RegExp][] = [
  ['app-server', 'bearer', /^The app server \(127\.0\.0\.1:\d+\): /],
  ['app-server', 'aws', /^The app server \(127\.0\.0\.1:\d+\): /],
  ['oidc', 'bearer', /^The runner's ID-token endpoint \(127\.0\.0\.1:\d+\): /],
  ['sts', 'aws', /^AWS STS \(127\.0\.0\.1:\d+\): /],
]

/** The step, whose waits were leapt over, ended in time for the reason that its time was over; gives the annotation. */
function expectInTime(world: World, main: StageResult, seconds: number): string {
  expect(main.durationMs).toBeLessThan(seconds * 1_000 + 1_000)
  return expectTimedOut(world, main, seconds)
}

function expectTimedOut(world: World, main: StageResult, seconds: number): string {
  const message = expectRefused(world, main)
  expect(message).toContain(`the limit is ${seconds} s (timeout-seconds).`)
  expect(message).toContain('\nTIMED_OUT: ')
  return message
}

describe.concurrent('a server that does not come to an end', () => {
  const faults: [string, Fault, string][] = [
    ['no answer', fault.hang(), 'while waiting for the answer'],
    ['headers that never end', fault.endlessHeaders(), 'while waiting for the answer'],
    ['a body that drips one byte a second', fault.drip(), 'while waiting for the rest of the answer'],
  ]
  const rows = ROLES.flatMap(([role, variant, asked]) =>
    faults.map(([name, each, waiting]) => [role, variant, name, each, waiting, asked] as const),
  )
  it.each(rows)('%s (%s): %s', async (role, variant, _name, each, waiting, asked) => {
    await using world = await createWorld(system, { variant, faults: { [role]: [forEver(each)] } })
    const main = await world.run({ leaps: true, inputs: { 'timeout-seconds': String(SECONDS) } })
    const message = expectInTime(world, main, SECONDS)
    expect(message).toMatch(asked)
    expect(message).toContain(waiting)
    expect(new Set(answers(world, role))).toEqual(new Set([nameOf(each)]))
    expect(main.durationMs).toBeGreaterThan(SECONDS * 1_000 - 500)
  })

  it.each(ROLES)(
    '%s (%s): it is tried again after a while, and a try that is answered counts',
    async (role, variant) => {
      await using world = await createWorld(system, {
        variant,
        faults: { [role]: [fault.hang(), fault.drip()] },
      })
      const main = await world.run({ leaps: true, inputs: { 'timeout-seconds': '120' } })
      await expectGranted(world, main)
      expect(answers(world, role).slice(0, 3)).toEqual(['hang', 'drip', 200])
    },
  )

  it('within the default of 60 s', async () => {
    await using world = await createWorld(system, { faults: { 'app-server': [forEver(fault.hang())] } })
    const main = await world.run({ leaps: true })
    const message = expectRefused(world, main)
    expect(message).toMatch(/Gave up after 2 attempts in (59|60) s; the limit is 60 s \(timeout-seconds\)\./)
    expect(answers(world, 'app-server')).toEqual(['hang', 'hang'])
  })

  it('interim answers without end', async () => {
    await using world = await createWorld(system)
    await using tick = await rawServer((socket) => {
      world.holds(socket)
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 50)
      socket.once('close', () => {
        clearInterval(timer)
      })
    })
    const main = await world.run({
      leaps: true,
      inputs: { 'app-server': `http://127.0.0.1:${tick.port}`, 'timeout-seconds': String(SECONDS) },
    })
    expect(expectInTime(world, main, SECONDS)).toContain('while waiting for the answer')
    expect(tick.connections()).toBeGreaterThan(0)
  })

  it('a TLS handshake that never ends', async () => {
    await using world = await createWorld(system)
    await using silent = await rawServer(world.holds)
    const main = await world.run({
      leaps: true,
      inputs: { 'app-server': `https://127.0.0.1:${silent.port}`, 'timeout-seconds': String(SECONDS) },
    })
    expect(expectInTime(world, main, SECONDS)).toContain('while waiting for the TLS handshake')
    expect(silent.connections()).toBeGreaterThan(0)
  })
})

describe.concurrent('a flood', () => {
  it.each(ROLES)('%s (%s): 400 MB are not read, and take less than 100 MiB', async (role, variant, asked) => {
    for (const status of [200, 403, 500]) {
      const flood = fault.flood(400, status)
      await using world = await createWorld(system, { variant, faults: { [role]: [forEver(flood)] } })
      const main = await world.run({ memory: true })
      const message = expectRefused(world, main)
      expect(message).toMatch(asked)
      expect(message).toContain('the answer is larger than 1 MiB')
      expect(message).toContain('\nUNUSABLE_ANSWER: ')
      expect(answers(world, role)).toEqual(['flood'])
      expect(main.peakMemory).toBeGreaterThan(10 * MIB)
      expect(main.peakMemory).toBeLessThan(100 * MIB)
    }
  })

  it('headers of 1 MB are refused too', async () => {
    const headers = fault.raw(
      `HTTP/1.1 200 OK\r\n${`x-filler: ${'a'.repeat(1_000)}\r\n`.repeat(1_000)}\r\n{}`,
    )
    await using world = await createWorld(system, { faults: { 'app-server': [forEver(headers)] } })
    const main = await world.run({ memory: true })
    expect(expectRefused(world, main)).toMatch(
      /the headers of the answer are too large[^]*\nUNUSABLE_ANSWER: /,
    )
    expect(answers(world, 'app-server')).toEqual(['raw'])
    expect(main.peakMemory).toBeLessThan(100 * MIB)
  })
})

describe.concurrent('timeout-seconds: 1', () => {
  const inputs = { 'timeout-seconds': '1' }

  it.each(['bearer', 'aws'])('is enough (%s)', async (variant) => {
    await using world = await createWorld(system, { variant, inputs })
    await expectGranted(world, await world.run({ leaps: true }))
  })

  it.each(ROLES)('%s (%s): is kept', async (role, variant) => {
    await using world = await createWorld(system, {
      variant,
      inputs,
      faults: { [role]: [forEver(fault.hang())] },
    })
    const main = await world.run({ leaps: true })
    expectInTime(world, main, 1)
    expect(answers(world, role)).toContain('hang')
  })

  it.each(ROLES)('%s (%s): is kept by one who keeps refusing', async (role, variant) => {
    const faults = { [role]: [forEver(fault.status(503))] }
    await using world = await createWorld(system, { variant, inputs, faults })
    const main = await world.run({ leaps: true })
    expect(expectRefused(world, main)).toMatch(/Gave up after \d+ attempts? in [01] s; the limit is 1 s/)
    expect(main.durationMs).toBeLessThan(2_000)
  })

  it.each(['app-server', 'oidc'])('%s: is kept where nobody listens', async (role) => {
    await using world = await createWorld(system, { inputs })
    await world.server(role).refuse()
    const main = await world.run({ leaps: true })
    const message = expectRefused(world, main)
    expect(message).toContain('connection refused')
    expect(message).toMatch(
      /\nCheck that http:.* is the right address, and that this runner can reach it: .*\nUNREACHABLE: /,
    )
    expect(main.durationMs).toBeLessThan(2_000)
  })
})

describe('the limit', () => {
  it('holds for all requests together', async () => {
    const late = fault.delay(1_500)
    await using world = await createWorld(system, {
      variant: 'aws',
      faults: { oidc: [forEver(late)], sts: [forEver(late)], 'app-server': [forEver(late)] },
    })
    const main = await world.run({ inputs: { 'timeout-seconds': '4' } })
    expectTimedOut(world, main, 4)
    expect(answers(world, 'sts')).toEqual([200])
  })

  it('is not held up by what a server keeps open after the answer', async () => {
    // Connections that would be kept alive, and a timer of somebody's: the process ends all the same.
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [preload('setInterval(() => undefined, 1000)')] })
    // Otherwise it would never end.
    await expectGranted(world, main)
  })
})
