import { describe, expect, it } from 'vitest'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system, type AppServerSetup } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { LEAP, preload, waits } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused } from './support.ts'

/** The one token that was granted, and nobody took back; or `undefined`. */
function unrevoked(world: World<AppServerSetup>): string[] {
  const { github } = world.setup
  return github.issued.filter((token) => github.alive(token))
}

/** Ends the process by a signal when it is about to write to a file of the runner that has this text in its name. */
function dieBeforeWriting(file: string, value = ''): string {
  return preload(`
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const append = fs.appendFileSync
    fs.appendFileSync = (path, data, ...more) => {
      if (path === process.env.${file} && data.includes(${JSON.stringify(value)})) {
        process.kill(process.pid, 'SIGKILL')
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      }
      return append(path, data, ...more)
    }
    syncBuiltinESMExports()`)
}

/** Has the process send itself a signal a moment after it printed a line with this text. */
function signalAfter(text: string, signal: NodeJS.Signals): string {
  return preload(`
    const write = process.stdout.write
    process.stdout.write = function (chunk, ...more) {
      if (String(chunk).includes(${JSON.stringify(text)})) setImmediate(() => process.kill(process.pid, '${signal}'))
      return write.call(this, chunk, ...more)
    }`)
}

describe.concurrent('outputs that cannot be written', () => {
  it('cost the step, which revokes the token', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ unwritable: ['output'] })
    const message = expectRefused(world, main)
    expect(message).toContain('The GITHUB_OUTPUT file of the runner cannot be written.')
    expect(message).toContain('\nNOT_WRITTEN: ')
    expect(main.log).toContain('The token was revoked.\n')
    expect(answers(world, 'github')).toEqual([204])
    expect(world.setup.github.issued).toHaveLength(1)
    expect(unrevoked(world)).toEqual([])
    const post = await world.post(main)
    expectClean(world, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'Nothing to revoke.\n' })
    expect(answers(world, 'github')).toEqual([204])
  })

  it.each<[string, Fault]>([
    ['is down for a moment', fault.reset()],
    ['is overloaded for a moment', fault.status(502)],
  ])('cost the step, which revokes the token also where GitHub %s', async (_case, trouble) => {
    await using world = await createWorld(system, { faults: { github: [trouble] } })
    const main = await world.run({ unwritable: ['output'] })
    expectRefused(world, main)
    expect(answers(world, 'github')).toHaveLength(2)
    expect(unrevoked(world)).toEqual([])
  })

  it.each<[string, Fault]>([
    ['does not answer', fault.hang()],
    ['fails', fault.status(500)],
    ['refuses', fault.status(422)],
  ])('leave the token to post where GitHub %s', async (_case, trouble) => {
    await using world = await createWorld(system, { faults: { github: [forEver(trouble)] } })
    const main = await world.run({ ...LEAP, unwritable: ['output'] })
    expectRefused(world, main)
    const warnings = main.annotations.filter(({ level }) => level === 'warning')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.message).toMatch(
      /^The token could not be revoked in this step; it ends at \d{4}-.*\. GitHub \(/,
    )
    expect(unrevoked(world)).toHaveLength(1)
    world.server('github').faults.length = 0
    const post = await world.post(main)
    expectClean(world, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(unrevoked(world)).toEqual([])
  })

  it('cost the step, also where there is no file at all', async () => {
    for (const file of ['GITHUB_OUTPUT', 'GITHUB_STATE']) {
      await using world = await createWorld(system)
      const main = await world.run({ env: { [file]: undefined } })
      expect(expectRefused(world, main)).toContain(`The runner gives no ${file} file.`)
      expect(world.setup.github.issued).toHaveLength(1)
      expect(unrevoked(world)).toEqual([])
    }
  })

  it('cost the step, also with skip-token-revoke: nobody has the token', async () => {
    await using world = await createWorld(system, { inputs: { 'skip-token-revoke': 'true' } })
    const main = await world.run({ unwritable: ['output'] })
    expectRefused(world, main)
    expect(main.state).toEqual({})
    expect(world.setup.github.issued).toHaveLength(1)
    expect(unrevoked(world)).toEqual([])
  })
})

