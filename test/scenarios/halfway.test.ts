import { describe, expect, it } from 'vitest'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import type { StageResult } from '../../dev/runner/runner.ts'
import { system, type AppServerSetup } from '../../dev/systems/app-server.ts'
import { createWorld, type World } from '../../dev/world.ts'
import { KILLED, preload, signalAfter, signalsReachHandlers } from './faults.ts'
import { answers, expectClean, expectGranted, expectRefused, unrevoked } from './support.ts'

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
    const main = await world.run({ leaps: true, unwritable: ['output'] })
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
      expect(expectRefused(world, main)).toContain(`The runner provides no ${file} file.`)
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

  it.each(['version', 'kind', 'api-url', 'expires-at', 'token'])(
    'while the state is written, before %s, leaves nothing half-way to post',
    async (name) => {
      await using world = await createWorld(system)
      const main = await world.run({ preloads: [dieBeforeWriting('GITHUB_STATE', `${name}<<`)] })
      expect(main).toMatchObject(KILLED)
      // Where the token is there for post, all is.
      expect(main.state['token']).toBeUndefined()
      const post = await world.post(main)
      expectClean(world, main, post)
      expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'Nothing to revoke.\n' })
    },
  )

  /** Those that end the process without a handler. */
  const ends = signalsReachHandlers ? ['SIGKILL' as const] : (['SIGKILL', 'SIGINT', 'SIGTERM'] as const)
  it.each(ends)('during the exchange, by %s, leaves nothing to post and says nothing', async (signal) => {
    await using world = await createWorld(system, { faults: { 'app-server': [forEver(fault.hang())] } })
    const main = await world.run({ signals: [{ signal, when: world.server('app-server').seen(1) }] })
    expect(main).toMatchObject({ signal, outcome: 'failure', state: {}, outputs: {}, annotations: [] })
    expectClean(world, main)
    expect((await world.post(main)).log).toBe('Nothing to revoke.\n')
    expect(world.setup.github.issued).toEqual([])
  })

  async function expectLeftToPost(world: World<AppServerSetup>, main: StageResult): Promise<void> {
    expect(main).toMatchObject({ ...KILLED, outcome: 'failure' })
    expect(unrevoked(world)).toHaveLength(1)
    expect(main.state['token']).toBe(unrevoked(world)[0])
    const post = await world.post(main)
    expectClean(world, main, post)
    expect(post).toMatchObject({ outcome: 'success', annotations: [], log: 'The token was revoked.\n' })
    expect(unrevoked(world)).toEqual([])
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
