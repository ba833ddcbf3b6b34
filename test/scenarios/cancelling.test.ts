import { describe, expect, it } from 'vitest'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import type { StageOptions, StageResult } from '../../dev/runner/runner.ts'
import { system } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { CANCELLED_MS, hearing, signalAfter, signalsReachHandlers } from './faults.ts'
import { answers, expectClean, expectNothingForPost, expectRefused } from './support.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

const describeCancelled = describe.runIf(signalsReachHandlers).concurrent

function expectCancelled(world: World, main: StageResult, signal = 'SIG[A-Z]+'): string {
  const message = expectRefused(world, main)
  expect(message).toMatch(new RegExp(`^The step was cancelled or timed out \\(${signal}\\)\\.`))
  expect(message).toContain('\nCANCELLED: ')
  expect(main.summary).toBe('')
  return message
}

interface Cancelled {
  readonly signal?: NodeJS.Signals
  /** What the request meets; the real answer unless given. */
  readonly meets?: Fault
  /** The main stage unless given. */
  readonly stage?: (options: Partial<StageOptions>) => Promise<StageResult>
}

/** Cancels a stage while a role has its request; the role answers only when the stage has been told. */
async function runCancelled(world: World, role: string, options: Cancelled = {}): Promise<StageResult> {
  const { signal = 'SIGINT', meets, stage = world.run } = options
  await using signalled = await hearing(signal)
  world.server(role).faults.push(fault.held(signalled.told, meets))
  // Awaited here, since `signalled` ends with this function.
  return await stage({ preloads: [signalled.preload], signals: [{ signal, when: world.server(role).seen(1) }] })
}

describeCancelled('a job that is cancelled before a token was asked for', () => {
  it.each(SIGNALS)('by %s ends at once', async (signal) => {
    await using world = await createWorld(system, { faults: { oidc: [forEver(fault.hang())] } })
    const main = await world.run({ signals: [{ signal, when: world.server('oidc').seen(1) }] })
    expect(expectCancelled(world, main, signal)).not.toContain('had been asked')
    expect(main.annotations).toHaveLength(1)
    expect(main.afterSignalMs).toBeLessThan(2_000)
    expect(answers(world, 'oidc')).toHaveLength(1)
    await expectNothingForPost(world, main)
    expect(world.setup.github.issued).toEqual([])
  })
})

describeCancelled('a job that is cancelled while a token is under way', () => {
  it.each(SIGNALS)('by %s revokes what the answer brings', async (signal) => {
    await using world = await createWorld(system)
    const main = await runCancelled(world, 'app-server', { signal })
    expectCancelled(world, main, signal)
    expect(main.log).toContain('The token was revoked.\n')
    expect(main.annotations).toHaveLength(1)
    expect(world.setup.github.revoked).toEqual(world.setup.github.issued)
    expect(answers(world, 'github')).toEqual([204])
    expect(main.afterSignalMs).toBeLessThan(CANCELLED_MS)
    await expectNothingForPost(world, main)
  })

  it('listens for 3 s and says that it cannot tell', async () => {
    await using world = await createWorld(system, { faults: { 'app-server': [forEver(fault.hang())] } })
    const main = await world.run({ signals: [{ signal: 'SIGINT', when: world.server('app-server').seen(1) }] })
    expect(expectCancelled(world, main, 'SIGINT')).toMatch(
      /The app server \(127\.0\.0\.1:\d+\) had been asked and did not answer\.\nIf it issued a token, nobody has it: it cannot be revoked here, and ends within the hour\.\n/,
    )
    expect(main.annotations).toHaveLength(1)
    expect(main.afterSignalMs).toBeGreaterThan(2_900)
    expect(main.afterSignalMs).toBeLessThan(CANCELLED_MS)
    expect(answers(world, 'app-server')).toHaveLength(1)
    await expectNothingForPost(world, main)
  })

  it('ends at once when the runner asks again', async () => {
    await using world = await createWorld(system, { faults: { 'app-server': [forEver(fault.hang())] } })
    const when = world.server('app-server').seen(1)
    const main = await world.run({ signals: SIGNALS.map((signal) => ({ signal, when })), debug: true })
    expectCancelled(world, main)
    expect(main.annotations.map(({ level }) => level)).toEqual(['error'])
    expect(main.afterSignalMs).toBeLessThan(2_000)
  })
})

describeCancelled('a job that is cancelled when the token is there', () => {
  // Two moments: when it is masked, and when it is handed over.
  it.each(['::add-mask::ghs_', 'Token for '])('right after "%s" was printed leaves it to post', async (text) => {
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [signalAfter(text, 'SIGINT')] })
    expectClean(world, main)
    expect(world.setup.github.issued).toHaveLength(1)
    const post = await world.post(main)
    expectClean(world, post)
    expect(post.log).toBe('The token was revoked.\n')
    expect(world.setup.alive!()).toEqual([])
  })

  it('while post revokes it lets post do so', async () => {
    await using world = await createWorld(system)
    const main = await world.run()
    const post = await runCancelled(world, 'github', { stage: (options) => world.post(main, options) })
    expectClean(world, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(world.setup.alive!()).toEqual([])
  })
})