describe.concurrent('files that cannot be written', () => {
  it('state: costs the step, which revokes the token', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ unwritable: ['state'] })
    const message = expectRefused(world, main)
    expect(message).toContain('The GITHUB_STATE file of the runner cannot be written.')
    expect(message).toContain('\nNOT_WRITTEN: ')
    expect(answers(world, 'github')).toEqual([204])
    expect(unrevoked(world)).toEqual([])
    expect((await world.post(main)).log).toBe('Nothing to revoke.\n')
  })

  it('summary: costs nothing where the token is granted', async () => {
    await using world = await createWorld(system, { inputs: { 'job-summary': 'always' } })
    const main = await world.run({ unwritable: ['step_summary'] })
    await expectGranted(world, main)
    expect(main.annotations).toEqual([])
    expect(main.log).toContain('The job summary could not be written')
  })

  it('summary: changes nothing where the token is refused', async () => {
    await using world = await createWorld(system)
    world.setup.deny()
    const main = await world.run({ unwritable: ['step_summary'] })
    expect(expectRefused(world, main)).toContain('Not authorized')
    expect(main.log).toContain('The job summary could not be written')
  })
})

describe.concurrent('a process that dies', () => {
  it('before the outputs are written leaves the token to post', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [dieBeforeWriting('GITHUB_OUTPUT')] })
    await expectLeftToPost(world, main)
  })

  it('while the outputs are written leaves the token to post', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [dieBeforeWriting('GITHUB_OUTPUT', 'token-hash')] })
    expect(main.outputs['token']).toBe(world.setup.github.issued[0])
    await expectLeftToPost(world, main)
  })

  it('after all was written leaves the token to post', async () => {
    await using world = await createWorld(system)
    const main = await world.run({ preloads: [signalAfter('Token for ', 'SIGKILL')] })
    expect(world.setup.github.issued).toHaveLength(1)
    expect((await world.post(main)).log).toBe('The token was revoked.\n')
    expect(unrevoked(world)).toEqual([])
  })

  it.each(['version', 'api-url', 'expires-at', 'token'])(
    'while the state is written, before %s, leaves nothing half-way to post',
    async (name) => {
      await using world = await createWorld(system)
      const main = await world.run({ preloads: [dieBeforeWriting('GITHUB_STATE', `${name}<<`)] })
      expect(main.signal).toBe('SIGKILL')
      // Where the token is there for post, all is.
      expect(main.state['token']).toBeUndefined()
      const post = await world.post(main)
      expectClean(world, main, post)
      expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'Nothing to revoke.\n' })
    },
  )

  it('during the exchange leaves nothing to post', async () => {
    await using world = await createWorld(system, { faults: { 'app-server': [forEver(fault.hang())] } })
    const main = await world.run({
      signals: [{ signal: 'SIGKILL', when: world.server('app-server').seen(1) }],
    })
    expect(main).toMatchObject({ signal: 'SIGKILL', outcome: 'failure', state: {}, outputs: {} })
    expectClean(world, main)
    expect((await world.post(main)).log).toBe('Nothing to revoke.\n')
    expect(world.setup.github.issued).toEqual([])
  })

  async function expectLeftToPost(world: World<AppServerSetup>, main: StageResult): Promise<void> {
    expect(main).toMatchObject({ signal: 'SIGKILL', outcome: 'failure' })
    expect(unrevoked(world)).toHaveLength(1)
    expect(main.state['token']).toBe(unrevoked(world)[0])
    const post = await world.post(main)
    expectClean(world, main, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(unrevoked(world)).toEqual([])
  }
})

describe.concurrent('a job that is cancelled', () => {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const places: [string, string, string, Fault][] = [
    ['the ID token', 'oidc', 'bearer', fault.hang()],
    ['the headers of the ID token', 'oidc', 'bearer', fault.endlessHeaders()],
    ['the exchange', 'app-server', 'bearer', fault.hang()],
    ['the body of the answer', 'app-server', 'bearer', fault.drip(100)],
    ['the role', 'sts', 'aws', fault.hang()],
    ['the signed exchange', 'app-server', 'aws', fault.hang()],
  ]
  const rows = signals.flatMap((signal) => places.map((place) => [signal, ...place] as const))
  it.each(rows)(
    'by %s during %s (%s, %s) ends within a second',
    async (signal, _place, role, variant, each) => {
      await using world = await createWorld(system, { variant, faults: { [role]: [forEver(each)] } })
      const main = await world.run({ signals: [{ signal, when: world.server(role).seen(1) }] })
      expectCancelled(world, main, signal)
      expect(main.afterSignalMs).toBeLessThan(1_000)
      expect(answers(world, role)).toHaveLength(1)
      const post = await world.post(main)
      expect(post.log).toBe('Nothing to revoke.\n')
      expect(world.setup.github.issued).toEqual([])
    },
  )

  it.each(signals)('by %s while it waits for the next try ends within a second', async (signal) => {
    for (const role of ['app-server', 'oidc']) {
      const faults = { [role]: [forEver(fault.status(503, { retryAfter: 30 }))] }
      await using world = await createWorld(system, { faults })
      const main = await world.run({ preloads: [signalAfter('trying again', signal)] })
      expectCancelled(world, main, signal)
      expect(waits(main)).toHaveLength(1)
      expect(answers(world, role)).toEqual(['status 503'])
      expect(main.endedAt - (world.server(role).requests[0]?.at ?? NaN)).toBeLessThan(1_000)
    }
  })

  it('by SIGINT and SIGTERM has one annotation', async () => {
    await using world = await createWorld(system, { faults: { 'app-server': [forEver(fault.hang())] } })
    const when = world.server('app-server').seen(1)
    const main = await world.run({
      signals: [
        { signal: 'SIGINT', when },
        { signal: 'SIGTERM', when },
      ],
      debug: true,
    })
    expectClean(world, main)
    expect(main.annotations.map(({ level }) => level)).toEqual(['error'])
    expect(main.afterSignalMs).toBeLessThan(1_000)
  })

  it.each(signals)('by %s right after the token came leaves it to post', async (signal) => {
    // Two moments: when it is masked, and when it is handed over.
    for (const text of ['::add-mask::ghs_', 'Token for ']) {
      await using world = await createWorld(system)
      const main = await world.run({ preloads: [signalAfter(text, signal)] })
      expectClean(world, main)
      expect(world.setup.github.issued).toHaveLength(1)
      expect(main.state['token']).toBe(world.setup.github.issued[0])
      const post = await world.post(main)
      expectClean(world, post)
      expect(post.log).toBe('The token was revoked.\n')
      expect(unrevoked(world)).toEqual([])
    }
  })

  it.each(signals)('by %s while the step takes the token back leaves nothing', async (signal) => {
    await using world = await createWorld(system)
    const main = await world.run({
      unwritable: ['output'],
      signals: [{ signal, when: world.server('github').seen(1) }],
    })
    expectClean(world, main)
    expect(main.annotations.map(({ level }) => level)).toEqual(['error'])
    expect(main.exitCode).toBe(1)
    expect(main.afterSignalMs).toBeLessThan(1_000)
    expect(unrevoked(world)).toEqual([])
  })

  function expectCancelled(world: World, main: StageResult, signal: string): void {
    const message = expectRefused(world, main)
    expect(message).toContain(`The job was cancelled (${signal}) while the step was under way.`)
    expect(message).toContain('\nCANCELLED: ')
    expect(main.annotations).toHaveLength(1)
    expect(main.state).toEqual({})
    expect(main.summary).toBe('')
  }
})

describe.concurrent('a grant that is lost on its way', () => {
  it('is asked for again', async () => {
    await using world = await createWorld(system, { faults: { 'app-server': [fault.lost()] } })
    const main = await world.run()
    const token = await expectGranted(world, main)
    expect(answers(world, 'app-server')).toEqual(['lost', 200])
    expect(world.setup.github.issued).toHaveLength(2)
    await world.post(main)
    // Nobody has the lost one: it ends by itself within the hour.
    expect(unrevoked(world)).toHaveLength(1)
    expect(unrevoked(world)).not.toContain(token)
  })
})
